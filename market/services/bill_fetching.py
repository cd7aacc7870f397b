"""Fetching the provider's bills: asked outside any transaction, after nine in the morning, until each day is there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from core import clock
from core.db import db
from core.errors import Missing
from market.gateways import ports, providers
from market.models.payment import MerchantAccount, PaymentIntent
from market.models.reconciliation import ProviderBill
from market.rules.reconciliation import ExceptionKind
from market.services import bills, findings, reconciling

READY_HOUR = 9
LOOK_BACK = 7
"""Days: a bill that could not be fetched is asked for again so long."""


def wanted() -> list[tuple[int, date]]:
    """(account, day) of bills that are due and not there: from each account's first day on, a week back at most."""
    now = clock.now().astimezone(clock.COUNTY)
    last = now.date() - timedelta(days=1 if now.hour >= READY_HOUR else 2)
    days = sa.func.generate_series(last - timedelta(days=LOOK_BACK - 1), last, timedelta(days=1))
    day = sa.select(sa.cast(days.column_valued("at"), sa.Date).label("day_on")).subquery().c.day_on
    there = sa.exists().where(ProviderBill.merchant_account_id == MerchantAccount.id, ProviderBill.day_on == day)
    used = sa.exists().where(PaymentIntent.merchant_account_id == MerchantAccount.id)
    query = (
        sa.select(MerchantAccount.id, day)
        .where(day >= sa.cast(MerchantAccount.created_at, sa.Date), ~there, used)
        .order_by(day, MerchantAccount.id)
    )
    return [(account_id, on) for account_id, on in db.session.execute(query.limit(500))]


def account_of(account_id: int) -> tuple[str, ports.Payee]:
    """Provider and payee of an account. Raises: Missing."""
    account = db.session.get(MerchantAccount, account_id)
    if account is None:
        raise Missing("no-such-merchant")
    return account.provider, providers.payee_of(account)


def fetch(provider: str, payee: ports.Payee, day: date) -> Sequence[ports.StatementRow] | None:
    """The day's rows; empty when nothing happened; None when it is not to be had now. No transaction is open here."""
    try:
        return providers.get(provider).fetch_statement(day, payee)
    except ports.Declined as refusal:
        return [] if refusal.decline is ports.Decline.NO_STATEMENT else None
    except ports.ProviderProblem:
        return None


def take(account_id: int, day: date, rows: Sequence[ports.StatementRow]) -> dict[str, int]:
    """Keep the day's bill and compare it. A bill without rows for a day on which we were paid is not believed yet."""
    if not rows and _was_paid(account_id, day) and clock.today() - day < timedelta(days=LOOK_BACK - 1):
        return {}
    return reconciling.compare(bills.keep(account_id, day, rows).id)


def _was_paid(account_id: int, day: date) -> bool:
    lo = datetime.combine(day, datetime.min.time(), clock.COUNTY)
    ours = sa.exists().where(
        PaymentIntent.merchant_account_id == account_id,
        PaymentIntent.paid_at >= lo,
        PaymentIntent.paid_at < lo + timedelta(days=1),
    )
    return bool(db.session.scalar(sa.select(ours)))


def changed(account_id: int, day: date) -> None:
    """The provider states another bill for a kept day: for a person."""
    findings.find(ExceptionKind.STATUS, f"bill:{account_id}:{day.isoformat()}")
