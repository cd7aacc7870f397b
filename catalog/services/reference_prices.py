"""Reference prices come in by a file: read cell by cell, shown with a verdict each, taken over once."""

import re
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.models.reference import ReferenceImport, ReferencePrice
from catalog.rules.reference import AREAS, ReferenceRow, ReferenceVerdict
from core import clock, money, sheets, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Refused
from core.quantity import UNITS, BaseUnit, unit_named
from core.text import label, sentence
from core.trail.models import Stream

Key = tuple[int, str, date, str, BaseUnit]
COLUMNS = ("category", "area", "price", "unit", "day", "source")
MOST_ROWS = 2_000


@dataclass(frozen=True)
class ReferenceLine:
    """A row of the file as it came, and what becomes of it. `cell`: where the fault is, such as C7."""

    row_no: int
    cells: tuple[str, ...]
    verdict: ReferenceVerdict
    row: ReferenceRow | None = None
    cell: str = ""
    problem: str = ""


def titles() -> list[str]:
    """The heads of the file's columns, as the template has them."""
    return [sentence("reference_column", name) for name in COLUMNS]


def template() -> bytes:
    """An empty file with its heads and one line that shows how."""
    example = [sentence("reference_example", name) for name in COLUMNS]
    columns = [sheets.Column(title, width=18) for title in titles()]
    return sheets.write([(sentence("reference_column", "sheet"), columns, [example])])


def preview(data: bytes) -> list[ReferenceLine]:
    """Every row with its verdict. Raises: Refused as `sheets.read`, "reference-columns", "reference-too-long"."""
    rows = next((sheet.rows for sheet in sheets.read(data) if sheet.rows), [])
    heads = titles()
    if not rows or [cell.strip() for cell in rows[0][: len(heads)]] != heads:
        raise Refused("reference-columns", columns=" ".join(heads))
    if len(rows) - 1 > MOST_ROWS:
        raise Refused("reference-too-long", most=MOST_ROWS)
    leaves = _leaves()
    lines = [
        _line(number, tuple((cells + [""] * len(heads))[: len(heads)]), leaves)
        for number, cells in enumerate(rows[1:], start=2)
        if any(cells)
    ]
    return _against_known(lines)


def load(data: bytes, *, file_name: str, by: Actor) -> ReferenceImport:
    """Take over what is new; rows that are wrong are left out, the same file twice adds nothing.

    Raises: as `preview`; Refused "reference-nothing-new".
    """
    lines = preview(data)
    rows = [line.row for line in lines if line.verdict is ReferenceVerdict.NEW and line.row is not None]
    known = sum(line.verdict is ReferenceVerdict.SAME for line in lines)
    if not rows:
        raise Refused("reference-nothing-new", known=known)
    taken = ReferenceImport(file_name=file_name[:200], added=len(rows), known=known, by_id=by.person_id, at=clock.now())
    db.session.add(taken)
    db.session.flush()
    db.session.execute(
        sa.insert(ReferencePrice), [{**row.__dict__, "import_id": taken.id, "created_at": clock.now()} for row in rows]
    )
    trail.record(
        Stream.CATALOGUE, "reference-prices-loaded", "reference_import", taken.id, by=by,
        right=Right.REFERENCE_PRICES, added=len(rows), known=known,
    )  # fmt: skip
    return taken


def _leaves() -> dict[str, int]:
    found: dict[str, int] = {}
    for category_id, name, aliases in db.session.execute(
        sa.select(Category.id, Category.name, Category.aliases).where(Category.is_leaf).order_by(Category.id.desc())
    ):
        found |= dict.fromkeys(aliases.split(), category_id)
        found[name] = category_id
    return found


def _line(number: int, cells: tuple[str, ...], leaves: dict[str, int]) -> ReferenceLine:
    read: list[object] = []
    for place, (name, typed) in enumerate(zip(COLUMNS, cells, strict=True)):
        try:
            read.append(_cell(name, typed.strip(), leaves))
        except Refused as refusal:
            problem = sentence("refused", refusal.code, **refusal.facts)
            return ReferenceLine(number, cells, ReferenceVerdict.REFUSED, None, f"{chr(65 + place)}{number}", problem)
    category_id, area, price, unit, day, source = read
    basis = UNITS[str(unit)]
    row = ReferenceRow(category_id, area, price, basis.ratio, basis.base, day, source)  # type: ignore[arg-type]
    return ReferenceLine(number, cells, ReferenceVerdict.NEW, row)


def _cell(name: str, typed: str, leaves: dict[str, int]) -> object:
    if not typed:
        raise Refused("cell-empty")
    if name == "category":
        if typed not in leaves:
            raise Refused("cell-category", text=typed[:20])
        return leaves[typed]
    if name == "area":
        return _area(typed)
    if name == "price":
        price = money.parse_price(typed)
        if price <= 0:
            raise Refused("price-too-small")
        return price
    if name == "unit":
        return unit_named(re.split(r"[/]", typed)[-1]).code
    return _day(typed) if name == "day" else typed[:100]


def _area(typed: str) -> str:
    for code in AREAS:
        if typed in {code, label(code, "Area")}:
            return code
    raise Refused("cell-area", text=typed[:20])


def _day(typed: str) -> date:
    found = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?.*", typed)
    try:
        day = datetime(*map(int, found.groups())).date() if found else None  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        day = None
    if day is None:
        raise Refused("day-unreadable")
    if day > clock.today():
        raise Refused("cell-day-ahead")
    return day


def _against_known(lines: list[ReferenceLine]) -> list[ReferenceLine]:
    categories = {line.row.category_id for line in lines if line.row}
    rows = db.session.scalars(sa.select(ReferencePrice).where(any_of(ReferencePrice.category_id, categories)))
    known = {
        (one.category_id, one.area, one.priced_on, one.source, one.base_unit): (one.price_fen_x100, one.basis_qty)
        for one in rows
    }
    return [line if line.row is None else _judged(line, line.row, known) for line in lines]


def _judged(line: ReferenceLine, row: ReferenceRow, known: dict[Key, tuple[int, int]]) -> ReferenceLine:
    before = known.get(row.key)
    known.setdefault(row.key, (row.price_fen_x100, row.basis_qty))
    if before is None:
        return line
    if before[0] * row.basis_qty == row.price_fen_x100 * before[1]:
        return ReferenceLine(line.row_no, line.cells, ReferenceVerdict.SAME, row)
    problem = sentence("refused", "reference-differs")
    return ReferenceLine(line.row_no, line.cells, ReferenceVerdict.REFUSED, None, f"C{line.row_no}", problem)
