"""A supplier's delivery rounds, and the stop that an order becomes on a run."""

from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.queries import suppliers
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.places.models import Place, PlaceLevel
from core.trail.models import Stream
from market.models.order import Order
from market.models.shipping import DeliveryRound, DeliveryRoundTown, RoundStop
from market.rules.rounds import Run
from market.rules.sending import check_window

MOST = 20


@dataclass(frozen=True)
class Wish:
    """A round as its supplier writes it. `weekdays` as bits from Monday; `cutoff_minute` of the county's day."""

    name: str
    weekdays: int
    cutoff_days: int
    cutoff_minute: int
    min_stop_fen: int = 0
    towns: frozenset[str] = frozenset()
    rests_on_holidays: bool = True
    window_from: time | None = None
    window_to: time | None = None
    driver: str = ""
    driver_phone: str = ""
    vehicle_no: str = ""


def write(wish: Wish, *, round_id: int | None = None, by: Actor) -> DeliveryRound:
    """A new round, or a round of the actor's as it is from now on; orders that were placed keep their run.

    Raises: Missing; Refused "round-no-days", "round-unknown-town", "round-too-many", "ship-window".
    """
    check_window(wish.window_from, wish.window_to)
    if not 1 <= wish.weekdays <= 127:
        raise Refused("round-no-days")
    _check_towns(wish.towns)
    row = _own(round_id, by) if round_id is not None else _new(by)
    for name in (
        *("name", "weekdays", "cutoff_days", "cutoff_minute", "min_stop_fen", "rests_on_holidays"),
        *("window_from", "window_to", "driver", "driver_phone", "vehicle_no"),
    ):
        setattr(row, name, getattr(wish, name))
    db.session.add(row)
    db.session.flush()
    db.session.execute(sa.delete(DeliveryRoundTown).where(DeliveryRoundTown.round_id == row.id))
    db.session.add_all(DeliveryRoundTown(round_id=row.id, place_code=code) for code in sorted(wish.towns))
    db.session.flush()
    _record("round-kept", row, by)
    return row


def close(round_id: int, *, by: Actor) -> DeliveryRound:
    """No more orders for it; what was placed stays. Raises: Missing."""
    row = _own(round_id, by)
    row.closed_at = clock.now()
    _record("round-closed", row, by)
    return row


def stop(order: Order, run: Run, *, wanted_on: date) -> RoundStop:
    """The order goes with a run: the day is the order's delivery day."""
    order.deliver_on = run.on
    row = RoundStop(order_id=order.id, round_id=run.round_id, run_on=run.on, wanted_on=wanted_on)
    db.session.add(row)
    return row


def _new(by: Actor) -> DeliveryRound:
    supplier_id = suppliers.own(by).id
    had = sa.select(sa.func.count()).select_from(DeliveryRound)
    open_rounds = had.where(DeliveryRound.supplier_id == supplier_id, DeliveryRound.closed_at.is_(None))
    if (db.session.scalar(open_rounds) or 0) >= MOST:
        raise Refused("round-too-many", most=MOST)
    return DeliveryRound(supplier_id=supplier_id)


def _own(round_id: int, by: Actor) -> DeliveryRound:
    row = db.session.scalars(
        sa.select(DeliveryRound)
        .join(Supplier, Supplier.id == DeliveryRound.supplier_id)
        .where(
            DeliveryRound.id == round_id,
            DeliveryRound.closed_at.is_(None),
            Supplier.organisation_id.in_(by.scope_ids),
        )
        .with_for_update(of=DeliveryRound)
    ).one_or_none()
    if row is None:
        raise Missing("no-such-round")
    return row


def _check_towns(codes: frozenset[str]) -> None:
    known = sa.select(sa.func.count()).select_from(Place)
    found = db.session.scalar(known.where(Place.code.in_(codes), Place.level == PlaceLevel.TOWN)) if codes else 0
    if found != len(codes):
        raise Refused("round-unknown-town")


def _record(act: str, row: DeliveryRound, by: Actor) -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "delivery_round", row.id),
        by=by,
        right=Right.SELL,
        after={"weekdays": row.weekdays, "min_stop_fen": row.min_stop_fen},
        name=row.name,
    )
