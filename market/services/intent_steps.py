"""One step of a payment: its state, its locks, its line in the trail. Locks are taken order first, then payment."""

from typing import Any

import sqlalchemy as sa

from core import trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.trail.models import Stream
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.rules.payment_states import PaymentEvent, PaymentState
from market.rules.payment_states import hear as next_state

_QUIET = frozenset(
    {
        PaymentState.CLOSED,
        PaymentState.PAID,
        PaymentState.PAID_LATE,
        PaymentState.PART_REFUNDED,
        PaymentState.REFUNDING,
        PaymentState.REFUNDED,
        PaymentState.REVIEW,
    }
)
"""States that nobody asks the provider about: its news, the refund's own job and the daily bill speak for them."""


def lock(condition: sa.ColumnElement[bool]) -> tuple[PaymentIntent, Order] | None:
    """The payment that fits with its order, both locked; None if there is none."""
    order_id = sa.select(PaymentIntent.order_id).where(condition).scalar_subquery()
    order = db.session.execute(sa.select(Order).where(Order.id == order_id).with_for_update()).scalar_one_or_none()
    if order is None:
        return None
    return db.session.execute(sa.select(PaymentIntent).where(condition).with_for_update()).scalar_one(), order


def move(intent: PaymentIntent, event: PaymentEvent) -> bool:
    """One step of a locked payment; False when the news was old."""
    before = intent.state
    intent.state = next_state(before, event)
    intent.version += intent.state is not before
    if intent.state in _QUIET:
        intent.next_query_at = None
    return intent.state is not before


def record(
    act: str, intent: PaymentIntent, *, by: Actor | None = None, right: Right | None = None, **facts: Any
) -> None:
    """The trail's line about a payment."""
    after = {"state": intent.state.value, "paid_fen": intent.paid_fen, "refunded_fen": intent.refunded_fen}
    trail.record(Stream.MONEY, act, "payment", intent.id, by=by, right=right, after=after, **facts)
