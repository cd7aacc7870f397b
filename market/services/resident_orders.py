"""A resident's order after it was placed: cancelled before payment, given back when it cannot be sent."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.jobs import enqueue
from core.trail.models import Stream
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.rules.order_states import OrderKind, OrderState
from market.rules.payment_states import PaymentState
from market.services import holding, payments, refunds


def own(order_id: int, by: Actor) -> Order:
    """The actor's own order, locked. Raises: Missing."""
    order = db.session.execute(
        sa.select(Order)
        .where(Order.id == order_id, Order.person_id == by.person_id, Order.kind == OrderKind.RESIDENT)
        .with_for_update()
    ).scalar_one_or_none()
    if order is None:
        raise Missing("no-such-order")
    return order


def cancel(order_id: int, *, by: Actor) -> Order:
    """Give up an unpaid order. If paying was begun, the provider closes it first: somebody may be paying right now.

    Raises: Missing; Refused "order-not-payable" once it is paid or over.
    """
    order = own(order_id, by)
    if order.state is not OrderState.PENDING_PAY:
        raise Refused("order-not-payable")
    intent = db.session.execute(
        sa.select(PaymentIntent)
        .where(PaymentIntent.order_id == order.id)
        .order_by(PaymentIntent.id.desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if intent is None:
        payments.expire(order, given_up=True)
    elif payments.ask_close(intent):
        intent.next_query_at = clock.now()
        enqueue("market.look_at_payment", key=f"look:{intent.id}", intent_id=intent.id)
    trail.record(
        Stream.MONEY, "order-cancel-asked", "order", order.id, by=by, right=Right.SHOP, order_no=order.order_no
    )
    return order


def refund_unsent(order_id: int, *, reason: str, by: Actor) -> Order:
    """The supplier cannot send a paid order: everything goes back to where it was paid from.

    Raises: Missing; Refused "reason-needed", "order-not-paid".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    order = holding.sold_order(order_id, by)
    intent = db.session.execute(
        sa.select(PaymentIntent)
        .where(PaymentIntent.order_id == order.id, PaymentIntent.state == PaymentState.PAID)
        .with_for_update()
    ).scalar_one_or_none()
    if order.state is not OrderState.PAID or intent is None:
        raise Refused("order-not-paid")
    refunds.ask(intent.id, intent.paid_fen, reason.strip(), f"unsent:{order.id}", by)
    trail.record(Stream.MONEY, "order-given-back", "order", order.id, by=by, right=Right.SELL, order_no=order.order_no)
    return order
