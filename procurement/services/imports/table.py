"""A file as a table: where its header stands, which column is what, and its rows as cells by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import sheets
from core.errors import Refused
from procurement.queries import vocabulary
from procurement.rules.p832_cells import FIELDS, header_key, header_row, match, plain
from procurement.services.imports.judging import Line

MAX_ROWS = 10_000
IGNORED = ""


@dataclass(frozen=True)
class Table:
    """The sheet that holds the orders. `header_no`: the header's line in the spreadsheet, from 1."""

    headers: Sequence[str]
    header_no: int
    rows: Sequence[Sequence[str]]


def open_table(data: bytes, name: str = "") -> Table:
    """The sheet whose header has most known words. Raises: Refused as `sheets.read`, "import-no-rows"."""
    known = vocabulary.header_words()
    best: tuple[int, Table] | None = None
    for sheet in sheets.read(data, name=name, most_rows=MAX_ROWS + 10):
        rows = [[plain(_bare(cell)) for cell in row] for row in sheet.rows]
        if not rows:
            continue
        at = header_row(rows, known)
        hits = len({header_key(cell) for cell in rows[at]} & known.keys())
        if best is None or hits > best[0]:
            best = (hits, Table(_cut(rows[at]), at + 1, rows[at + 1 :]))
    if best is None or not any(any(row) for row in best[1].rows):
        raise Refused("import-no-rows")
    if len(best[1].rows) > MAX_ROWS:
        raise Refused("sheet-too-large", rows=MAX_ROWS, columns=sheets.MAX_COLUMNS)
    return best[1]


def _bare(cell: str) -> str:
    """A text without the apostrophe that our own files put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(sheets.RISKY) else cell


def _cut(headers: Sequence[str]) -> list[str]:
    shown = [header[:60] for header in headers]
    while shown and not shown[-1]:
        shown.pop()
    return shown


def guess(headers: Sequence[str], remembered: Mapping[str, str]) -> dict[int, str]:
    """Column → field as far as words tell, "" for columns of no interest; empty headers are of none."""
    found = match(headers, vocabulary.header_words(), remembered)
    return {place: IGNORED for place, header in enumerate(headers) if not header_key(header)} | found


def lines(table: Table, mapping: Mapping[str, str]) -> list[Line]:
    """The filled rows as cells by field. `mapping`: column (as text, it was kept as JSON) → field."""
    columns = {int(place): field for place, field in mapping.items() if field in FIELDS}
    found = []
    for row_no, row in enumerate(table.rows, start=table.header_no + 1):
        cells = {field: row[place] for place, field in columns.items() if place < len(row) and row[place]}
        if cells:
            found.append(Line(row_no, cells))
    return found


def column_letter(place: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
