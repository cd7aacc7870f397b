"""Batches of goods as their supplier names them when they leave (rule 39)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Lot, Product
from core import clock
from core.db import db
from core.errors import Refused
from market.models.order import OrderLine
from market.queries import origins
from market.services import numbers


@dataclass(frozen=True)
class NewLot:
    """A batch. No number: one is given. No origin: the product's confirmed village."""

    harvested_on: date
    lot_no: str = ""
    origin_code: str | None = None


def take(wanted: NewLot, agreed: OrderLine, *, supplier_id: int) -> Lot:
    """The lot of this number if it is the same goods, else a new one.

    Raises: Refused "lot-harvest-ahead", "lot-origin-unconfirmed", "lot-number-taken".
    """
    if wanted.harvested_on > clock.today():
        raise Refused("lot-harvest-ahead", name=agreed.product_name)
    origin = _origin(wanted, agreed, supplier_id)
    same = db.session.execute(sa.select(Lot).where(Lot.lot_no == wanted.lot_no)).scalar_one_or_none()
    if wanted.lot_no and same is not None:
        is_it = (same.product_id, same.origin_code, same.harvested_on) == (
            agreed.product_id,
            origin,
            wanted.harvested_on,
        )
        if not is_it:
            raise Refused("lot-number-taken", lot_no=wanted.lot_no)
        return same
    lot_id, number = numbers.take(Lot, "PC")
    lot = Lot(
        id=lot_id,
        lot_no=wanted.lot_no or number,
        supplier_id=supplier_id,
        product_id=agreed.product_id,
        origin_code=origin,
        harvested_on=wanted.harvested_on,
        created_at=clock.now(),
    )
    db.session.add(lot)
    db.session.flush()
    return lot


def _origin(wanted: NewLot, agreed: OrderLine, supplier_id: int) -> str:
    """A village that the township confirmed for these goods of this supplier; never only typed in (rule 39)."""
    default = db.session.execute(sa.select(Product.origin_code).where(Product.id == agreed.product_id)).scalar_one()
    chosen = wanted.origin_code or default
    if chosen not in origins.confirmed(supplier_id, agreed.category_id):
        raise Refused("lot-origin-unconfirmed", name=agreed.product_name)
    return chosen
