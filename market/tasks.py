"""Jobs of the market: asking after payments, closing what nobody pays, sending refunds, confirming receipt."""

from datetime import date

import sqlalchemy as sa
import structlog

from catalog.services import linkage_night
from core import clock
from core.db import db, transaction
from core.jobs import enqueue, job
from market.gateways import hooks as sender
from market.gateways import ports, providers
from market.models.api import ApiRequestKey
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.queries import turnover
from market.rules import bill as rules
from market.rules.order_states import OrderState
from market.rules.partners import KEEP_REQUEST_KEYS
from market.rules.payment_states import PaymentState
from market.services import (
    after_sale_clock,
    arbitration,
    asking_back,
    bill_fetching,
    certified_sales,
    complaints,
    dispute_cases,
    hooks,
    intents,
    lapses,
    measures,
    payments,
    receipts,
    refund_sending,
    supplier_bills,
)

log = structlog.get_logger()
BATCH = 50
_EVENTS = {
    ports.Standing.PENDING: ports.EventKind.PENDING,
    ports.Standing.PAID: ports.EventKind.PAID,
    ports.Standing.FINISHED: ports.EventKind.FINISHED,
    ports.Standing.CLOSED: ports.EventKind.CLOSED,
    ports.Standing.REFUNDED: ports.EventKind.REFUNDED,
}


@job("market.send_hook", outside=True)
def send_hook(message_id: int) -> None:
    """One attempt to tell an address; what came of it decides whether and when there is another."""
    ready = hooks.to_send(message_id)
    db.session.remove()
    if ready is None:
        return
    url, body, headers = ready
    status, error = 0, ""
    try:
        status = sender.post(url, body, headers, loopback=hooks.is_loopback_only())
    except (OSError, sender.NotAllowed) as problem:
        error = str(problem) if isinstance(problem, sender.NotAllowed) else type(problem).__name__
    with transaction():
        hooks.heard(message_id, status=status, error=error)


@job("market.forget_request_keys", every=3600)
def forget_request_keys() -> None:
    """A program's request key has served after a week."""
    db.session.execute(sa.delete(ApiRequestKey).where(ApiRequestKey.created_at < clock.now() - KEEP_REQUEST_KEYS))


@job("market.watch_payments", every=5)
def watch_payments() -> None:
    """Ask for a look at every payment whose time has come, and end orders that nobody began to pay."""
    now = clock.now()
    due = sa.select(PaymentIntent.id).where(PaymentIntent.next_query_at <= now).order_by(PaymentIntent.next_query_at)
    for intent_id in db.session.scalars(due.limit(BATCH)):
        enqueue("market.look_at_payment", key=f"look:{intent_id}", intent_id=intent_id)
    begun = sa.exists().where(PaymentIntent.order_id == Order.id)
    unpaid = (
        sa.select(Order)
        .where(Order.state == OrderState.PENDING_PAY, Order.expires_at <= now, ~begun)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    for order in db.session.scalars(unpaid).all():
        payments.expire(order)


@job("market.look_at_payment", outside=True)
def look_at_payment(intent_id: int) -> None:
    """Ask the provider where a payment stands and take its word; close it when its time is over."""
    intent = db.session.get_one(PaymentIntent, intent_id)
    ref, provider, expired = intents.reference(intent), intent.provider, intent.expires_at <= clock.now()
    unsettled = intent.state in {PaymentState.CREATED, PaymentState.PENDING, PaymentState.CLOSING}
    unwanted = expired or intent.state is PaymentState.CLOSING
    db.session.remove()
    try:
        result = providers.get(provider).query(ref)
        if unsettled and unwanted and result.standing in {ports.Standing.ABSENT, ports.Standing.PENDING}:
            result = _closed(provider, ref, expired=expired)
    except ports.ProviderProblem as problem:
        log.warning("payment not seen", intent_id=intent_id, code=problem.code)
        result = None
    with transaction():
        _take(intent_id, result)


def _closed(provider: str, ref: ports.PaymentRef, *, expired: bool) -> ports.QueryResult:
    """Close at the provider. A payment it does not know is closed only once its time limit is over: before that
    somebody may still scan the code.
    """
    try:
        standing = providers.get(provider).close(ref)
    except ports.Declined as refusal:
        if refusal.decline in {ports.Decline.ALREADY_PAID, ports.Decline.WRONG_STATE}:
            return providers.get(provider).query(ref)
        raise
    return ports.QueryResult(ports.Standing.CLOSED if expired else standing)


def _take(intent_id: int, result: ports.QueryResult | None) -> None:
    intent = db.session.get_one(PaymentIntent, intent_id)
    kind = _EVENTS.get(result.standing) if result else None
    if result is not None and kind is not None:
        payments.hear(
            ports.Event(
                key=f"query|{intent.out_trade_no}|{kind.value}",
                kind=kind,
                payment_no=intent.out_trade_no,
                provider_no=result.provider_no,
                payee_no="",
                amount_fen=result.amount_fen or intent.amount_fen,
                refunded_fen=intent.amount_fen if kind is ports.EventKind.REFUNDED else 0,
                happened_at=result.paid_at,
            ),
            provider=intent.provider,
        )
    intent = db.session.get_one(PaymentIntent, intent_id, with_for_update=True)
    if intent.next_query_at is not None:
        intents.postpone_query(intent)


@job("market.watch_refunds", every=15)
def watch_refunds() -> None:
    """Ask for another try of every refund whose time has come."""
    for refund_id in refund_sending.due(BATCH):
        enqueue("market.send_refund", key=f"refund:{refund_id}", refund_id=refund_id)


@job("market.send_refund", outside=True)
def send_refund(refund_id: int) -> None:
    """Send a refund under its fixed number; what cannot be known is asked about first, never doubled."""
    with transaction():
        sending = refund_sending.prepare(refund_id)
    if sending is None:
        return
    db.session.remove()
    try:
        result = refund_sending.call(sending)
    except ports.ProviderProblem as problem:
        log.warning("refund not done", refund_id=refund_id, code=problem.code)
        with transaction():
            refund_sending.put_off(refund_id, problem)
        return
    with transaction():
        refund_sending.done(refund_id, sending, result)


@job("market.watch_bills", every=1800)
def watch_bills() -> None:
    """Ask for the bills that are due: every merchant's days that are over and not there (after nine)."""
    for account_id, day in bill_fetching.wanted():
        key = f"bill:{account_id}:{day.isoformat()}"
        enqueue("market.fetch_bill", key=key, account_id=account_id, day=day.isoformat())


@job("market.fetch_bill", outside=True)
def fetch_bill(account_id: int, day: str) -> None:
    """Fetch a merchant's bill of a day, keep it, compare it."""
    on = date.fromisoformat(day)
    provider, payee = bill_fetching.account_of(account_id)
    db.session.remove()
    rows = bill_fetching.fetch(provider, payee, on)
    if rows is None:
        log.warning("bill not fetched", account_id=account_id, day=day)
        return
    with transaction():
        bill_fetching.take(account_id, on, rows)


@job("market.confirm_receipt", every=600)
def confirm_receipt() -> None:
    """Residents who say nothing have received: 7 days after a delivery, fresh goods 3 (rule 57)."""
    receipts.receive_due()


@job("market.end_ask_backs", every=300)
def end_ask_backs() -> None:
    """A shop's silence about a paid order that its buyer cancelled is consent."""
    asking_back.end_silence()


@job("market.end_asks", every=300)
def end_asks() -> None:
    """Suppliers' questions without an answer end, and orders that their supplier never confirmed."""
    lapses.end_asks()
    lapses.end_orders()


@job("market.score_linkage", every=6 * 3600)
def score_linkage() -> None:
    """What suppliers sold goes down to the catalogue, which scores the settled window (rule 69)."""
    linkage_night.run(
        [
            linkage_night.Turnover(
                quarter,
                turnover.revenue(quarter.first_day, quarter.last_day),
                turnover.sold_g(quarter.first_day, quarter.last_day),
            )
            for quarter in linkage_night.due()
        ]
    )


@job("market.count_certified_sales", every=600)
def count_certified_sales() -> None:
    """What was sold under each certificate, against what its issuer approved."""
    certified_sales.count_sold()


@job("market.tell_certificate_buyers", every=60)
def tell_certificate_buyers() -> None:
    """Buyers hear of certificates that were suspended or revoked."""
    certified_sales.tell_buyers()


@job("market.measure_trade", every=24 * 3600)
def measure_trade() -> None:
    """How suppliers deliver and how many buyers goods find, for the order of the shop's list."""
    measures.measure()


@job("market.keep_accounts", every=600)
def keep_accounts() -> None:
    """Suppliers' accounts follow the memo ledger; once a month is over its statements are issued."""
    supplier_bills.collect()
    supplier_bills.issue_all(rules.month_before(clock.today()))


@job("market.end_silence", every=60)
def end_silence() -> None:
    """After-sales and disputes that nobody answered in time go on by themselves."""
    after_sale_clock.end_all_silence(BATCH)
    dispute_cases.end_silence(BATCH)
    complaints.close_silent(BATCH)


@job("market.remind_shops", every=1800)
def remind_shops() -> None:
    """A day before silence counts as a yes the shop hears of it."""
    after_sale_clock.remind(1_000)


@job("market.follow_after_sales", every=15)
def follow_after_sales() -> None:
    """What became of the refunds of after-sales."""
    after_sale_clock.follow_refunds(BATCH)


@job("market.close_received", every=3600)
def close_received() -> None:
    """Residents' orders are done once nothing can be asked about them any more."""
    after_sale_clock.close_received(BATCH)


@job("market.hand_out_case_files", every=3600)
def hand_out_case_files() -> None:
    """Decisions that were not carried out for ten working days: the buyer gets the file for 12315."""
    for case_id in arbitration.unpaid_before(BATCH):
        arbitration.hand_out(case_id)
