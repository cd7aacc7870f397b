"""An order's next step as its pages show it, for residents, units and suppliers alike."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock, settings
from core.clock import county_day, day_start
from core.db import db
from market.models.delivery import Acceptance, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.payment import PaymentIntent
from market.models.shipping import OrderAsk, ReceiptExtension
from market.queries.tracking import fresh_line
from market.rules.asks import AskState
from market.rules.deadlines import Terms, auto_receive_at, due_date
from market.rules.delivery_states import DeliveryState
from market.rules.next_action import NextAction, Standing, next_action
from market.rules.order_states import OrderKind, OrderState
from market.rules.payment_states import PaymentState

_OVER = frozenset({OrderState.CLOSED, OrderState.CANCELLED, OrderState.RECEIVED})


def of(order: Order) -> NextAction | None:
    """Who has to do what until when. At most four statements; none for an order that is over."""
    if order.state in _OVER:
        return None
    return next_action(_resident(order) if order.kind is OrderKind.RESIDENT else _unit(order))


def _resident(order: Order) -> Standing:
    return Standing(
        order.kind,
        order.state,
        expires_at=order.expires_at,
        closing=order.state is OrderState.PENDING_PAY and _is_closing(order.id),
        send_on=_ships_from(order.id) if order.state in {OrderState.PAID, OrderState.SHIPPED} else None,
        receive_by=_receive_by(order.id) if order.state is OrderState.SHIPPED else None,
    )


def _unit(order: Order) -> Standing:
    hours = int(settings.value("orders.confirm_hours"))
    coming = _coming(order.id) if order.state is OrderState.CONFIRMED else []
    return Standing(
        order.kind,
        order.state,
        confirm_by=order.placed_at + timedelta(hours=hours),
        answer_by=_answer_by(order.id),
        send_on=order.deliver_on,
        under_way_on=min((on for state, on in coming if state is DeliveryState.ON_THE_WAY), default=None),
        counted=any(state is DeliveryState.COUNTED for state, _ in coming),
        settle_on=_settle_on(order) if order.state is OrderState.FULFILLED else None,
    )


def _is_closing(order_id: int) -> bool:
    state = sa.select(PaymentIntent.state).where(PaymentIntent.order_id == order_id)
    return PaymentState.CLOSING in db.session.scalars(state).all()


def _ships_from(order_id: int) -> Any:
    """The day from which goods sold ahead are sent; None: at once."""
    query = sa.select(sa.func.max(OrderLine.ships_from)).where(OrderLine.order_id == order_id)
    return db.session.scalar(query)


def _receive_by(order_id: int) -> Any:
    """When the clock receives the first of what is on its way, as `services/receipts` does."""
    rows = db.session.execute(
        sa.select(Delivery.shipped_at, Delivery.delivered_on, sa.func.bool_or(fresh_line()))
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(Category, Category.id == OrderLine.category_id)
        .where(Delivery.order_id == order_id, Delivery.state == DeliveryState.ON_THE_WAY)
        .group_by(Delivery.id)
    ).all()
    longer = bool(rows) and db.session.scalar(sa.select(sa.exists().where(ReceiptExtension.order_id == order_id)))
    ends = [
        auto_receive_at(max(shipped, day_start(on)), is_fresh=bool(fresh), extended=bool(longer))
        for shipped, on, fresh in rows
    ]
    return min(ends, default=None)


def _answer_by(order_id: int) -> Any:
    query = sa.select(sa.func.min(OrderAsk.answer_until)).where(
        OrderAsk.order_id == order_id, OrderAsk.state == AskState.ASKED
    )
    return db.session.scalar(query)


def _coming(order_id: int) -> list[tuple[DeliveryState, Any]]:
    query = sa.select(Delivery.state, Delivery.delivered_on).where(
        Delivery.order_id == order_id, Delivery.state.in_([DeliveryState.ON_THE_WAY, DeliveryState.COUNTED])
    )
    return [(state, on) for state, on in db.session.execute(query)]


def _settle_on(order: Order) -> Any:
    query = sa.select(sa.func.max(Acceptance.accepted_at)).where(Acceptance.order_id == order.id)
    last = db.session.scalar(query)
    return due_date(county_day(last or clock.now()), Terms(pay_days=order.pay_term_days))
