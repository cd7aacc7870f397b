"""Kilograms of lots: they come in by a paper, are lost for a reason, leave on delivery lines; never more out than in.

Counts change only by a conditional update with a move beside it, as stock does; the database refuses what is left below
nothing. Lots are worked off in order of their ids, so that two deliveries never wait for each other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.lots import LotBalance, LotLoss, LotMove
from catalog.models.offer import Offer
from catalog.models.product import Lot, Product
from catalog.queries import lots as reading
from catalog.rules.lots import LossReason, LotMoveKind, LotSource
from core import clock, numbers, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.quantity import BaseUnit
from core.trail.models import Stream


@dataclass(frozen=True)
class Batch:
    """What makes a lot: goods of one product from one village, harvested on one day."""

    supplier_id: int
    product_id: int
    origin_code: str
    harvested_on: date


@dataclass(frozen=True)
class Cause:
    """The paper behind a move."""

    source: str
    source_id: int
    on: date
    person_id: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Leaving:
    """Goods of a lot on a delivery line."""

    lot_id: int
    qty: int
    delivery_line_id: int
    on: date


@dataclass(frozen=True)
class Coming:
    """Goods of a lot that an acceptance line sent back, supplied on the day `on`."""

    lot_id: int
    qty: int
    acceptance_line_id: int
    on: date


def base_unit(product_id: int) -> BaseUnit:
    """What the product is measured in: its packs' base unit, grams while it has none."""
    found = db.session.scalar(
        sa.select(Offer.base_unit).where(Offer.product_id == product_id).order_by(Offer.is_active.desc(), Offer.id)
    )
    return found or BaseUnit.G


def open_for_purchase(batch: Batch) -> int:
    """The id of the open lot of the day for goods bought from households; made when there is none.

    The product's row is locked first: two notes at once share one lot.
    """
    db.session.execute(
        sa.select(Product.id).where(Product.id == batch.product_id).with_for_update(key_share=True)
    ).scalar_one()
    found = db.session.scalar(
        sa.select(LotBalance.lot_id).where(
            LotBalance.product_id == batch.product_id,
            LotBalance.origin_code == batch.origin_code,
            LotBalance.harvested_on == batch.harvested_on,
            LotBalance.source == LotSource.PURCHASE,
        )
    )
    return found or new(batch, LotSource.PURCHASE).id


def new(batch: Batch, source: LotSource, *, lot_no: str = "") -> Lot:
    """A lot with nothing in it yet."""
    lot_id, number = numbers.take(Lot, "PC")
    lot = Lot(
        id=lot_id,
        lot_no=lot_no or number,
        supplier_id=batch.supplier_id,
        product_id=batch.product_id,
        origin_code=batch.origin_code,
        harvested_on=batch.harvested_on,
        created_at=clock.now(),
    )
    db.session.add(lot)
    db.session.flush()
    db.session.add(
        LotBalance(
            lot_id=lot_id,
            product_id=batch.product_id,
            origin_code=batch.origin_code,
            harvested_on=batch.harvested_on,
            source=source,
            base_unit=base_unit(batch.product_id),
            in_qty=0,
        )
    )
    db.session.flush()
    return lot


def come_in(lot_id: int, qty: int, kind: LotMoveKind, cause: Cause, *, eligible_qty: int = 0) -> None:
    """Kilograms come into a lot; negative `qty` takes a paper back. Raises: Refused "lot-short" (already left)."""
    _change(lot_id, qty, kind, cause, eligible_qty=eligible_qty, in_qty=qty)


def lose(lot_id: int, qty: int, reason: LossReason, *, note: str = "", on: date | None = None, by: Actor) -> LotLoss:
    """Write kilograms of one's own lot off. Raises: Missing; Refused "lot-short", "lot-loss-empty", "lot-day-ahead"."""
    lot = reading.get_own(lot_id, by)
    lost_on = on or clock.today()
    if qty <= 0:
        raise Refused("lot-loss-empty")
    if lost_on > clock.today() or lost_on < lot.harvested_on:
        raise Refused("lot-day-ahead")
    loss = LotLoss(
        lot_id=lot_id, qty=qty, reason=reason.value, note=note.strip(), lost_on=lost_on, person_id=by.person_id,
        at=clock.now(),
    )  # fmt: skip
    db.session.add(loss)
    db.session.flush()
    cause = Cause("lot_loss", loss.id, lost_on, by.person_id, reason.value)
    _change(lot_id, qty, LotMoveKind.LOST, cause, lost_qty=qty)
    trail.record(
        *(Stream.CATALOGUE, "lot-lost", "lot", lot_id), by=by, right=Right.SELL, after={"qty": qty},
        lot_no=lot.lot_no, qty=qty, reason=reason,
    )  # fmt: skip
    return loss


def sell(leaving: Sequence[Leaving]) -> None:
    """Goods leave on delivery lines. A lot declared on delivery notes grows by what it lacks; every other must have it.

    Raises: Refused "lot-short" (lot_no, left, wanted) for the first lot with too little.
    """
    for line in sorted(leaving, key=lambda one: (one.lot_id, one.delivery_line_id)):
        cause = Cause("delivery_line", line.delivery_line_id, line.on)
        if (
            _source(line.lot_id) in (LotSource.DISPATCH, LotSource.OPENING)
            and (more := line.qty - _left(line.lot_id)) > 0
        ):
            come_in(line.lot_id, more, LotMoveKind.DECLARED, cause)
        _change(line.lot_id, line.qty, LotMoveKind.SOLD, cause, sold_qty=line.qty)


def come_back(returns: Sequence[Coming]) -> None:
    """Goods that were refused at the scales are in their lots again; a negative quantity takes a return back.

    They count as not sold from the day they were supplied. Raises: Refused "lot-short" (what came back is gone by now).
    """
    for one in sorted(returns, key=lambda row: (row.lot_id, row.acceptance_line_id)):
        cause = Cause("acceptance_line", one.acceptance_line_id, one.on)
        _source(one.lot_id)
        _change(one.lot_id, one.qty, LotMoveKind.RETURNED, cause, sold_qty=-one.qty)


def _left(lot_id: int) -> int:
    """What a lot has, under its row's lock."""
    left = LotBalance.in_qty - LotBalance.lost_qty - LotBalance.sold_qty
    return db.session.execute(sa.select(left).where(LotBalance.lot_id == lot_id).with_for_update()).scalar_one()


def _source(lot_id: int) -> LotSource:
    """How the lot was opened; a lot from before its kilograms were kept gets its opening record now."""
    found = db.session.scalar(sa.select(LotBalance.source).where(LotBalance.lot_id == lot_id))
    if found is not None:
        return found
    lot = db.session.get_one(Lot, lot_id)
    row = {
        "lot_id": lot_id, "product_id": lot.product_id, "origin_code": lot.origin_code,
        "harvested_on": lot.harvested_on, "source": LotSource.OPENING, "base_unit": base_unit(lot.product_id),
        "in_qty": 0, "eligible_qty": 0, "lost_qty": 0, "sold_qty": 0,
    }  # fmt: skip
    db.session.execute(insert(LotBalance).values(row).on_conflict_do_nothing())
    return LotSource.OPENING


def _change(
    lot_id: int, qty: int, kind: LotMoveKind, cause: Cause, *, eligible_qty: int = 0, in_qty: int = 0,
    lost_qty: int = 0, sold_qty: int = 0,
) -> None:  # fmt: skip
    needed = lost_qty + sold_qty - in_qty
    changed = db.session.execute(
        sa.update(LotBalance)
        .where(LotBalance.lot_id == lot_id, LotBalance.in_qty - LotBalance.lost_qty - LotBalance.sold_qty >= needed)
        .where(LotBalance.sold_qty + sold_qty >= 0)
        .values(
            in_qty=LotBalance.in_qty + in_qty,
            eligible_qty=LotBalance.eligible_qty + eligible_qty,
            lost_qty=LotBalance.lost_qty + lost_qty,
            sold_qty=LotBalance.sold_qty + sold_qty,
        )
        .returning(LotBalance.product_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        raise _short(lot_id, needed)
    row = {
        "lot_id": lot_id, "product_id": changed, "kind": kind, "qty": qty, "eligible_qty": eligible_qty,
        "happened_on": cause.on, "reason": cause.reason, "source": cause.source, "source_id": cause.source_id,
        "person_id": cause.person_id, "at": clock.now(),
    }  # fmt: skip
    written = db.session.execute(insert(LotMove).values(row).on_conflict_do_nothing().returning(LotMove.id)).all()
    if not written:
        raise Refused("lot-moved-already")


def _short(lot_id: int, wanted: int) -> Refused:
    row = db.session.execute(
        sa.select(Lot.lot_no, LotBalance.in_qty - LotBalance.lost_qty - LotBalance.sold_qty, LotBalance.base_unit)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(Lot.id == lot_id)
    ).one()
    unit = row.base_unit.value
    return Refused("lot-short", lot_no=row[0], left=reading.quantity_text(row[1], unit),
                   wanted=reading.quantity_text(wanted, unit))  # fmt: skip
