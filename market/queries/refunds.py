"""Money of residents on its way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.order import Order
from market.models.payment import PaymentIntent, PaymentNotice, Refund, RefundAttempt
from market.rules.refund_states import RefundState

_TAKES = [state for state in RefundState if state.takes]


def asked(order_id: int) -> bool:
    """Whether any of the order's money was given back, or is about to be."""
    back = sa.select(Refund.id).join(PaymentIntent, PaymentIntent.id == Refund.intent_id)
    taken = back.where(PaymentIntent.order_id == order_id, Refund.state.in_(_TAKES))
    return bool(db.session.scalar(sa.select(taken.exists())))


def taken_fen(intent_id: int) -> int:
    """What of a payment is given back or asked for: it cannot be asked for again."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Refund.amount_fen), 0))
    return int(db.session.scalar(total.where(Refund.intent_id == intent_id, Refund.state.in_(_TAKES))) or 0)


def of_order(order_id: int) -> list[Refund]:
    """The order's refunds, oldest first."""
    rows = sa.select(Refund).join(PaymentIntent, PaymentIntent.id == Refund.intent_id)
    return list(db.session.scalars(rows.where(PaymentIntent.order_id == order_id).order_by(Refund.id)))


def attempts(refund_ids: list[int]) -> list[RefundAttempt]:
    """Every try to send these refunds, oldest first: what a buyer may see."""
    query = sa.select(RefundAttempt).where(RefundAttempt.refund_id.in_(refund_ids)).order_by(RefundAttempt.id)
    return list(db.session.scalars(query))


def find(refund_id: int, *, for_: Actor) -> Refund | None:
    """A refund that the actor may agree to: of their own shop, or any for the platform's operator."""
    for_.role_for(Right.REFUND_SECOND)
    return db.session.scalar(_mine(for_).where(Refund.id == refund_id))


def waiting(*, for_: Actor) -> list[Refund]:
    """Large refunds that wait for a second person, oldest first."""
    for_.role_for(Right.REFUND_SECOND)
    query = _mine(for_).where(Refund.state == RefundState.WAITING).order_by(Refund.id)
    return list(db.session.scalars(query.limit(200)))


@dataclass(frozen=True)
class WaitingRow:
    """A large refund as the second person reads it. `of_fen`: what was paid, `back_fen`: what went back before."""

    id: int
    order_no: str
    shop: str
    amount_fen: int
    of_fen: int
    back_fen: int
    reason: str
    asked_by_id: int | None
    asked_by: str | None
    asked_at: datetime


def waiting_rows(*, for_: Actor) -> list[WaitingRow]:
    """Large refunds that wait, oldest first, with their order, shop and who asked. One statement."""
    for_.role_for(Right.REFUND_SECOND)
    order, intent = sa.orm.aliased(Order), sa.orm.aliased(PaymentIntent)
    query = (
        _mine(for_)
        .with_only_columns(
            Refund.id, order.order_no, Organisation.name, Refund.amount_fen, intent.paid_fen, intent.refunded_fen,
            Refund.reason, Refund.asked_by_id, Person.name, Refund.created_at,
        )
        .join(intent, intent.id == Refund.intent_id)
        .join(order, order.id == intent.order_id)
        .join(Supplier, Supplier.id == order.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(Person, Person.id == Refund.asked_by_id)
        .where(Refund.state == RefundState.WAITING)
        .order_by(Refund.id)
        .limit(200)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    return [WaitingRow(*row) for row in rows]


def late_notices(*, for_: Actor) -> list[str]:
    """Late money that goes back, of the last 30 days: the buyer's orders by token; "" for what finance is told."""
    since = clock.now() - timedelta(days=30)
    told = (
        sa.select(PaymentNotice.audience, Order.token)
        .join(Refund, Refund.id == PaymentNotice.refund_id)
        .join(PaymentIntent, PaymentIntent.id == Refund.intent_id)
        .join(Order, Order.id == PaymentIntent.order_id)
        .where(PaymentNotice.at > since, PaymentNotice.seen_at.is_(None), Refund.state != RefundState.DONE)
    )
    mine = PaymentNotice.person_id == for_.person_id
    if for_.may(Right.RECONCILE):
        mine = sa.or_(mine, PaymentNotice.audience == "finance")
    rows = db.session.execute(told.where(mine).order_by(PaymentNotice.id).limit(20))
    return [token if audience == "buyer" else "" for audience, token in rows]


def _mine(for_: Actor) -> sa.Select[Refund]:
    query = sa.select(Refund).join(PaymentIntent, PaymentIntent.id == Refund.intent_id)
    if Role.PLATFORM_OPERATOR in for_.roles:
        return query
    shops = sa.select(Supplier.id).where(Supplier.organisation_id.in_(for_.scope_ids))
    return query.join(Order, Order.id == PaymentIntent.order_id).where(Order.supplier_id.in_(shops))
