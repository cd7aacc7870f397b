"""Batches of goods as their supplier names them when they leave (rule 39)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.lots import LotBalance
from catalog.models.product import Lot, Product
from catalog.rules.lots import LotSource
from catalog.services import lots
from core import clock, settings
from core.db import db
from core.errors import Refused
from market.models.order import OrderLine
from market.queries import origins


@dataclass(frozen=True)
class NewLot:
    """A batch. No number: one is given. No origin: the product's confirmed village."""

    harvested_on: date
    lot_no: str = ""
    origin_code: str | None = None


def take(wanted: NewLot, agreed: OrderLine, *, supplier_id: int) -> Lot:
    """The lot of this number if it is the same goods, else a new one, declared on the delivery note itself.

    A lot that has its own papers (收购单, 采收单) is taken as it stands: its village and day were written in the field.
    Raises: Refused "lot-harvest-ahead", "lot-origin-unconfirmed", "lot-number-taken", "lot-undeclared" (the county no
    longer takes goods that no paper of the field stands behind).
    """
    if wanted.lot_no and (own := _with_papers(wanted.lot_no, agreed)) is not None:
        return own
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
    if not settings.value("lots.dispatch_declares", on=clock.today()):
        raise Refused("lot-undeclared", name=agreed.product_name)
    batch = lots.Batch(supplier_id, agreed.product_id, origin, wanted.harvested_on)
    return lots.new(batch, LotSource.DISPATCH, lot_no=wanted.lot_no)


def _with_papers(lot_no: str, agreed: OrderLine) -> Lot | None:
    return db.session.execute(
        sa.select(Lot)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(
            Lot.lot_no == lot_no,
            Lot.product_id == agreed.product_id,
            LotBalance.source.in_((LotSource.PURCHASE, LotSource.HARVEST)),
        )
    ).scalar_one_or_none()


def _origin(wanted: NewLot, agreed: OrderLine, supplier_id: int) -> str:
    """A village that the township confirmed for these goods of this supplier; never only typed in (rule 39)."""
    default = db.session.execute(sa.select(Product.origin_code).where(Product.id == agreed.product_id)).scalar_one()
    chosen = wanted.origin_code or default
    if chosen not in origins.confirmed(supplier_id, agreed.category_id):
        raise Refused("lot-origin-unconfirmed", name=agreed.product_name)
    return chosen
