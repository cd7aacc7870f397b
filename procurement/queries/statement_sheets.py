"""Statement lines out of a spreadsheet: 类别, 金额, 凭证, 供货单位. All rows or none; every bad cell is named."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.product import Category
from core import money, sheets
from core.db import db
from core.errors import Refused
from core.text import sentence

MAX_BYTES, MAX_ROWS = 2 * 1024 * 1024, 2_000
COLUMNS = ("category", "amount", "paper", "vendor")


@dataclass(frozen=True)
class Line:
    """One line of a statement as entered. Money in fen."""

    category_id: int
    amount_fen: int
    paper: str
    vendor: str = ""


def template() -> bytes:
    """An empty workbook with the headers and the list of categories."""
    columns = [sheets.Column(_title(name), "yuan" if name == "amount" else "text", 24) for name in COLUMNS]
    names = sorted({row[0] for row in db.session.execute(sa.select(Category.name).where(Category.is_ingredient))})
    listed = [sheets.Column(_title("category"), "text", 24)]
    return sheets.write(
        [
            (sentence("word", "statement-sheet"), columns, []),
            (sentence("word", "statement-categories"), listed, [[n] for n in names]),
        ]
    )


def read(data: bytes) -> list[Line]:
    """The lines of the first sheet, read by its header row.

    Raises: Refused "file-too-large", "sheet-…", "statement-sheet-header", "statement-sheet-rows",
    "statement-sheet-cell" (row, column, what was there).
    """
    if len(data) > MAX_BYTES:
        raise Refused("file-too-large", megabytes=MAX_BYTES // 1024 // 1024)
    found = sheets.read(data)
    rows = found[0].rows if found else []
    head = next((n for n, row in enumerate(rows) if _title("category") in row and _title("amount") in row), None)
    if head is None:
        raise Refused("statement-sheet-header", first=_title("category"), second=_title("amount"))
    body = [(n, row) for n, row in enumerate(rows[head + 1 :], start=head + 2) if any(row)]
    if len(body) > MAX_ROWS:
        raise Refused("statement-sheet-rows", most=MAX_ROWS)
    places = {name: rows[head].index(_title(name)) for name in COLUMNS if _title(name) in rows[head]}
    known = _categories()
    return [_line(number, row, places, known) for number, row in body]


def _line(number: int, row: list[str], places: dict[str, int], known: dict[str, int]) -> Line:
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    category_id = known.get(cells["category"])
    if category_id is None:
        raise _bad(number, "category", cells)
    try:
        amount_fen = money.parse_yuan(cells["amount"])
    except Refused:
        raise _bad(number, "amount", cells) from None
    paper = cells.get("paper", "")
    if amount_fen <= 0:
        raise _bad(number, "amount", cells)
    if not paper or len(paper) > 200:
        raise _bad(number, "paper", cells)
    return Line(category_id, amount_fen, paper, cells.get("vendor", "")[:200])


def _bad(number: int, name: str, cells: dict[str, str]) -> Refused:
    return Refused("statement-sheet-cell", row=number, column=_title(name), text=cells.get(name, "")[:40])


def _categories() -> dict[str, int]:
    """Ids by name and by alias; a name wins over an alias."""
    found: dict[str, int] = {}
    rows = db.session.execute(sa.select(Category.id, Category.name, Category.aliases).order_by(Category.position)).all()
    for row in rows:
        for alias in row.aliases.split():
            found.setdefault(alias, row.id)
    found.update({row.name: row.id for row in reversed(rows)})
    return found


def _title(name: str) -> str:
    return sentence("statement_column", name)
