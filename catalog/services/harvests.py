"""采收单: goods of a supplier's own fields come into a lot, with the same discipline as goods that were bought."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.lots import HarvestRecord
from catalog.models.product import Product
from catalog.queries import purchases as reading
from catalog.queries import suppliers
from catalog.rules.lots import LotMoveKind, LotSource
from catalog.rules.purchase import check_harvest
from catalog.services import lots
from core import clock, numbers, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.quantity import Unit, parse_sum
from core.trail.models import Stream


@dataclass(frozen=True)
class Harvest:
    """What was weighed at the field. `plot`: which field, in words."""

    client_key: str
    product_id: int
    weighings: str
    weighed_in: Unit
    harvested_on: date
    plot: str = ""


def write(harvest: Harvest, *, by: Actor) -> HarvestRecord:
    """Record a harvest of one's own and open its lot; the same key again gives the record that stands.

    The village is the one that the township confirmed for the product, never typed in (rule 39).
    Raises: Refused "purchase-product-unknown", "purchase-product-withdrawn", "harvest-origin-unconfirmed",
    "purchase-empty", "purchase-harvest-ahead", "purchase-harvest-old", "quantity-…".
    """
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(harvest.client_key, 1))))
    own = suppliers.own(by)
    known = _known(harvest.client_key, own.id)
    if known is not None:
        return known
    goods = reading.get_goods(harvest.product_id, by)
    origin_code, confirmed = _origin(harvest.product_id)
    if not confirmed:
        raise Refused("harvest-origin-unconfirmed", name=goods.name)
    if harvest.weighed_in.base is not goods.base_unit:
        raise Refused("quantity-unit-differs", text=harvest.weighings[:40])
    qty = parse_sum(harvest.weighings, harvest.weighed_in)
    if qty <= 0:
        raise Refused("purchase-empty")
    check_harvest(harvest.harvested_on, clock.now())
    lot = lots.new(lots.Batch(own.id, harvest.product_id, origin_code, harvest.harvested_on), LotSource.HARVEST)
    record_id, number = numbers.take(HarvestRecord, "CS")
    record = HarvestRecord(
        id=record_id, record_no=number, client_key=harvest.client_key, supplier_id=own.id,
        product_id=harvest.product_id, lot_id=lot.id, origin_code=origin_code, harvested_on=harvest.harvested_on,
        weighings=f"{harvest.weighings.strip()} {harvest.weighed_in.code}", qty=qty, plot=harvest.plot.strip(),
        person_id=by.person_id, at=clock.now(),
    )  # fmt: skip
    _book(record, by)
    return record


def reverse(record_id: int, *, reason: str, by: Actor) -> HarvestRecord:
    """Take a record back by its negative.

    Raises: Missing; Refused "reason-needed", "harvest-reversed-already", "lot-short" (already left).
    """
    own = suppliers.own(by)
    record = db.session.execute(
        sa.select(HarvestRecord).where(
            HarvestRecord.id == record_id, HarvestRecord.supplier_id == own.id, HarvestRecord.reverses_id.is_(None)
        )
    ).scalar_one_or_none()
    if record is None:
        raise Missing("no-such-harvest")
    if not reason.strip():
        raise Refused("reason-needed")
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"harvest {record_id}", 1))))
    if db.session.scalar(sa.select(sa.exists().where(HarvestRecord.reverses_id == record_id))):
        raise Refused("harvest-reversed-already")
    back_id, number = numbers.take(HarvestRecord, "CS")
    back = HarvestRecord(
        id=back_id, record_no=number, client_key=f"reverse-{record_id}", supplier_id=own.id,
        product_id=record.product_id, lot_id=record.lot_id, origin_code=record.origin_code,
        harvested_on=record.harvested_on, weighings=record.weighings, qty=-record.qty, plot=record.plot,
        reverses_id=record_id, reason=reason.strip(), person_id=by.person_id, at=clock.now(),
    )  # fmt: skip
    _book(back, by)
    return back


def _book(record: HarvestRecord, by: Actor) -> None:
    db.session.add(record)
    db.session.flush()
    cause = lots.Cause("harvest_record", record.id, record.harvested_on, by.person_id, record.reason)
    lots.come_in(record.lot_id, record.qty, LotMoveKind.HARVESTED, cause)
    act = "harvest-written" if record.reverses_id is None else "harvest-reversed"
    trail.record(
        Stream.CATALOGUE, act, "harvest_record", record.id, by=by, right=Right.SELL,
        after={"qty": record.qty, "lot_id": record.lot_id}, record_no=record.record_no, reason=record.reason,
    )  # fmt: skip


def _known(client_key: str, supplier_id: int) -> HarvestRecord | None:
    found = db.session.execute(
        sa.select(HarvestRecord).where(HarvestRecord.client_key == client_key)
    ).scalar_one_or_none()
    if found is not None and found.supplier_id != supplier_id:
        raise Refused("purchase-key-reused")
    return found


def _origin(product_id: int) -> tuple[str, bool]:
    row = db.session.execute(
        sa.select(Product.origin_code, Product.origin_confirmed_by_id).where(Product.id == product_id)
    ).one()
    return row.origin_code, row.origin_confirmed_by_id is not None
