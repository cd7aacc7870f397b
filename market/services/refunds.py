"""Giving money back: asked for once per cause, never more than was paid, done when the provider says so.

`ask` writes the wish in the caller's transaction; a job sends it outside of any (see `refund_sending`). What the
provider says, in whatever message, comes through `payments.hear` and ends in `settle`.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core import clock, codes, settings, telling
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.jobs import enqueue
from core.notices.rules import NoticeKind
from core.states import advance
from market.models.order import Order
from market.models.payment import PaymentIntent, Refund
from market.models.settlement import Account
from market.queries import refunds as reading
from market.rules.order_states import OrderAct, OrderState
from market.rules.payment_states import PaymentEvent, PaymentState
from market.rules.refund_states import REFUND, RefundAct, RefundState
from market.services import book, intent_steps, order_steps
from market.services.fulfilment import release_rest

settings.register(refund__second_person_fen=100_000)
"""From this amount on a person's refund needs a second person (P7)."""
_UNSETTLED = (RefundState.WAITING, RefundState.ASKED, RefundState.SENT, RefundState.HELD)
_REFUNDABLE = frozenset({PaymentState.PAID, PaymentState.PAID_LATE, PaymentState.PART_REFUNDED, PaymentState.REFUNDING})


def ask(
    intent_id: int, amount_fen: int, reason: str, ref: str, by: Actor | None, *, number: str | None = None
) -> Refund:
    """Ask for `amount_fen` of a payment back. The same `ref` again gives the refund that stands; it moves money once.

    `ref` names the cause, at most 80 characters ("after-sale:17:2"). `by` None is the clock: no second person then.
    The caller has asked whether the actor may; here is asked whether the money is there. `number` only where the
    provider's number is fixed beforehand. The refund of a large sum waits for `agree`.

    Raises: Missing "no-such-payment"; Refused "refund-exceeds-paid" (left_fen), "refund-ref-reused" (another amount or
    payment), "payment-not-refundable" (unpaid, in review, or past the provider's refund window).
    """
    locked = intent_steps.lock(PaymentIntent.id == intent_id)
    if locked is None:
        raise Missing("no-such-payment")
    intent, _ = locked
    known = db.session.scalar(sa.select(Refund).where(Refund.ref == ref))
    if known is not None:
        if (known.intent_id, known.amount_fen) != (intent_id, amount_fen):
            raise Refused("refund-ref-reused")
        return known
    if intent.state not in _REFUNDABLE or intent.finished_at is not None:
        raise Refused("payment-not-refundable")
    left_fen = intent.paid_fen - reading.taken_fen(intent_id)
    if not 0 < amount_fen <= left_fen:
        raise Refused("refund-exceeds-paid", left_fen=left_fen)
    needs_second = by is not None and amount_fen >= settings.value("refund.second_person_fen")
    made = _add(
        intent,
        out_request_no=number or f"XR{intent.id}T{codes.new_code('', 10)}",
        ref=ref,
        amount_fen=amount_fen,
        reason=reason,
        state=advance(REFUND, RefundState.ASKED, RefundAct.WITHHOLD) if needs_second else RefundState.ASKED,
        asked_by_id=by.person_id if by else None,
    )
    intent_steps.move(intent, PaymentEvent.REFUND_SENT)
    intent_steps.record("refund-asked", intent, amount_fen=amount_fen, reason=reason, ref=ref)
    if not needs_second:
        _send_soon(made)
    return made


def agree(refund_id: int, *, by: Actor) -> Refund:
    """The second person's yes to a large refund: it is sent. Raises: Missing; Refused "refund-same-person"."""
    refund, intent = _waiting(refund_id, by)
    refund.state = advance(REFUND, refund.state, RefundAct.AGREE, "second")
    refund.second_id = by.person_id
    intent_steps.record("refund-agreed", intent, by=by, right=Right.REFUND_SECOND, amount_fen=refund.amount_fen)
    _send_soon(refund)
    return refund


def refuse(refund_id: int, *, by: Actor) -> Refund:
    """The second person's no: the amount may be asked for again. Raises: Missing; Refused "refund-same-person"."""
    refund, intent = _waiting(refund_id, by)
    refund.state = advance(REFUND, refund.state, RefundAct.REFUSE, "second")
    refund.second_id = by.person_id
    intent_steps.record("refund-refused", intent, by=by, right=Right.REFUND_SECOND, amount_fen=refund.amount_fen)
    return refund


def settle(intent: PaymentIntent, order: Order, refund: Refund, *, at: datetime | None = None) -> None:
    """The provider's word that a refund of this locked payment is done: booked once, whoever says it first."""
    refund.state = advance(REFUND, refund.state, RefundAct.DONE, "provider")
    refund.done_at, refund.next_try_at, refund.last_code = at or clock.now(), None, ""
    intent.refunded_fen += refund.amount_fen
    db.session.flush()
    whole = intent.refunded_fen == intent.paid_fen
    intent_steps.move(intent, PaymentEvent.REFUNDED if whole else PaymentEvent.PART_REFUNDED)
    book.enter(
        *("refund", refund.id, order.supplier_id),
        [(Account.PAYABLE, refund.amount_fen), (Account.CLEARING, -refund.amount_fen)],
    )
    if whole:
        _drop_rest(intent)
    if whole and order.state is OrderState.PAID:
        order_steps.move(order, OrderAct.REFUND, party="provider", by=None)
        release_rest(order)
    intent_steps.record("payment-refunded", intent, amount_fen=refund.amount_fen, reason=refund.reason)
    if not refund.ref.startswith("after-sale:"):  # a case tells its own news
        telling.tell(
            order.person_id, NoticeKind.PAYMENTS, "refund-done", ref=f"refund-{refund.id}",
            href=f"/orders/{order.token}", order_no=order.order_no, amount_fen=refund.amount_fen,
        )  # fmt: skip


def _drop_rest(intent: PaymentIntent) -> None:
    """Everything went back: what else was asked for has nothing left to move."""
    rest = sa.select(Refund).where(Refund.intent_id == intent.id, Refund.state.in_(_UNSETTLED))
    for refund in db.session.scalars(rest.with_for_update()):
        refund.state, refund.next_try_at, refund.last_code = RefundState.FAILED, None, "nothing-left"


def found_outside(intent: PaymentIntent, number: str, amount_fen: int) -> Refund:
    """A refund that we did not ask for: its payee gave it in the provider's own office. To be settled by the caller."""
    name = number or str(intent.refunded_fen + amount_fen)
    return _add(
        intent,
        out_request_no=outside_no(intent, name),
        ref=f"outside:{intent.id}:{name}"[:80],
        amount_fen=amount_fen,
        reason="outside",
        state=RefundState.SENT,
        asked_by_id=None,
    )


def outside_no(intent: PaymentIntent, name: str) -> str:
    """Our number of a refund that has only the provider's."""
    return f"OUT{intent.id}-{name}"[:64]


def _add(intent: PaymentIntent, **values: Any) -> Refund:
    made = Refund(intent_id=intent.id, created_at=clock.now(), **values)
    db.session.add(made)
    db.session.flush()
    return made


def _send_soon(refund: Refund) -> None:
    """By the job now, and by the clock should the job be lost."""
    refund.next_try_at = clock.now()
    enqueue("market.send_refund", key=f"refund:{refund.id}", refund_id=refund.id)


def _waiting(refund_id: int, by: Actor) -> tuple[Refund, PaymentIntent]:
    """A refund that waits for a second person, of a shop the actor may speak for. Locked order, payment, refund."""
    seen = reading.find(refund_id, for_=by)
    locked = intent_steps.lock(PaymentIntent.id == seen.intent_id) if seen else None
    if seen is None or locked is None:
        raise Missing("no-such-refund")
    refund = db.session.get_one(Refund, refund_id, with_for_update=True)
    if refund.asked_by_id == by.person_id:
        raise Refused("refund-same-person")
    return refund, locked[0]
