"""What the clock does to questions that nobody answers: asks end, and orders that wait for an answer end with them."""

from datetime import timedelta

import sqlalchemy as sa

from core import clock, settings, trail
from core.db import db
from core.trail.models import Stream
from market.models.order import Order
from market.models.shipping import OrderAsk
from market.rules.asks import AskAct, AskKind, AskState
from market.rules.order_states import OrderAct, OrderState
from market.services import ask_rows, fulfilment, order_steps

_BATCH = 50


def end_asks() -> int:
    """Asks that nobody answered in time end; an order that waited for one ends with it. How many asks."""
    due = (
        sa.select(OrderAsk)
        .where(OrderAsk.state == AskState.ASKED, OrderAsk.answer_until <= clock.now())
        .order_by(OrderAsk.answer_until)
        .limit(_BATCH)
    )
    found = [ask.id for ask in db.session.scalars(due)]
    for ask_id in found:
        ask, order = ask_rows.held(ask_id, sa.true())
        if ask.state is not AskState.ASKED:
            continue
        ask_rows.answer(ask, order, AskAct.LAPSE, "clock", None)
        if ask.kind is AskKind.CONFIRM and order.state is OrderState.PLACED:
            _lapse(order, "ask")
    return len(found)


def end_orders() -> int:
    """Units' orders that their supplier never answered end, and free what they promised. How many."""
    hours = int(settings.value("orders.confirm_hours"))
    waits = sa.exists().where(OrderAsk.order_id == Order.id, OrderAsk.state == AskState.ASKED)
    due = (
        sa.select(Order)
        .where(Order.state == OrderState.PLACED, Order.placed_at <= clock.now() - timedelta(hours=hours), ~waits)
        .order_by(Order.placed_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    found = db.session.scalars(due).all()
    for order in found:
        _lapse(order, "supplier")
    return len(found)


def _lapse(order: Order, silent: str) -> None:
    order_steps.move(order, OrderAct.LAPSE, party="clock", by=None)
    fulfilment.release_rest(order)
    trail.record(
        *(Stream.PROCUREMENT, f"order-lapsed-{silent}", "purchase_order", order.id),
        by=None, after={"state": order.state.value}, order_no=order.order_no,
    )  # fmt: skip
