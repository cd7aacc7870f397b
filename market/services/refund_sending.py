"""Sending a refund: written down before the provider is asked, asked outside any transaction, its word taken in after.

A worker that dies in between leaves a refund that is `sent`: the next try first asks what became of it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core import clock
from core.db import db
from core.states import advance
from core.text import sentence
from market.gateways import ports, providers
from market.models.payment import MerchantAccount, PaymentIntent, Refund, RefundAttempt
from market.rules.reconciliation import ExceptionKind
from market.rules.refund_states import DAILY, REFUND, RefundAct, RefundState, pause
from market.services import findings, payments

_OPEN = (RefundState.ASKED, RefundState.SENT, RefundState.HELD)
_LATER = frozenset(
    {
        ports.Decline.BALANCE_SHORT,
        ports.Decline.NOT_AUTHORISED,
        ports.Decline.MISCONFIGURED,
        ports.Decline.OTHER,
    }
)
"""A no that may become a yes: tried again every day."""
_WORDED = frozenset({"late", "outside"})


@dataclass(frozen=True)
class Sending:
    """A refund on its way: whom to ask, what, and whether it may have happened already."""

    provider: str
    order: ports.RefundOrder
    in_doubt: bool
    trade_no: str
    paid_fen: int


def due(limit: int) -> list[int]:
    """Ids of refunds whose next try has come."""
    query = sa.select(Refund.id).where(Refund.next_try_at <= clock.now(), Refund.state.in_(_OPEN))
    return list(db.session.scalars(query.order_by(Refund.next_try_at).limit(limit)))


def prepare(refund_id: int) -> Sending | None:
    """Write down that it is being sent, and when to look again should we die; None when there is nothing to send."""
    refund = db.session.get_one(Refund, refund_id, with_for_update=True)
    if refund.state not in _OPEN:
        return None
    in_doubt = refund.state is RefundState.SENT
    refund.state = advance(REFUND, refund.state, RefundAct.SEND, "clock")
    refund.attempts += 1
    refund.next_try_at = clock.now() + pause(refund.attempts)
    intent = db.session.get_one(PaymentIntent, refund.intent_id)
    account = db.session.get_one(MerchantAccount, intent.merchant_account_id)
    reason = sentence("word", f"refund-{refund.reason}") if refund.reason in _WORDED else refund.reason
    order = ports.RefundOrder(
        payment_no=intent.out_trade_no,
        refund_no=refund.out_request_no,
        amount_fen=refund.amount_fen,
        reason=reason,
        payee=providers.payee_of(account),
    )
    return Sending(intent.provider, order, in_doubt, intent.trade_no or "", intent.amount_fen)


def call(sending: Sending) -> ports.RefundResult:
    """Ask the provider; what may have happened is looked up before it is repeated. No transaction is open here.

    Raises: Declined, NotSent, UnknownOutcome.
    """
    provider = providers.get(sending.provider)
    found = provider.find_refund(sending.order) if sending.in_doubt else None
    return found or provider.refund(sending.order)


def done(refund_id: int, sending: Sending, result: ports.RefundResult) -> None:
    """The provider's word, on the one path that every word takes."""
    _note(refund_id, "done")
    payments.hear(
        ports.Event(
            key=f"refund|{result.refund_no}",
            kind=ports.EventKind.REFUNDED,
            payment_no=sending.order.payment_no,
            provider_no=sending.trade_no,
            payee_no="",
            amount_fen=sending.paid_fen,
            refund_no=result.refund_no,
            refund_fen=result.amount_fen,
            happened_at=result.refunded_at,
        ),
        provider=sending.provider,
    )


def put_off(refund_id: int, problem: ports.ProviderProblem) -> None:
    """No word, or a no: try again soon, tomorrow, or leave it to a person."""
    refund = db.session.get_one(Refund, refund_id, with_for_update=True)
    _note(refund_id, problem.code)
    if refund.state is not RefundState.SENT:
        return  # the provider's own news was faster
    refund.last_code = problem.code
    refund.state, refund.next_try_at = _next(refund, problem)


def _next(refund: Refund, problem: ports.ProviderProblem) -> tuple[RefundState, datetime | None]:
    if isinstance(problem, ports.NotSent):
        return advance(REFUND, refund.state, RefundAct.POSTPONE, "clock"), refund.next_try_at
    if not isinstance(problem, ports.Declined):
        return refund.state, refund.next_try_at
    if problem.decline in _LATER:
        return advance(REFUND, refund.state, RefundAct.HOLD, "provider"), clock.now() + DAILY
    findings.find(
        *(ExceptionKind.REFUND_FAILED, f"refund-failed:{refund.id}"),
        intent_id=refund.intent_id,
        refund_id=refund.id,
        ours_fen=-refund.amount_fen,
    )
    return advance(REFUND, refund.state, RefundAct.FAIL, "provider"), None


def _note(refund_id: int, outcome: str) -> None:
    db.session.add(RefundAttempt(refund_id=refund_id, outcome=outcome[:64], at=clock.now()))
