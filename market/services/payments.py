"""What is heard of a payment has one effect, whoever says it, however often and in whatever order.

A verified notification and the answer to our own query take the same path: `hear`. The inbox row makes an
event once; the state table makes late news harmless; money that comes after closing goes straight back.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock, trail
from core.db import db
from core.trail.models import Stream
from market.gateways.ports import Event, EventKind
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent, PaymentNotice, ProviderEvent, Refund
from market.models.settlement import Account
from market.rules.order_states import OrderAct, OrderState
from market.rules.payment_states import PaymentEvent, PaymentState
from market.rules.reconciliation import ExceptionKind
from market.rules.refund_states import RefundState
from market.services import book, findings, intent_steps, order_steps, refunds
from market.services.fulfilment import release_rest
from market.services.intent_steps import move

LATE = "late"


def hear(event: Event, *, provider: str, raw: str = "") -> PaymentState | None:
    """Take in one proven fact. → the payment's state, None for a payment that is not ours."""
    ours = sa.and_(PaymentIntent.out_trade_no == event.payment_no, PaymentIntent.provider == provider)
    intent, order = intent_steps.lock(ours) or (None, None)
    verdict = _verdict(intent, event)
    event_id = _first_time(event, provider, intent, verdict, raw)
    if event_id is not None and verdict == "unknown-payment":
        findings.find(ExceptionKind.UNKNOWN, f"event:{event_id}", event_id=event_id, theirs_fen=event.amount_fen)
    if event_id is None or intent is None or order is None:
        return None if intent is None else intent.state
    if verdict == "taken":
        verdict = _take(intent, order, event)
    if verdict != "taken":
        _contradict(intent, verdict, event_id, event.amount_fen)
    return intent.state


def _verdict(intent: PaymentIntent | None, event: Event) -> str:
    """ "taken", or what does not fit: such an event moves no money and waits for a person."""
    if intent is None:
        return "unknown-payment"
    account = db.session.get_one(MerchantAccount, intent.merchant_account_id)
    if event.payee_no and event.payee_no != account.seller_id:
        return "wrong-payee"
    if event.amount_fen != intent.amount_fen and event.kind is not EventKind.PENDING:
        return "wrong-amount"
    if not (0 <= event.refunded_fen <= intent.amount_fen and 0 <= event.refund_fen <= intent.amount_fen):
        return "wrong-refund"
    if intent.trade_no and event.provider_no and event.provider_no != intent.trade_no and intent.state.has_money:
        return "paid-twice"
    return "taken"


def _contradict(intent: PaymentIntent, reason: str, event_id: int, theirs_fen: int) -> None:
    """The payment waits for two persons, with the evidence."""
    intent_steps.move(intent, PaymentEvent.CONTRADICTION)
    findings.find(
        *(ExceptionKind.CONTRADICTION, f"event:{event_id}"),
        event_id=event_id,
        intent_id=intent.id,
        ours_fen=intent.amount_fen,
        theirs_fen=theirs_fen,
    )
    intent_steps.record("payment-contradiction", intent, reason=reason)


def _first_time(event: Event, provider: str, intent: PaymentIntent | None, verdict: str, raw: str) -> int | None:
    row = insert(ProviderEvent).values(
        event_key=f"{provider}:{event.key}"[:200],
        provider=provider,
        intent_id=intent.id if intent else None,
        kind=event.kind.value,
        verdict=verdict,
        raw=raw[:8000],
        at=clock.now(),
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(ProviderEvent.id))


def _take(intent: PaymentIntent, order: Order, event: Event) -> str:
    """Let the fact move the payment. → "taken", or what does not fit after all."""
    verdict = "taken"
    intent.trade_no = event.provider_no or intent.trade_no
    if event.kind is EventKind.PENDING:
        move(intent, PaymentEvent.WAITING)
    elif event.kind is EventKind.CLOSED:
        close(intent, order)
    else:
        _paid(intent, order, event)  # a refund proves the payment too, should its news have been lost
    if event.kind is EventKind.FINISHED and intent.finished_at is None:
        intent.finished_at = event.happened_at or clock.now()
    if event.kind is EventKind.REFUNDED:
        verdict = _refunded(intent, order, event)
    send_late_back(intent)
    return verdict


def _paid(intent: PaymentIntent, order: Order, event: Event) -> None:
    if move(intent, PaymentEvent.PAID):
        book_payment(intent, order, event.happened_at or clock.now())


def book_payment(intent: PaymentIntent, order: Order, at: datetime) -> None:
    """The money of a payment that has just become paid: booked, and the order goes on; else it came too late."""
    intent.paid_fen, intent.paid_at = intent.amount_fen, at
    book.enter(
        *("payment", intent.id, order.supplier_id),
        [(Account.CLEARING, intent.amount_fen), (Account.PAYABLE, -intent.amount_fen)],
    )
    wanted = intent.amount_fen == order.total_fen and order.state is OrderState.PENDING_PAY
    if intent.state is PaymentState.PAID and wanted:
        order_steps.move(order, OrderAct.PAY, party="provider", by=None)
        intent_steps.record("order-paid", intent, order_no=order.order_no, amount_fen=intent.amount_fen)
        return
    intent.state = PaymentState.PAID_LATE


def send_late_back(intent: PaymentIntent) -> None:
    """Money for an order that is no more, or is another sum now: one refund of what is left, under a fixed number."""
    if intent.state is not PaymentState.PAID_LATE:
        return
    db.session.flush()
    left_fen = intent.paid_fen - intent.refunded_fen
    refund = refunds.ask(intent.id, left_fen, LATE, f"late:{intent.id}", None, number=f"LATE-{intent.id}")
    buyer_id, at = db.session.get_one(Order, intent.order_id).person_id, clock.now()
    for audience, person_id in (("buyer", buyer_id), ("finance", None)):
        db.session.add(PaymentNotice(refund_id=refund.id, audience=audience, person_id=person_id, at=at))


def _refunded(intent: PaymentIntent, order: Order, event: Event) -> str:
    """One refund, by its number; one that we did not ask for counts by what the provider says of it."""
    if not intent.paid_fen:
        return "taken"
    refund = _known(intent, event.refund_no)
    amount_fen = refund.amount_fen if refund else event.refund_fen or event.refunded_fen - intent.refunded_fen
    if amount_fen <= 0 or (refund is not None and refund.state is RefundState.DONE):
        return "taken"  # passed already
    if event.refund_fen not in {0, amount_fen} or intent.refunded_fen + amount_fen > intent.paid_fen:
        return "wrong-refund"
    refund = refund or refunds.found_outside(intent, event.refund_no, amount_fen)
    refunds.settle(intent, order, refund, at=event.happened_at)
    return "taken"


def _known(intent: PaymentIntent, number: str) -> Refund | None:
    names = (number, refunds.outside_no(intent, number))
    found = sa.select(Refund).where(Refund.intent_id == intent.id, Refund.out_request_no.in_(names))
    return db.session.scalar(found.with_for_update()) if number else None


def ask_close(intent: PaymentIntent) -> bool:
    """Mark that closing is under way; False when it is too late for that."""
    return move(intent, PaymentEvent.CLOSE_ASKED) or intent.state is PaymentState.CLOSING


def close(intent: PaymentIntent, order: Order) -> None:
    """The provider's word that nobody paid: the order expires and its goods are free again.

    A payment whose order was changed meanwhile leaves the order payable (P3).
    """
    asked = intent.state is PaymentState.CLOSING
    if not move(intent, PaymentEvent.CLOSED) or intent.amount_fen != order.total_fen:
        return
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
