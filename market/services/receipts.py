"""Residents receive: one delivery after the other, by their word or, after the days of rule 57, by the clock's.

7 days after a delivery, 3 where fresh goods are in it, once 3 more at the buyer's wish. The order is received when
nothing of it is still to be sent or on its way.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.clock import day_start
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.shipping import ReceiptExtension
from market.queries import progress
from market.queries.tracking import fresh_line
from market.rules.deadlines import auto_receive_at
from market.rules.delivery_states import DELIVERY, DeliveryAct, DeliveryState
from market.rules.order_states import OrderAct, OrderState
from market.services import order_steps, resident_orders

_BATCH = 50
_SHORTEST = timedelta(days=3)


def receive(order_id: int, *, delivery_id: int | None = None, by: Actor) -> Order:
    """The resident has one delivery (None: all that are on their way) in hand.

    Raises: Missing; Refused "state-forbids-act", "receipt-nothing-coming".
    """
    order = resident_orders.own(order_id, by)
    coming = _coming(order, delivery_id)
    if not coming:
        raise Refused("receipt-nothing-coming", order_no=order.order_no)
    for delivery in coming:
        _received(delivery, "resident")
        trail.record(
            *(Stream.MONEY, "delivery-received", "delivery", delivery.id),
            by=by, right=Right.SHOP, delivery_no=delivery.delivery_no, order_no=order.order_no,
        )  # fmt: skip
    _complete(order, "resident", by)
    return order


def extend(order_id: int, *, by: Actor) -> ReceiptExtension:
    """Three days more before the goods count as received, once an order.

    Raises: Missing; Refused "receipt-extended-already", "receipt-nothing-coming".
    """
    order = resident_orders.own(order_id, by)
    if db.session.get(ReceiptExtension, order.id) is not None:
        raise Refused("receipt-extended-already", order_no=order.order_no)
    if not _coming(order, None):
        raise Refused("receipt-nothing-coming", order_no=order.order_no)
    row = ReceiptExtension(order_id=order.id, person_id=by.person_id, at=clock.now())
    db.session.add(row)
    db.session.flush()
    trail.record(Stream.MONEY, "receipt-extended", "order", order.id, by=by, right=Right.SHOP, order_no=order.order_no)
    return row


def receive_due() -> int:
    """Deliveries whose days are over count as received; those of an order whose money is going back wait. How many."""
    found = 0
    for delivery_id, order_id in _due(clock.now()):
        order = db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
        delivery = db.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if delivery.state is not DeliveryState.ON_THE_WAY or order.state is not OrderState.SHIPPED:
            continue
        _received(delivery, "clock")
        trail.record(
            *(Stream.MONEY, "delivery-received", "delivery", delivery.id),
            by=None, delivery_no=delivery.delivery_no, order_no=order.order_no,
        )  # fmt: skip
        _complete(order, "clock", None)
        found += 1
    return found


def _due(now: datetime) -> list[tuple[int, int]]:
    """(delivery, order) of deliveries whose time is over, the oldest first. One statement."""
    rows = db.session.execute(
        sa.select(
            Delivery.id, Delivery.order_id, Delivery.shipped_at, Delivery.delivered_on,
            sa.func.bool_or(fresh_line()), sa.func.bool_or(ReceiptExtension.order_id.is_not(None)),
        )
        .join(Order, Order.id == Delivery.order_id)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(Category, Category.id == OrderLine.category_id)
        .outerjoin(ReceiptExtension, ReceiptExtension.order_id == Delivery.order_id)
        .where(
            Delivery.state == DeliveryState.ON_THE_WAY,
            Delivery.buyer_id.is_(None),
            Delivery.shipped_at <= now - _SHORTEST,
            Order.state == OrderState.SHIPPED,
        )
        .group_by(Delivery.id)
        .order_by(Delivery.shipped_at)
        .limit(20 * _BATCH)
    )  # fmt: skip
    due = []
    for delivery_id, order_id, shipped_at, on, is_fresh, extended in rows:
        arrived = max(shipped_at, day_start(on))
        if auto_receive_at(arrived, is_fresh=bool(is_fresh), extended=bool(extended)) <= now:
            due.append((delivery_id, order_id))
    return due[:_BATCH]


def _coming(order: Order, delivery_id: int | None) -> list[Delivery]:
    query = sa.select(Delivery).where(Delivery.order_id == order.id, Delivery.state == DeliveryState.ON_THE_WAY)
    if delivery_id is not None:
        known = sa.select(sa.exists().where(Delivery.id == delivery_id, Delivery.order_id == order.id))
        if not db.session.scalar(known):
            raise Missing("no-such-delivery")
        query = query.where(Delivery.id == delivery_id)
    rows = db.session.scalars(query.order_by(Delivery.id).with_for_update())
    return list(rows.all())


def _received(delivery: Delivery, party: str) -> None:
    delivery.state = advance(DELIVERY, delivery.state, DeliveryAct.RECEIVE, party)
    delivery.received_at = clock.now()


def _complete(order: Order, party: str, by: Actor | None) -> None:
    """The order is received once every line is."""
    db.session.flush()
    if all(one.progress.is_closed for one in progress.of_order(order.id).values()):
        order_steps.move(order, OrderAct.RECEIVE, party=party, by=by)
        trail.record(
            *(Stream.MONEY, "order-received", "order", order.id),
            by=by, right=Right.SHOP if by else None, order_no=order.order_no,
        )  # fmt: skip
