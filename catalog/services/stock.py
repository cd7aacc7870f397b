"""Stock moves only by a conditional update with a move beside it: never read, computed and written back.

Quantities are base units (g, ml, piece). Lines are worked off in offer order, so that two orders over the same
goods never wait for each other in a circle. A cause (`source`, `source_id`) moves an offer once for each kind.

An order reserves what it promises. A delivery that weighs less ships the less and releases the rest when the order
closes; one that weighs more first reserves the excess under its own cause, then ships.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.offer import Offer, OfferStock, StockMove
from catalog.models.product import Product
from catalog.rules.offer import StockMoveKind
from core import clock
from core.db import db
from core.errors import Missing, Refused

Lines = Sequence[tuple[int, int]]
"""(offer_id, quantity in base units); an offer named twice is one move of the sum."""


@dataclass(frozen=True)
class Note:
    """Why a person moved it, and who; empty for what an order does."""

    reason: str = ""
    person_id: int | None = None


def open_stock(offer_id: int) -> None:
    """Begin an offer's stock at nothing; harmless when it has one."""
    row = insert(OfferStock).values(offer_id=offer_id, on_hand=0, reserved=0)
    db.session.execute(row.on_conflict_do_nothing())


def open_with(lines: Iterable[tuple[int, int]]) -> None:
    """Begin the stock of new offers, each with what lies there: two statements, however many offers."""
    rows = sorted(lines)
    db.session.execute(sa.insert(OfferStock), [{"offer_id": o, "on_hand": qty, "reserved": 0} for o, qty in rows])
    moves = [
        {"offer_id": o, "on_hand_change": qty, "reserved_change": 0, "kind": StockMoveKind.RECEIVE, "reason": "",
         "source": "opening", "source_id": o, "at": clock.now()}
        for o, qty in rows if qty > 0
    ]  # fmt: skip
    if moves:
        db.session.execute(sa.insert(StockMove), moves)


def receive(lines: Lines, *, source: str, source_id: int) -> None:
    """Goods come in. Raises: as `_move`."""
    _move([(offer_id, qty, 0) for offer_id, qty in _in_order(lines)], StockMoveKind.RECEIVE, source, source_id)


def adjust(offer_id: int, change: int, *, source: str, source_id: int, note: Note | None = None) -> None:
    """A count was wrong by `change` (either sign); what is promised to others stays.

    Raises: Refused "stock-promised" when less would be left than is promised; as `_move`.
    """
    if change == 0:
        return
    _move([(offer_id, change, 0)], StockMoveKind.ADJUST, source, source_id, note)


def by_hand(offer_id: int, change: int, kind: StockMoveKind, *, source: str, source_id: int, note: Note) -> None:
    """A clerk writes down goods that came, spoiled or left elsewhere. Raises: as `adjust`."""
    _move([(offer_id, change, 0)], kind, source, source_id, note)


def reserve(lines: Lines, *, source: str, source_id: int) -> None:
    """Promise goods to an order: all lines or, by the caller's rollback, none.

    Raises: Refused "stock-short" (name, left, pack, offer_id, left_base) for the first offer with too little.
    """
    _move([(offer_id, 0, qty) for offer_id, qty in _in_order(lines)], StockMoveKind.RESERVE, source, source_id)


def release(lines: Lines, *, source: str, source_id: int) -> None:
    """Take a promise back: the order was cancelled, expired or closed short."""
    _move([(offer_id, 0, -qty) for offer_id, qty in _in_order(lines)], StockMoveKind.RELEASE, source, source_id)


def ship(lines: Lines, *, source: str, source_id: int) -> None:
    """Promised goods leave: both counts go down."""
    _move([(offer_id, -qty, -qty) for offer_id, qty in _in_order(lines)], StockMoveKind.SHIP, source, source_id)


def return_(lines: Lines, *, source: str, source_id: int) -> None:
    """Shipped goods come back fit for sale."""
    _move([(offer_id, qty, 0) for offer_id, qty in _in_order(lines)], StockMoveKind.RETURN, source, source_id)


def _in_order(lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    total: Counter[int] = Counter()
    for offer_id, qty in lines:
        if qty <= 0:
            raise ValueError(f"offer {offer_id}: {qty} is no quantity")
        total[offer_id] += qty
    return sorted(total.items())


Changes = Sequence[tuple[int, int, int]]
"""(offer_id, change of what is on hand, change of what is promised), in offer order."""


def _move(changes: Changes, kind: StockMoveKind, source: str, source_id: int, note: Note | None = None) -> None:
    """Change the offers' counts, if they allow it, and write the moves: three statements, however many offers.

    Raises: Refused "stock-short", "stock-promised", "stock-not-promised" (more released or shipped than promised),
    "stock-moved-already" (this cause did this before); Missing for an offer without stock. The caller rolls back.
    """
    if not changes:
        return
    ids = [offer_id for offer_id, _, _ in changes]
    if len(ids) > 1:  # a single row needs no order
        in_order = sa.select(OfferStock.offer_id).where(OfferStock.offer_id.in_(ids)).order_by(OfferStock.offer_id)
        db.session.execute(in_order.with_for_update())
    change = sa.values(
        sa.column("offer_id", sa.BigInteger), sa.column("on_hand", sa.BigInteger), sa.column("reserved", sa.BigInteger)
    ).data(changes).alias("change")  # fmt: skip
    changed = db.session.scalars(
        sa.update(OfferStock)
        .where(
            OfferStock.offer_id == change.c.offer_id,
            OfferStock.on_hand - OfferStock.reserved >= change.c.reserved - change.c.on_hand,
            OfferStock.reserved >= -change.c.reserved,
            OfferStock.on_hand >= -change.c.on_hand,
        )
        .values(on_hand=OfferStock.on_hand + change.c.on_hand, reserved=OfferStock.reserved + change.c.reserved)
        .returning(OfferStock.offer_id)
        .execution_options(synchronize_session=False)
    )
    unchanged = set(ids) - set(changed)
    if unchanged:
        raise _why_not(min(unchanged), kind)
    _write(changes, kind, source, source_id, note or Note())


def _write(changes: Changes, kind: StockMoveKind, source: str, source_id: int, note: Note) -> None:
    why = {"reason": note.reason, "person_id": note.person_id}
    same = {"kind": kind, "source": source, "source_id": source_id, "at": clock.now(), **why}
    rows = [
        {"offer_id": offer_id, "on_hand_change": on_hand, "reserved_change": reserved, **same}
        for offer_id, on_hand, reserved in changes
    ]
    written = db.session.execute(insert(StockMove).values(rows).on_conflict_do_nothing().returning(StockMove.id)).all()
    if len(written) != len(rows):
        raise Refused("stock-moved-already", source=source, source_id=source_id, kind=kind.value)


def _why_not(offer_id: int, kind: StockMoveKind) -> Refused:
    row = db.session.execute(
        sa.select(Product.name, Offer.pack_name, Offer.pack_qty, OfferStock.on_hand, OfferStock.reserved)
        .join(Offer, Offer.product_id == Product.id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .where(Offer.id == offer_id)
    ).one_or_none()
    if row is None:
        return Missing("no-such-offer", offer_id=offer_id)
    left = row.on_hand - row.reserved
    facts = {"offer_id": offer_id, "name": row.name, "pack": row.pack_name, "left_base": left}
    code = {
        StockMoveKind.RESERVE: "stock-short",
        StockMoveKind.ADJUST: "stock-promised",
        StockMoveKind.LOSS: "stock-promised",
        StockMoveKind.ISSUE: "stock-promised",
    }.get(kind, "stock-not-promised")
    return Refused(code, left=left // row.pack_qty, promised=-(-row.reserved // row.pack_qty), **facts)
