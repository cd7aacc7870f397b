"""What is heard of a payment has one effect, whoever says it, however often and in whatever order.

A verified notification and the answer to our own query take the same path: `hear`. The inbox row makes an
event once; the state table makes late news harmless; money that comes after closing goes straight back.
"""

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
from market.rules.refund_states import RefundState
from market.services import book, intent_steps, order_steps, refunds
from market.services.fulfilment import release_rest
from market.services.intent_steps import move

LATE = "late"


def hear(event: Event, *, provider: str, raw: str = "") -> PaymentState | None:
    """Take in one proven fact. → the payment's state, None for a payment that is not ours."""
    ours = sa.and_(PaymentIntent.out_trade_no == event.payment_no, PaymentIntent.provider == provider)
    intent, order = intent_steps.lock(ours) or (None, None)
    verdict = _verdict(intent, event)
    if not _first_time(event, provider, intent, verdict, raw) or intent is None or order is None:
        return None if intent is None else intent.state
    if verdict == "taken":
        _take(intent, order, event)
    else:
        _contradict(intent, verdict)
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


def _contradict(intent: PaymentIntent, reason: str) -> None:
    intent_steps.move(intent, PaymentEvent.CONTRADICTION)
    intent_steps.record("payment-contradiction", intent, reason=reason)


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


def _take(intent: PaymentIntent, order: Order, event: Event) -> None:
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
        _refunded(intent, order, event)
    _send_late_back(intent)


def _paid(intent: PaymentIntent, order: Order, event: Event) -> None:
    if not move(intent, PaymentEvent.PAID):
        return
    intent.paid_fen, intent.paid_at = intent.amount_fen, event.happened_at or clock.now()
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


def _send_late_back(intent: PaymentIntent) -> None:
    """Money for an order that is no more, or is another sum now: one refund of what is left, under a fixed number."""
    if intent.state is not PaymentState.PAID_LATE:
        return
    db.session.flush()
    left_fen = intent.paid_fen - intent.refunded_fen
    refund = refunds.ask(intent.id, left_fen, LATE, f"late:{intent.id}", None, number=f"LATE-{intent.id}")
    buyer_id, at = db.session.get_one(Order, intent.order_id).person_id, clock.now()
    for audience, person_id in (("buyer", buyer_id), ("finance", None)):
        db.session.add(PaymentNotice(refund_id=refund.id, audience=audience, person_id=person_id, at=at))


def _refunded(intent: PaymentIntent, order: Order, event: Event) -> None:
    """One refund, by its number; one that we did not ask for counts by what the provider says of it."""
    if not intent.paid_fen:
        return
    refund = _known(intent, event.refund_no)
    if refund is None:
        amount_fen = event.refund_fen or event.refunded_fen - intent.refunded_fen
        if amount_fen <= 0:
            return  # a sum that was passed already
        refund = None if _too_much(intent, amount_fen) else refunds.found_outside(intent, event.refund_no, amount_fen)
    elif refund.state is RefundState.DONE:
        return
    elif event.refund_fen not in {0, refund.amount_fen} or _too_much(intent, refund.amount_fen):
        refund = None
    if refund is None:
        _contradict(intent, "wrong-refund")
    else:
        refunds.settle(intent, order, refund, at=event.happened_at)


def _too_much(intent: PaymentIntent, amount_fen: int) -> bool:
    return intent.refunded_fen + amount_fen > intent.paid_fen


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
