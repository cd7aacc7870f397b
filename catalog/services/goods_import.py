"""A sheet of goods comes in: read cell by cell, done row by row in the supplier's name, or shown and undone.

A preview is the load itself, rolled back. What is there already and the same stays untouched, so that the same sheet
may come again; `goods_batches` cuts a long one into parts. Of a listed product, facts become a revision that is handed
in; a price that jumps waits (rule 68).
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Product
from catalog.queries import suppliers
from catalog.rules.facts import Facts
from catalog.rules.listing import ProductState
from catalog.services import facts as saying
from catalog.services import goods_new, goods_sheet, offers, price_changes, products, revisions
from catalog.services import terms as terming
from catalog.services.goods_cells import SheetRow, address, read_row
from catalog.services.goods_new import Judge, NewGoods
from catalog.services.goods_sheet import MOST_ROWS, Words
from core import clock, sheets
from core.access.actor import Actor
from core.db import apart, db, savepoint, transaction
from core.errors import Refused
from core.text import sentence


class GoodsVerdict(StrEnum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


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
    row, faults = read_row(number, cells, words)
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
    cell = address(_CELL_OF.get(refusal.code, "own_code"), number)
    fault = (cell, sentence("refused", refusal.code, **refusal.facts))
    return GoodsLine(number, cells, GoodsVerdict.REFUSED, (fault,))


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
