"""The supplier's side of a unit's order: confirm or decline, send goods with a delivery note, close what is left.

Stock: an order has promised its agreed quantity. What leaves is shipped from that promise; goods that weigh more than
what is left of it are promised first. When the order ends, the promise that nobody shipped is released.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.services import lots as kilograms
from catalog.services import recalls, stock
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream
from market.models.delivery import Delivery, DeliveryLine, OrderLineClose
from market.models.order import Order, OrderLine
from market.queries import progress, refunds
from market.rules.counting import check_whole_packs
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.services import commitments, holding, lots, numbers, order_steps, organic_marks
from market.services.lots import NewLot

_PLAUSIBLE = 2  # times the upper tolerance: more on one note is a slipped decimal point


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
    """Who brings it."""

    driver: str = ""
    driver_phone: str = ""
    carrier: str = ""
    tracking_no: str = ""


def confirm_order(order_id: int, *, by: Actor) -> Order:
    """The supplier will deliver. Raises: Missing, Refused "state-forbids-act"."""
    order = holding.sold_order(order_id, by)
    order_steps.move(order, OrderAct.CONFIRM, party="supplier", by=by)
    _record("order-confirmed", order, by)
    return order


def decline(order_id: int, *, reason: str, by: Actor) -> Order:
    """The supplier will not deliver; what was promised is free again. Raises: Missing, Refused "reason-needed"."""
    if not reason.strip():
        raise Refused("reason-needed")
    order = holding.sold_order(order_id, by)
    order_steps.move(order, OrderAct.DECLINE, party="supplier", by=by, reason=reason)
    release_rest(order)
    _record("order-declined", order, by, reason=reason)
    return order


def ship(
    order_id: int, lines: Sequence[ShipLine], *, van: Van | None = None, arrives_on: date | None = None, by: Actor
) -> Delivery:
    """Send goods of a confirmed (a resident's: paid) order with a delivery note; lots are made here (rule 39).

    Raises: Refused "order-not-confirmed", "ship-empty", "ship-line-unknown", "ship-line-twice", "ship-line-closed",
    "ship-far-above", "ship-not-whole-packs", "ship-day-past", "ship-refunded" and "ship-not-all" (a resident's),
    "lot-…" (also "lot-short": more than the lot has), "organic-code…", "stock-short"; Missing.
    """
    order = holding.sold_order(order_id, by)
    on = arrives_on or clock.today()
    if order.state is not (OrderState.PAID if order.kind is OrderKind.RESIDENT else OrderState.CONFIRMED):
        raise Refused("order-not-confirmed", order_no=order.order_no)
    if on < clock.today():
        raise Refused("ship-day-past")
    if refunds.asked(order.id):
        raise Refused("ship-refunded", order_no=order.order_no)
    known = progress.of_order(order.id)
    _check_lines(lines, known)
    if order.kind is OrderKind.RESIDENT:
        _check_all(lines, known)
    delivery = _note(order, van or Van(), on, by)
    leaving = [_add_line(delivery, line, known[line.order_line_id].line) for line in lines]
    kilograms.sell(leaving)
    recalls.check_free({line.lot_id for line in leaving})
    _move_stock(delivery.id, lines, known)
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
    return delivery


def close_rest(order_id: int, *, reason: str, by: Actor) -> Order:
    """The unit no longer wants what is missing (关闭余量): the order is fulfilled with what was accepted.

    Raises: Refused "reason-needed", "close-under-way" (a delivery is still to be weighed), "state-forbids-act".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    order = holding.bought_order(order_id, by)
    known = progress.of_order(order.id)
    if any(one.progress.under_way_qty for one in known.values()):
        raise Refused("close-under-way", order_no=order.order_no)
    write_rest_off(known.values(), reason=reason, by=by)
    fulfil(order, party="unit", by=by, reason=reason)
    _record("order-closed-short", order, by, right=Right.RECEIVE, reason=reason)
    return order


def write_rest_off(lines: Iterable[progress.LineProgress], *, reason: str, by: Actor) -> None:
    """Keep, per line, what will not come any more."""
    for one in lines:
        if one.progress.rest_qty and not one.progress.is_closed:
            db.session.add(
                OrderLineClose(
                    order_line_id=one.line.id,
                    qty=one.progress.rest_qty,
                    reason=reason,
                    person_id=by.person_id,
                    at=clock.now(),
                )
            )
    db.session.flush()


def fulfil(order: Order, *, party: str, by: Actor, reason: str = "") -> None:
    """End the deliveries of an order and free what was promised and never left."""
    order_steps.move(order, OrderAct.FULFIL, party=party, by=by, reason=reason)
    release_rest(order)


def release_rest(order: Order) -> None:
    """Free the part of the order's promise that nobody shipped."""
    rest = [
        (one.line.offer_id, one.line.qty - one.shipped_qty)
        for one in progress.of_order(order.id).values()
        if one.line.qty > one.shipped_qty
    ]
    stock.release(rest, source="order", source_id=order.id)


def _check_all(lines: Sequence[ShipLine], known: dict[int, progress.LineProgress]) -> None:
    """A resident has paid for everything and has nobody who weighs: all of it leaves, or all is given back."""
    for one in known.values():
        if sum(line.qty for line in lines if line.order_line_id == one.line.id) < one.line.qty:
            raise Refused("ship-not-all", name=one.line.product_name)


def _check_lines(lines: Sequence[ShipLine], known: dict[int, progress.LineProgress]) -> None:
    if not lines:
        raise Refused("ship-empty")
    seen: set[tuple[int, NewLot]] = set()
    for line in lines:
        one = known.get(line.order_line_id)
        if one is None or line.qty <= 0:
            raise Refused("ship-line-unknown")
        if (line.order_line_id, line.lot) in seen:
            raise Refused("ship-line-twice", name=one.line.product_name)
        seen.add((line.order_line_id, line.lot))
        _check_line(line, one)


def _check_line(line: ShipLine, one: progress.LineProgress) -> None:
    name = one.line.product_name
    if one.progress.closed_qty:
        raise Refused("ship-line-closed", name=name)
    if not check_whole_packs(one.line.sale_mode, line.qty, one.line.pack_qty):
        raise Refused("ship-not-whole-packs", name=name)
    on_its_way = one.progress.accepted_qty + one.progress.under_way_qty + line.qty
    if on_its_way > _PLAUSIBLE * one.line.upper_qty:
        raise Refused("ship-far-above", name=name)


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
        carrier=van.carrier,
        tracking_no=van.tracking_no,
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
    leaving: dict[int, int] = {}
    for line in lines:
        leaving[line.order_line_id] = leaving.get(line.order_line_id, 0) + line.qty
    excess, goods = [], []
    for line_id, qty in leaving.items():
        agreed, shipped = known[line_id].line, known[line_id].shipped_qty
        more = qty - max(0, agreed.qty - shipped)
        goods.append((agreed.offer_id, qty))
        if more > 0:
            excess.append((agreed.offer_id, more))
    stock.reserve(excess, source="delivery", source_id=delivery_id)
    stock.ship(goods, source="delivery", source_id=delivery_id)


def _record(act: str, order: Order, by: Actor, *, right: Right = Right.SELL, reason: str = "") -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "purchase_order", order.id),
        by=by,
        right=right,
        after={"state": order.state.value},
        order_no=order.order_no,
        reason=reason,
    )
