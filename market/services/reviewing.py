"""A payment in review leaves it by persons only: found paid, found unpaid, or found given back."""

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.rules.payment_states import PaymentEvent, PaymentState
from market.rules.reconciliation import Resolution
from market.services import intent_steps, payments, refunds


def decide(intent_id: int, resolution: Resolution, *, by: Actor) -> None:
    """Two persons found out where the money is; the books follow. Does nothing for a payment decided already.

    Raises: Missing; Refused "review-has-money" (found unpaid, but booked), "review-without-money" (found refunded, but
    never booked).
    """
    locked = intent_steps.lock(PaymentIntent.id == intent_id)
    if locked is None:
        raise Missing("no-such-payment")
    intent, order = locked
    if intent.state is not PaymentState.REVIEW:
        return
    if resolution is Resolution.FOUND_PAID:
        _paid(intent, order)
    elif resolution is Resolution.FOUND_CLOSED:
        _closed(intent, order)
    else:
        _refunded(intent, order)
    intent_steps.record("payment-reviewed", intent, by=by, right=Right.RECONCILE, reason=resolution.value)


def _paid(intent: PaymentIntent, order: Order) -> None:
    intent_steps.move(intent, PaymentEvent.FOUND_PAID)
    if not intent.paid_fen:
        payments.book_payment(intent, order, clock.now())
        payments.send_late_back(intent)
    elif intent.refunded_fen:
        whole = intent.refunded_fen == intent.paid_fen
        intent_steps.move(intent, PaymentEvent.REFUNDED if whole else PaymentEvent.PART_REFUNDED)


def _closed(intent: PaymentIntent, order: Order) -> None:
    if intent.paid_fen:
        raise Refused("review-has-money")
    intent_steps.move(intent, PaymentEvent.FOUND_CLOSED)
    payments.expire(order)


def _refunded(intent: PaymentIntent, order: Order) -> None:
    if not intent.paid_fen:
        raise Refused("review-without-money")
    left_fen = intent.paid_fen - intent.refunded_fen
    if left_fen:
        refunds.settle(intent, order, refunds.found_outside(intent, "REVIEW", left_fen))
    intent_steps.move(intent, PaymentEvent.FOUND_REFUNDED)
    db.session.flush()
