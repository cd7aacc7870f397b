"""An ask at hand: found in somebody's scope under its order's lock, answered, written down."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.states import advance
from core.trail.models import Stream
from market.models.order import Order, OrderLine
from market.models.shipping import OrderAsk
from market.rules.asks import ASK, GOODS, Agreed, AskAct, AskState


def agreed(order_id: int) -> list[Agreed]:
    """The lines of an order as they were placed, in their order."""
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    names = ("sale_mode", "pack_qty", "qty", "upper_qty", "amount_fen", "upper_fen", "price_fen_x100", "basis_qty")
    return [
        Agreed(
            line.id, line.product_name, **{name: getattr(line, name) for name in names},
            pack_price_fen=line.pack_price_fen,
        )
        for line in lines
    ]  # fmt: skip


def open_of(order_id: int) -> list[OrderAsk]:
    """Unanswered asks about the order itself, locked; asks for other goods stand beside each other."""
    query = sa.select(OrderAsk).where(
        OrderAsk.order_id == order_id, OrderAsk.state == AskState.ASKED, OrderAsk.kind.not_in(GOODS)
    )
    return list(db.session.scalars(query.with_for_update()))


def held(ask_id: int, mine: sa.ColumnElement[bool]) -> tuple[OrderAsk, Order]:
    """The order first, then the ask: one order of locks for everybody. Raises: Missing."""
    order_id = db.session.scalar(sa.select(OrderAsk.order_id).where(OrderAsk.id == ask_id))
    order = db.session.scalars(
        sa.select(Order).where(Order.id == order_id, mine).with_for_update(of=Order)
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip
    if order is None:
        raise Missing("no-such-ask")
    ask = db.session.get_one(OrderAsk, ask_id, with_for_update=True, populate_existing=True)
    return ask, order


def answer(ask: OrderAsk, order: Order, act: AskAct, party: str, by: Actor | None) -> OrderAsk:
    """One step of an ask. Raises: Refused "state-forbids-act"."""
    ask.state = advance(ASK, ask.state, act, party)
    ask.answered_at, ask.answered_by_id = clock.now(), by.person_id if by else None
    db.session.flush()
    record(f"ask-{ask.state.value}", ask, order, by)
    return ask


def record(act: str, ask: OrderAsk, order: Order, by: Actor | None) -> None:
    """Write a step of an ask into the trail."""
    trail.record(
        *(Stream.PROCUREMENT, act, "order_ask", ask.id),
        by=by,
        right=(Right.SELL if act in {"ask-made", "ask-withdrawn"} else Right.ORDER_ANSWER) if by else None,
        after={"state": ask.state.value, "kind": ask.kind.value},
        order_no=order.order_no,
        reason=ask.reason,
    )
