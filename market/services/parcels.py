"""Parcels of a delivery: courier and number, several to one delivery, added until the goods have come."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.models.delivery import Delivery
from market.models.shipping import Parcel
from market.rules.couriers import Courier, number_of
from market.rules.delivery_states import DeliveryState
from market.services import holding

MOST = 20


@dataclass(frozen=True)
class NewParcel:
    """A parcel as typed; `carrier` names a courier that is not in the list."""

    courier: Courier
    number: str
    carrier: str = ""


def put(delivery: Delivery, wanted: Sequence[NewParcel], *, by: Actor) -> list[Parcel]:
    """Write parcels of a delivery that is on its way.

    Raises: Refused "parcel-number-…", "parcel-carrier-missing", "parcel-twice" (number), "parcel-too-many".
    """
    had = db.session.execute(
        sa.select(Parcel.courier, Parcel.tracking_no).where(Parcel.delivery_id == delivery.id)
    ).all()
    known = {(row.courier, row.tracking_no) for row in had}
    if len(known) + len(wanted) > MOST:
        raise Refused("parcel-too-many", most=MOST)
    made = []
    for one in wanted:
        number = number_of(one.courier, one.number)
        if one.courier is Courier.OTHER and not one.carrier.strip():
            raise Refused("parcel-carrier-missing")
        if (one.courier, number) in known:
            raise Refused("parcel-twice", number=number)
        known.add((one.courier, number))
        made.append(
            Parcel(
                delivery_id=delivery.id,
                courier=one.courier,
                carrier=one.carrier.strip() if one.courier is Courier.OTHER else "",
                tracking_no=number,
                added_by_id=by.person_id,
                added_at=clock.now(),
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


def add(delivery_id: int, one: NewParcel, *, by: Actor) -> Parcel:
    """One more parcel of a delivery of the actor's shop.

    Raises: Missing; as `put`; Refused "parcel-too-late" once the goods were counted or received.
    """
    delivery = _sent(delivery_id, by)
    (made,) = put(delivery, [one], by=by)
    _record("parcel-added", delivery, made, by)
    return made


def drop(parcel_id: int, *, by: Actor) -> None:
    """Take a mistyped parcel off again. Raises: Missing; Refused "parcel-too-late"."""
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None:
        raise Missing("no-such-delivery")
    delivery = _sent(parcel.delivery_id, by)
    db.session.delete(parcel)
    _record("parcel-dropped", delivery, parcel, by)


def _sent(delivery_id: int, by: Actor) -> Delivery:
    delivery = holding.sent_delivery(delivery_id, by)
    if delivery.state is not DeliveryState.ON_THE_WAY:
        raise Refused("parcel-too-late", delivery_no=delivery.delivery_no)
    return delivery


def _record(act: str, delivery: Delivery, parcel: Parcel, by: Actor) -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "delivery", delivery.id),
        by=by,
        right=Right.SELL,
        after={"state": delivery.state.value},
        delivery_no=delivery.delivery_no,
        tracking_no=parcel.tracking_no,
    )
