"""Parcels of deliveries, with the courier's word."""

from collections.abc import Collection

import sqlalchemy as sa

from core.db import any_of, db
from core.text import label
from market.models.delivery import Delivery
from market.models.shipping import Parcel
from market.rules.couriers import Courier


def of_order(order_id: int) -> dict[int, list[Parcel]]:
    """{delivery id: its parcels} of one order. One statement."""
    return _by_delivery(
        sa.select(Parcel).join(Delivery, Delivery.id == Parcel.delivery_id).where(Delivery.order_id == order_id)
    )


def of_deliveries(delivery_ids: Collection[int]) -> dict[int, list[Parcel]]:
    """{delivery id: its parcels}. One statement."""
    return _by_delivery(sa.select(Parcel).where(any_of(Parcel.delivery_id, delivery_ids)))


def _by_delivery(query: sa.Select[Parcel]) -> dict[int, list[Parcel]]:
    found: dict[int, list[Parcel]] = {}
    for parcel in db.session.scalars(query.order_by(Parcel.id)):
        found.setdefault(parcel.delivery_id, []).append(parcel)
    return found


def carrier(parcel: Parcel) -> str:
    """Who carries it, in words."""
    return parcel.carrier if parcel.courier is Courier.OTHER else label(parcel.courier)
