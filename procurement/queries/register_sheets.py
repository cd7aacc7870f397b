"""The first-day workbook as records: sheets and columns found by their words, rows as {field: text}."""

from dataclasses import dataclass

from core import sheets
from core.errors import Refused
from core.text import label, sentence

COLUMNS: dict[str, tuple[str, ...]] = {
    "bodies": ("kind", "name", "uscc", "superior", "town", "address", "phone", "unit_kind", "system", "level"),
    "canteens": ("unit", "canteen", "address"),
    "suppliers": (
        "name",
        "uscc",
        "entity_type",
        "town",
        "legal_person",
        "bank_name",
        "bank_account_name",
        "bank_account_no",
        "licence_valid_to",
    ),
    "villages": ("town", "village", "exited_from", "document"),
    "people": ("organisation", "person", "mobile", "role"),
    "opening": (
        "unit",
        "year",
        "last_actual",
        "document",
        "canteen_status",
        "staff_meals",
        "reception",
        "pupil_meals",
        "subsidies",
        "contractor",
        "reserve",
    ),
}
"""Every sheet in the order it is loaded: who is named later must be known by then."""


@dataclass(frozen=True)
class Record:
    """One filled row: its sheet's code, its number as the spreadsheet counts, its cells by field."""

    sheet: str
    row_no: int
    cells: dict[str, str]

    def need(self, field: str) -> str:
        """The cell, which may not be empty. Raises: Refused "register-cell-missing"."""
        value = self.cells.get(field, "")
        if not value:
            raise Refused("register-cell-missing", column=sentence("register_column", field))
        return value


def records(data: bytes) -> list[Record]:
    """Every filled row of the known sheets, in load order.

    Raises: Refused as `sheets.read` does, and "register-sheets" when no sheet is known.
    """
    named = {sheet.name: sheet.rows for sheet in sheets.read(data)}
    found: list[Record] = []
    known = False
    for code, fields in COLUMNS.items():
        rows = named.get(label(code, "RegisterSheet"))
        if rows:
            known = True
            found += _records(code, fields, rows)
    if not known:
        raise Refused("register-sheets")
    return found


def _records(code: str, fields: tuple[str, ...], rows: list[list[str]]) -> list[Record]:
    words = {sentence("register_column", field): field for field in fields}
    heads = [words.get(head.rstrip("*").strip()) for head in rows[0]]
    return [
        Record(code, number, {field: cell for field, cell in zip(heads, row, strict=False) if field})
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]


def template() -> bytes:
    """The empty workbook: sheets, columns, and a line that explains words where a column has fixed ones."""
    tables: list[tuple[str, list[sheets.Column], list[list[str]]]] = []
    for code, fields in COLUMNS.items():
        columns = [sheets.Column(sentence("register_column", field), width=18) for field in fields]
        tables.append((label(code, "RegisterSheet"), columns, []))
    hints = [[sentence("register_column", f), sentence("register_hint", f)] for f in _hinted()]
    heads = [sheets.Column(sentence("word", "column")), sheets.Column(sentence("word", "explanation"), width=80)]
    return sheets.write([*tables, (sentence("word", "explanation"), heads, hints)])


def _hinted() -> list[str]:
    fields = dict.fromkeys(field for columns in COLUMNS.values() for field in columns)
    return [field for field in fields if sentence("register_hint", field) != field]
