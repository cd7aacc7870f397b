"""A resident cancels a paid order before it is sent: the money goes back at once, or after the shop's word."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.order import AskBack, Order, OrderLine
from market.models.payment import PaymentIntent
from market.models.shipping import PickMark
from market.queries import refunds as reading
from market.rules.asking_back import ASK_BACK, AskBackAct, AskBackState, answer_until
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import holding, refunds, resident_orders

_BATCH = 50


def ask(order_id: int, *, reason: str, by: Actor) -> AskBack:
    """Asked once per order. While nothing of it is packed the refund is on its way at once.

    Raises: Missing; Refused "order-not-paid" (unpaid, sent or given back), "asked-back-already".
    """
    order = resident_orders.own(order_id, by)
    if order.state is not OrderState.PAID or reading.asked(order.id):
        raise Refused("order-not-paid")
    if db.session.scalar(sa.select(sa.exists().where(AskBack.order_id == order.id))):
        raise Refused("asked-back-already")
    is_packing = bool(
        db.session.scalar(
            sa.select(sa.exists().where(PickMark.order_line_id == OrderLine.id, OrderLine.order_id == order.id))
        )
    )
    now = clock.now()
    made = AskBack(
        order_id=order.id, state=AskBackState.ASKED, reason=reason.strip()[:200], asked_at=now,
        answer_until=answer_until(now, is_packing=is_packing),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record("asked-back", order, made, by, Right.SHOP)
    if not is_packing:
        _agree(made, order, "clock", None)
    return made


def withdraw(order_id: int, *, by: Actor) -> None:
    """The buyer wants the goods after all. Raises: Missing; Refused "state-forbids-act"."""
    order = resident_orders.own(order_id, by)
    _answer(_of(order), order, AskBackAct.WITHDRAW, "resident", by)


def agree(order_id: int, *, by: Actor) -> None:
    """The shop gives the money back. Raises: Missing; Refused "state-forbids-act"."""
    order = holding.sold_order(order_id, by)
    _agree(_of(order), order, "supplier", by)


def decline(order_id: int, *, reason: str, by: Actor) -> None:
    """The shop sends: what is packed cannot be sold again. Raises: Missing; Refused "reason-needed",
    "state-forbids-act".
    """
    order = holding.sold_order(order_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    found = _of(order)
    found.answer = reason.strip()[:200]
    _answer(found, order, AskBackAct.DECLINE, "supplier", by)


def end_silence() -> int:
    """A shop that said nothing in time has agreed. → how many."""
    due = sa.select(AskBack.order_id).where(AskBack.state == AskBackState.ASKED, AskBack.answer_until <= clock.now())
    ended = 0
    for order_id in db.session.scalars(due.order_by(AskBack.answer_until).limit(_BATCH)).all():
        order = db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
        found = _of(order)
        if found.state is AskBackState.ASKED:
            _agree(found, order, "clock", None)
            ended += 1
    return ended


def _of(order: Order) -> AskBack:
    found = db.session.scalars(sa.select(AskBack).where(AskBack.order_id == order.id).with_for_update()).one_or_none()
    if found is None:
        raise Missing("no-such-order")
    return found


def _agree(found: AskBack, order: Order, party: str, by: Actor | None) -> None:
    """Everything goes back to where it was paid from; what was given back meanwhile has nothing left to give."""
    _answer(found, order, AskBackAct.AGREE, party, by)
    intent = db.session.scalars(
        sa.select(PaymentIntent)
        .where(PaymentIntent.order_id == order.id, PaymentIntent.state == PaymentState.PAID)
        .with_for_update()
    ).one_or_none()
    if order.state is OrderState.PAID and intent is not None and not reading.asked(order.id):
        refunds.ask(intent.id, intent.paid_fen, found.reason or "ask-back", f"ask-back:{order.id}", by)


def _answer(found: AskBack, order: Order, act: AskBackAct, party: str, by: Actor | None) -> None:
    found.state = advance(ASK_BACK, found.state, act, party)
    found.answered_at, found.answered_by_id = clock.now(), by.person_id if by else None
    db.session.flush()
    right = {"supplier": Right.SELL, "resident": Right.SHOP}.get(party)
    _record(f"ask-back-{found.state.value}", order, found, by, right)


def _record(act: str, order: Order, found: AskBack, by: Actor | None, right: Right | None) -> None:
    trail.record(
        *(Stream.MONEY, act, "order", order.id),
        by=by,
        right=right if by else None,
        after={"state": found.state.value},
        order_no=order.order_no,
        reason=found.reason,
    )
