"""What is heard of a payment has one effect, whoever says it, however often and in whatever order.

A verified notification and the answer to our own query take the same path: `hear`. The inbox row makes an
event once; the state table makes late news harmless; money that comes after closing goes straight back.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock, trail
from core.db import db
from core.jobs import enqueue
from core.trail.models import Stream
from market.gateways.ports import Event, EventKind
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent, ProviderEvent, Refund
from market.models.settlement import Account
from market.rules.order_states import OrderAct, OrderState
from market.rules.payment_states import PaymentEvent, PaymentState
from market.rules.payment_states import hear as next_state
from market.services import book, order_steps
from market.services.fulfilment import release_rest

_ENDS = frozenset({PaymentState.CLOSED, PaymentState.REFUNDED, PaymentState.REVIEW, PaymentState.PAID})


def hear(event: Event, *, provider: str, raw: str = "") -> PaymentState | None:
    """Take in one proven fact. → the payment's state, None for a payment that is not ours."""
    intent = db.session.execute(
        sa.select(PaymentIntent)
        .where(PaymentIntent.out_trade_no == event.payment_no, PaymentIntent.provider == provider)
        .with_for_update()
    ).scalar_one_or_none()
    verdict = _verdict(intent, event)
    if not _first_time(event, provider, intent, verdict, raw) or intent is None:
        return None if intent is None else intent.state
    if verdict != "taken":
        _move(intent, PaymentEvent.CONTRADICTION)
        _record("payment-contradiction", intent, reason=verdict)
        return intent.state
    _take(intent, event)
    return intent.state


def _verdict(intent: PaymentIntent | None, event: Event) -> str:
    if intent is None:
        return "unknown-payment"
    account = db.session.get_one(MerchantAccount, intent.merchant_account_id)
    if event.payee_no and event.payee_no != account.seller_id:
        return "wrong-payee"
    if event.amount_fen != intent.amount_fen and event.kind is not EventKind.PENDING:
        return "wrong-amount"
    if not 0 <= event.refunded_fen <= intent.amount_fen:
        return "wrong-refund"
    return "taken"


def _first_time(event: Event, provider: str, intent: PaymentIntent | None, verdict: str, raw: str) -> bool:
    row = insert(ProviderEvent).values(
        event_key=f"{provider}:{event.key}"[:200],
        provider=provider,
        intent_id=intent.id if intent else None,
        kind=event.kind.value,
        verdict=verdict,
        raw=raw[:8000],
        at=clock.now(),
    )
    return db.session.execute(row.on_conflict_do_nothing().returning(ProviderEvent.id)).first() is not None


def _take(intent: PaymentIntent, event: Event) -> None:
    intent.trade_no = event.provider_no or intent.trade_no
    if event.kind is EventKind.PENDING:
        _move(intent, PaymentEvent.WAITING)
    elif event.kind is EventKind.CLOSED:
        close(intent)
    elif event.kind in {EventKind.PAID, EventKind.FINISHED}:
        _paid(intent, event)
    else:
        _paid(intent, event)  # a refund proves the payment, should its news have been lost
        _refunded(intent, event)


def _move(intent: PaymentIntent, event: PaymentEvent) -> bool:
    """One step of the payment; False when the news was old."""
    before = intent.state
    intent.state = next_state(before, event)
    intent.version += intent.state is not before
    if intent.state in _ENDS:
        intent.next_query_at = None
    return intent.state is not before


def _paid(intent: PaymentIntent, event: Event) -> None:
    if not _move(intent, PaymentEvent.PAID):
        return
    intent.paid_fen, intent.paid_at = intent.amount_fen, event.happened_at or clock.now()
    order = db.session.get_one(Order, intent.order_id, with_for_update=True)
    book.enter(
        "payment",
        intent.id,
        order.supplier_id,
        [(Account.CLEARING, intent.amount_fen), (Account.PAYABLE, -intent.amount_fen)],
    )
    if intent.state is PaymentState.PAID and order.state is OrderState.PENDING_PAY:
        order_steps.move(order, OrderAct.PAY, party="provider", by=None)
        _record("order-paid", intent, order_no=order.order_no, amount_fen=intent.amount_fen)
        return
    intent.state = PaymentState.PAID_LATE
    give_back(intent, reason="late")


def give_back(intent: PaymentIntent, *, reason: str, asked_by_id: int | None = None) -> None:
    """One refund of everything under a fixed number: asked for twice, it is sent once."""
    row = insert(Refund).values(
        out_request_no=f"ALL{intent.id}",
        intent_id=intent.id,
        amount_fen=intent.amount_fen,
        reason=reason,
        state="asked",
        asked_by_id=asked_by_id,
        created_at=clock.now(),
    )
    refund_id = db.session.execute(row.on_conflict_do_nothing().returning(Refund.id)).scalar()
    if refund_id is not None:
        _move(intent, PaymentEvent.REFUND_SENT)
        _record("refund-asked", intent, amount_fen=intent.amount_fen, reason=reason)
        enqueue("market.send_refund", key=f"refund:{refund_id}", refund_id=refund_id)


def _refunded(intent: PaymentIntent, event: Event) -> None:
    gained = event.refunded_fen - intent.refunded_fen
    if gained <= 0:
        return
    intent.refunded_fen = event.refunded_fen
    whole = intent.refunded_fen == intent.paid_fen
    _move(intent, PaymentEvent.REFUNDED if whole else PaymentEvent.PART_REFUNDED)
    order = db.session.get_one(Order, intent.order_id, with_for_update=True)
    book.enter(
        f"refund-{intent.refunded_fen}",
        intent.id,
        order.supplier_id,
        [(Account.PAYABLE, gained), (Account.CLEARING, -gained)],
    )
    if whole and order.state is OrderState.PAID:
        order_steps.move(order, OrderAct.REFUND, party="provider", by=None)
        release_rest(order)
    _record("payment-refunded", intent, amount_fen=gained)


def ask_close(intent: PaymentIntent) -> bool:
    """Mark that closing is under way; False when it is too late for that."""
    return _move(intent, PaymentEvent.CLOSE_ASKED) or intent.state is PaymentState.CLOSING


def close(intent: PaymentIntent) -> None:
    """The provider's word that nobody paid: the order expires and its goods are free again."""
    asked = intent.state is PaymentState.CLOSING
    if not _move(intent, PaymentEvent.CLOSED):
        return
    order = db.session.get_one(Order, intent.order_id, with_for_update=True)
    in_time = order.expires_at is not None and clock.now() < order.expires_at
    expire(order, given_up=asked and in_time)  # before its time only the buyer asks


def expire(order: Order, *, given_up: bool = False) -> None:
    """End a locked unpaid order and free its goods, `given_up` by its buyer; harmless for one that has gone on."""
    if order.state is not OrderState.PENDING_PAY:
        return
    act, party = (OrderAct.CANCEL, "resident") if given_up else (OrderAct.EXPIRE, "clock")
    order_steps.move(order, act, party=party, by=None)
    release_rest(order)
    code = "order-given-up" if given_up else "order-expired"
    trail.record(Stream.MONEY, code, "order", order.id, by=None, order_no=order.order_no)


def _record(act: str, intent: PaymentIntent, **facts: Any) -> None:
    trail.record(Stream.MONEY, act, "payment", intent.id, by=None, after={"state": intent.state}, **facts)
