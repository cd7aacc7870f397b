"""Goods leave: a delivery note with lots, papers, and who brings it.

Stock: an order has promised its agreed quantity. What leaves is shipped from that promise; goods that weigh more than
what is left of it are promised first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.services import lots as kilograms
from catalog.services import recalls, stock
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Refused
from core.trail.models import Stream
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.queries import asking_back, progress, refunds
from market.rules import sending as rules
from market.rules.counting import check_whole_packs
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.rules.partners import HookEvent
from market.services import (
    commitments,
    holding,
    hooks,
    lots,
    numbers,
    order_steps,
    organic_marks,
    parcels,
    picking,
)
from market.services.lots import NewLot
from market.services.parcels import NewParcel

_OPEN = {OrderKind.RESIDENT: (OrderState.PAID, OrderState.SHIPPED)}


@dataclass(frozen=True)
class ShipLine:
    """Goods of one lot on a delivery note, base units, with the numbers of their papers."""

    order_line_id: int
    qty: int
    lot: NewLot
    commitment_no: str = ""
    quarantine_no: str = ""
    inspection_no: str = ""
    report_valid_to: date | None = None
    organic: str = ""  # 有机码 as typed


@dataclass(frozen=True)
class Van:
    """Who brings it: own van with driver and window of arrival (county wall clock), or parcels of couriers."""

    driver: str = ""
    driver_phone: str = ""
    vehicle_no: str = ""
    window_from: time | None = None
    window_to: time | None = None
    parcels: tuple[NewParcel, ...] = ()


def ship(
    order_id: int, lines: Sequence[ShipLine], *, van: Van | None = None, arrives_on: date | None = None, by: Actor
) -> Delivery:
    """Send goods of a confirmed (a resident's: paid) order with a delivery note; lots are made here (rule 39).

    Raises: Refused "order-not-confirmed", "ship-empty", "ship-line-unknown", "ship-line-twice", "ship-line-closed",
    "ship-far-above", "ship-not-whole-packs", "ship-day-past", "ship-window", "ship-refunded" and "ship-not-all" (a
    resident's line leaves whole), "ship-quarantine-missing" and "ship-inspection-missing" (meat, rule 56), "parcel-…",
    "lot-…" (also "lot-short": more than the lot has), "organic-code…", "stock-short"; Missing.
    """
    order = holding.sold_order(order_id, by)
    on, van = arrives_on or clock.today(), van or Van()
    _check_order(order, on)
    rules.check_window(van.window_from, van.window_to)
    known = progress.of_order(order.id)
    _check_lines(lines, known)
    if order.kind is OrderKind.RESIDENT:
        _check_whole_lines(lines, known)
    delivery = _note(order, van, on, by)
    leaving = [_add_line(delivery, line, known[line.order_line_id].line) for line in lines]
    kilograms.sell(leaving)
    recalls.check_free({line.lot_id for line in leaving})
    _move_stock(delivery.id, lines, known)
    parcels.put(delivery, van.parcels, by=by)
    picking.clear({line.order_line_id for line in lines})
    if order.kind is OrderKind.RESIDENT:
        order_steps.move(order, OrderAct.SHIP, party="supplier", by=by)
    trail.record(
        *(Stream.PROCUREMENT, "delivery-sent", "delivery", delivery.id),
        by=by,
        right=Right.SELL,
        after={"state": delivery.state.value, "lines": [[line.order_line_id, line.qty] for line in lines]},
        delivery_no=delivery.delivery_no,
        order_no=order.order_no,
    )
    hooks.tell_delivery(order, delivery, HookEvent.DELIVERY_SENT)
    return delivery


def _check_order(order: Order, on: date) -> None:
    if order.state not in _OPEN.get(order.kind, (OrderState.CONFIRMED,)):
        raise Refused("order-not-confirmed", order_no=order.order_no)
    if on < clock.today():
        raise Refused("ship-day-past")
    if refunds.asked(order.id):
        raise Refused("ship-refunded", order_no=order.order_no)
    if asking_back.is_open(order.id):
        raise Refused("ship-asked-back", order_no=order.order_no)


def _check_whole_lines(lines: Sequence[ShipLine], known: dict[int, progress.LineProgress]) -> None:
    """A resident has paid for everything and has nobody who weighs: lines may go apart, but each leaves whole."""
    for line_id in {line.order_line_id for line in lines}:
        one = known[line_id]
        if sum(line.qty for line in lines if line.order_line_id == line_id) < one.progress.rest_qty:
            raise Refused("ship-not-all", name=one.line.product_name)


def _check_lines(lines: Sequence[ShipLine], known: dict[int, progress.LineProgress]) -> None:
    if not lines:
        raise Refused("ship-empty")
    meat = _meat(known)
    seen: set[tuple[int, NewLot]] = set()
    going: Counter[int] = Counter()
    for line in lines:
        one = known.get(line.order_line_id)
        if one is None or line.qty <= 0:
            raise Refused("ship-line-unknown")
        if (line.order_line_id, line.lot) in seen:
            raise Refused("ship-line-twice", name=one.line.product_name)
        seen.add((line.order_line_id, line.lot))
        going[line.order_line_id] += line.qty
        _check_line(line, one, going[line.order_line_id])
        if one.line.category_id in meat:
            rules.check_meat(one.line.product_name, quarantine_no=line.quarantine_no, inspection_no=line.inspection_no)


def _meat(known: dict[int, progress.LineProgress]) -> set[int]:
    wanted = any_of(Category.id, {one.line.category_id for one in known.values()})
    return set(db.session.scalars(sa.select(Category.id).where(wanted, Category.needs_quarantine)))


def _check_line(line: ShipLine, one: progress.LineProgress, going_qty: int) -> None:
    name = one.line.product_name
    if not one.is_open:
        raise Refused("ship-line-closed", name=name)
    if not check_whole_packs(one.line.sale_mode, line.qty, one.line.pack_qty):
        raise Refused("ship-not-whole-packs", name=name)
    rules.check_plausible(
        name,
        gone_qty=one.progress.accepted_qty + one.progress.under_way_qty,
        going_qty=going_qty,
        upper_qty=one.progress.upper_qty,
    )


def _note(order: Order, van: Van, on: date, by: Actor) -> Delivery:
    delivery_id, number = numbers.take(Delivery, "PS")
    delivery = Delivery(
        id=delivery_id,
        delivery_no=number,
        token=codes.token(),
        order_id=order.id,
        supplier_id=order.supplier_id,
        buyer_id=order.buyer_id,
        canteen_id=order.canteen_id,
        state=DeliveryState.ON_THE_WAY,
        driver=van.driver,
        driver_phone=van.driver_phone,
        vehicle_no=van.vehicle_no,
        window_from=van.window_from,
        window_to=van.window_to,
        delivered_on=on,
        shipped_at=clock.now(),
        created_by_id=by.person_id,
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def _add_line(delivery: Delivery, line: ShipLine, agreed: OrderLine) -> kilograms.Leaving:
    lot = lots.take(line.lot, agreed, supplier_id=delivery.supplier_id)
    row = DeliveryLine(
        delivery_id=delivery.id,
        order_line_id=agreed.id,
        lot_id=lot.id,
        qty=line.qty,
        origin_code=lot.origin_code,
        commitment_no=commitments.use(
            line.commitment_no, lot_id=lot.id, qty=line.qty, supplier_id=delivery.supplier_id, name=agreed.product_name
        ),
        quarantine_no=line.quarantine_no.strip(),
        inspection_no=line.inspection_no.strip(),
        report_valid_to=line.report_valid_to,
    )
    db.session.add(row)
    db.session.flush()
    organic_marks.put(row.id, line.organic)
    return kilograms.Leaving(lot.id, line.qty, row.id, delivery.delivered_on)


def _move_stock(delivery_id: int, lines: Sequence[ShipLine], known: dict[int, progress.LineProgress]) -> None:
    leaving: Counter[int] = Counter()
    for line in lines:
        leaving[line.order_line_id] += line.qty
    excess, goods = [], []
    for line_id, qty in leaving.items():
        one = known[line_id]
        more = qty - max(0, one.agreed_qty - one.shipped_qty)
        goods.append((one.line.offer_id, qty))
        if more > 0:
            excess.append((one.line.offer_id, more))
    stock.reserve(excess, source="delivery", source_id=delivery_id)
    stock.ship(goods, source="delivery", source_id=delivery_id)
