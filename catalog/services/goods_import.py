"""A sheet of goods comes in: read cell by cell, done row by row in the supplier's name, or shown and undone.

A preview is the load itself, rolled back. What is there already and the same stays untouched, so that the same sheet
may come again; `goods_batches` cuts a long one into parts. Of a listed product, facts become a revision that is handed
in; a price that jumps waits (rule 68).
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Product
from catalog.queries import suppliers
from catalog.rules.facts import Facts, parse_seasons
from catalog.rules.listing import ProductState
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode
from catalog.rules.pricing import DEFAULT_TOL_BP, Price
from catalog.services import facts as saying
from catalog.services import goods_new, goods_sheet, offers, price_changes, products, revisions
from catalog.services import terms as terming
from catalog.services.goods_new import Judge, NewGoods
from catalog.services.goods_sheet import COLUMNS, MOST_ROWS, Words
from core import clock, money, sheets
from core.access.actor import Actor
from core.db import apart, db, savepoint, transaction
from core.errors import Refused
from core.quantity import UNITS, parse_quantity
from core.text import sentence


class GoodsVerdict(StrEnum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class SheetRow:
    """One row that can be read. `stock` None: leave it; prices in 1/100 fen per basis."""

    own_code: str
    draft: products.Draft
    pack: offers.PackDraft
    stock: int | None
    reason: str


@dataclass(frozen=True)
class GoodsLine:
    """A row of the file and what became of it; `faults`: (cell, sentence); `done`: codes of what changed."""

    row_no: int
    cells: tuple[str, ...]
    verdict: GoodsVerdict
    faults: tuple[tuple[str, str], ...] = ()
    done: tuple[str, ...] = ()


AT_ONCE = 250
Cells = tuple[str, ...]
Tick = Callable[[int], None]


def rows_of(data: bytes) -> list[tuple[int, Cells]]:
    """The rows with their numbers, those of one product together, so that a part of them can be judged by itself.

    Raises: Refused "goods-sheet-columns", "goods-sheet-long" (most); as `sheets.read`.
    """
    rows = next((sheet.rows for sheet in sheets.read(data, most_rows=MOST_ROWS + 2) if sheet.rows), [])
    heads = goods_sheet.titles()
    if not rows or [cell.strip() for cell in rows[0][: len(heads)]] != heads:
        raise Refused("goods-sheet-columns")
    if len(rows) - 1 > MOST_ROWS:
        raise Refused("goods-sheet-long", most=MOST_ROWS)
    first: dict[str, int] = {}
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            given = tuple(one.removeprefix("'") for one in (cells + [""] * len(heads))[: len(heads)])
            first.setdefault(given[0].strip(), number)
            found.append((number, given))
    return sorted(found, key=lambda row: (first[row[1][0].strip()], row[0]))


def do(rows: Iterable[tuple[int, Cells]], *, by: Actor, tick: Tick | None = None) -> list[GoodsLine]:
    """Do the rows that can be done: new goods in one go for every few hundred rows, any other in a savepoint of its
    own. A bad row shows its faults and leaves the others alone. `tick` is told how many are done.
    """
    words, seen, lines = goods_sheet.words(), set[tuple[str, str]](), list[GoodsLine]()
    given = list(rows)
    for part in (given[at : at + AT_ONCE] for at in range(0, len(given), AT_ONCE)):
        read = [_read_once(number, cells, words, seen) for number, cells in part]
        new = _new([one for one in read if isinstance(one, Read)], by)
        for one in read:
            lines.append(one if isinstance(one, GoodsLine) else new.get(one.number) or _one(one, by))
            if tick is not None:
                tick(len(lines))
    return lines


@dataclass(frozen=True)
class Read:
    """A row of the file that can be read."""

    number: int
    cells: Cells
    row: SheetRow


def _read_once(number: int, cells: Cells, words: Words, seen: set[tuple[str, str]]) -> Read | GoodsLine:
    row, faults = _read(number, cells, words)
    if row is None:
        return GoodsLine(number, cells, GoodsVerdict.REFUSED, faults)
    key = (row.own_code, row.pack.pack_name)
    if key in seen:
        return _refused(number, cells, Refused("goods-row-twice"))
    seen.add(key)
    return Read(number, cells, row)


def _new(read: list[Read], by: Actor) -> dict[int, GoodsLine]:
    """What became of the rows about goods that are not there yet, by number; the others are for `_one`."""
    known = _numbers([one.row.own_code for one in read], by)
    fresh = [one for one in read if one.row.own_code not in known]
    judge, goods = Judge((one.row.draft for one in fresh), by=by), dict[str, NewGoods]()
    lines: dict[int, GoodsLine] = {}
    for one in fresh:
        code, there = one.row.own_code, goods.get(one.row.own_code)
        if there is not None and not there.takes(one.row.draft):
            continue
        try:
            found = there or judge.product(one.row.draft)
            found.packs.append(judge.pack(one.row.pack, one.row.stock or 0))
            goods[code] = found
        except Refused as refusal:
            lines[one.number] = _refused(one.number, one.cells, refusal)
            continue
        verdict = GoodsVerdict.CHANGED if there else GoodsVerdict.NEW
        lines[one.number] = GoodsLine(one.number, one.cells, verdict, (), ("pack" if there else "product",))
    if goods:
        goods_new.write(list(goods.values()), by=by)
    return lines


def _numbers(own_codes: list[str], by: Actor) -> set[str]:
    """Those of the numbers by which the supplier has goods, withdrawn ones included."""
    rows = db.session.execute(
        sa.select(Product.own_code, Product.sku).where(
            Product.supplier_id == suppliers.own(by).id,
            sa.or_(Product.own_code.in_(own_codes), Product.sku.in_(own_codes)),
        )
    )
    return {number for row in rows for number in row if number}


def rehearsed(rows: Iterable[tuple[int, Cells]], *, by: Actor) -> list[GoodsLine]:
    """Do everything and undo it, in a session of its own: what it shows is what a load does."""
    lines: list[GoodsLine] = []
    with apart(), contextlib.suppress(_Undo), transaction():
        lines += do(rows, by=by)
        raise _Undo
    return lines


class _Undo(Exception):
    """Ends a rehearsal."""


def faulty(rows: Iterable[tuple[int, Cells]], faults: Mapping[int, str]) -> bytes:
    """The rows that were left out, as they came, with what is wrong. `faults`: by number of the row."""
    columns = [sheets.Column(title, width=16) for title in (*goods_sheet.titles(), sentence("goods_column", "fault"))]
    left = [[*cells, faults[number]] for number, cells in rows if number in faults]
    return sheets.write([(sentence("goods_column", "sheet"), columns, left)])


def _one(read: Read, by: Actor) -> GoodsLine:
    """One row in a savepoint of its own, so that a bad row shows its faults and leaves the others alone."""
    number, cells = read.number, read.cells
    try:
        with savepoint():
            done = _do(read.row, by)
    except Refused as refusal:
        return _refused(number, cells, refusal)
    verdict = GoodsVerdict.NEW if "product" in done else GoodsVerdict.CHANGED if done else GoodsVerdict.SAME
    return GoodsLine(number, cells, verdict, (), tuple(done))


_CELL_OF = {
    "health-claim": "description", "category-not-leaf": "category", "category-closed": "category",
    "origin-not-village": "origin", "goods-row-twice": "own_code", "pack-empty": "content",
    "price-too-small": "price", "price-jump-needs-reason": "reason", "pack-jumps": "price",
    "tolerance-too-wide": "tolerance", "tolerance-of-pack": "tolerance", "special-needs-rate": "invoice",
    "tier-not-more": "tiers", "tier-not-cheaper": "tiers", "tiers-too-many": "tiers", "stock-promised": "stock",
    "pack-content-differs": "content", "pack-kinds-too-many": "pack_name", "season-months": "seasons",
    "seasons-too-many": "seasons", "presale-too-far": "ships_from", "presale-day-missing": "ships_from",
    "presale-ends-late": "presale_until",
}  # fmt: skip


def _refused(number: int, cells: tuple[str, ...], refusal: Refused) -> GoodsLine:
    cell = _address(_CELL_OF.get(refusal.code, "own_code"), number)
    fault = (cell, sentence("refused", refusal.code, **refusal.facts))
    return GoodsLine(number, cells, GoodsVerdict.REFUSED, (fault,))


def _address(name: str, number: int) -> str:
    return f"{chr(65 + COLUMNS.index(name))}{number}"


# --- reading ------------------------------------------------------------------------------------------


def _read(number: int, cells: tuple[str, ...], words: Words) -> tuple[SheetRow | None, tuple[tuple[str, str], ...]]:
    faults: list[tuple[str, str]] = []
    got: dict[str, object] = {}
    for name, typed in zip(COLUMNS, cells, strict=True):
        try:
            got[name] = _cell(name, typed.strip(), words)
        except Refused as refusal:
            faults.append((_address(name, number), sentence("refused", refusal.code, **refusal.facts)))
    return (None, tuple(faults)) if faults else (_row(got), ())


_NEEDED = {"own_code", "name", "category", "origin", "pack_name", "content", "price"}
_LONGEST = {"own_code": 40, "name": 40, "pack_name": 30, "description": 2_000, "reason": 200}


def _cell(name: str, typed: str, words: Words) -> object:
    if not typed and name in _NEEDED:
        raise Refused("cell-empty")
    choices = getattr(words, name, None)
    if choices is not None:
        if typed and typed not in choices:
            raise Refused("cell-not-in-list", text=typed[:20])
        return choices[typed] if typed else next(iter(choices.values()))
    if name in _LONGEST:
        if len(typed) > _LONGEST[name]:
            raise Refused("cell-too-long", most=_LONGEST[name])
        return typed
    if name in {"min_packs", "stock"}:
        if typed and not re.fullmatch(r"\d{1,7}", typed):
            raise Refused("cell-not-a-count", text=typed[:20])
        return int(typed) if typed else None
    if name == "price":
        return _price(typed)
    if name == "seasons":
        return parse_seasons(typed) if typed else ()
    if name in {"ships_from", "presale_until"}:
        return _day(typed) if typed else None
    if name == "tolerance":
        return money.parse_yuan(typed.rstrip("%")) if typed else None
    return _tiers(typed) if name == "tiers" else typed


def _day(typed: str) -> date:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0?0:00.*)?", typed)
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat(typed)
    except ValueError as error:
        raise Refused("cell-not-a-day", text=typed[:20]) from error


def _price(typed: str) -> int:
    price = money.parse_price(typed)
    if price <= 0:
        raise Refused("price-too-small")
    return price


def _tiers(typed: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;\uff0c\uff1b\u3001]", typed))):
        packs, sign, price = part.partition("=")
        if not sign or not re.fullmatch(r"\d{1,4}", packs.strip()):
            raise Refused("tier-unreadable", text=part[:20])
        found.append((int(packs), _price(price.strip())))
    return tuple(found)


def _row(got: dict[str, object]) -> SheetRow:
    unit = UNITS[str(got["unit"])]
    pack_qty = parse_quantity(str(got["content"]), unit)
    mode, per = SaleMode(str(got["sale_mode"])), str(got["per"])
    basis = pack_qty if per == "pack" or not pack_qty else UNITS[per].ratio
    tolerance = got["tolerance"]
    terms = terming.Terms(
        price=Price(int(str(got["price"])), max(basis, 1)),
        tol_bp=int(str(tolerance)) if tolerance is not None else (DEFAULT_TOL_BP if mode is SaleMode.BY_WEIGHT else 0),
        min_packs=int(str(got["min_packs"] or 1)),
        tax_mode=str(got["tax_mode"]),
        invoice_kind=InvoiceKind(str(got["invoice"])),
        tiers=got["tiers"],  # type: ignore[arg-type]
        ships_from=got["ships_from"],  # type: ignore[arg-type]
        presale_until=got["presale_until"],  # type: ignore[arg-type]
    )
    draft = products.Draft(
        str(got["name"]), int(str(got["category"])), str(got["origin"]), str(got["description"]),
        is_wild=bool(got["is_wild"]), own_code=str(got["own_code"]), seasons=got["seasons"],  # type: ignore[arg-type]
    )  # fmt: skip
    pack = offers.PackDraft(
        str(got["pack_name"]), pack_qty, unit.base, mode, OfferAudience(str(got["audience"])), terms
    )
    stock = got["stock"]
    return SheetRow(str(got["own_code"]), draft, pack, None if stock is None else int(str(stock)), str(got["reason"]))


# --- doing --------------------------------------------------------------------------------------------


def _do(row: SheetRow, by: Actor) -> list[str]:
    """What the row changed: "product", "facts", "pack", "price", "stock"; nothing when all is as it says."""
    product = _known(row, by)
    if product is None:
        made = products.create(row.draft, by=by)
        offers.add_pack(made.id, row.pack, by=by, packs_on_hand=row.stock or 0)
        return ["product"]
    done = _facts(row, product, by)
    query = sa.select(Offer).where(
        Offer.product_id == product.id, Offer.is_active, Offer.pack_name == row.pack.pack_name
    )
    offer = db.session.scalars(query).first()
    if offer is None:
        offers.add_pack(product.id, row.pack, by=by, packs_on_hand=row.stock or 0)
        return [*done, "pack"]
    return [*done, *_pack(row, offer, by)]


def _known(row: SheetRow, by: Actor) -> Product | None:
    mine = Product.supplier_id == suppliers.own(by).id
    number = sa.or_(Product.own_code == row.own_code, Product.sku == row.own_code)
    query = sa.select(Product).where(mine, number, Product.state != ProductState.WITHDRAWN).order_by(Product.id)
    return db.session.scalars(query).first()


def _facts(row: SheetRow, product: Product, by: Actor) -> list[str]:
    old: Facts = revisions.said(product)
    draft = products.Draft(
        row.draft.name, row.draft.category_id, row.draft.origin_code, row.draft.description, row.draft.is_wild,
        row.draft.seasons, None if row.own_code == product.sku else row.own_code,
    )  # fmt: skip
    if draft.own_code in {None, product.own_code} and _is_said(draft, old, product):
        return []
    listed = product.state is ProductState.LISTED
    products.edit(product.id, draft, by=by)
    if listed and revisions.said(product) != old:
        revisions.submit(product.id, by=by)
    return ["facts"]


def _is_said(draft: products.Draft, newest: Facts, product: Product) -> bool:
    """Whether a row says what is said already: what waits for a check, or what is in force, as an export says it."""
    if not newest.changed(draft.onto(newest.pictures)):
        return True
    if revisions.open_of(product.id) is None:
        return False
    shown = saying.of(product)
    return not shown.changed(draft.onto(shown.pictures))


def _pack(row: SheetRow, offer: Offer, by: Actor) -> list[str]:
    same = (offer.pack_qty, offer.base_unit, offer.sale_mode, offer.audience)
    if same != (row.pack.pack_qty, row.pack.base_unit, row.pack.sale_mode, row.pack.audience):
        raise Refused("pack-content-differs")
    done = []
    now = terming.of_version(db.session.get_one(OfferVersion, offer.current_version_id))
    waiting = price_changes.waiting_of(offer.id)
    said = row.pack.terms
    if said.ships_from is None and now.ships_from is not None and now.ships_from <= clock.today():
        said = replace(said, ships_from=now.ships_from, presale_until=now.presale_until)  # sent already: no pre-sale
    if said != now and (waiting is None or terming.Terms.of(waiting.terms) != said):
        offers.change_terms(offer.id, said, by=by, reason=row.reason)
        done.append("price")
    on_hand = db.session.scalars(sa.select(OfferStock.on_hand).where(OfferStock.offer_id == offer.id)).one()
    if row.stock is not None and row.stock != on_hand // offer.pack_qty:
        offers.count_stock(offer.id, row.stock, by=by, reason=row.reason)
        done.append("stock")
    return done
