"""The clock asks for yesterday's bills after nine, and `flask payments reconcile` does so by hand (R3, R10)."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from core import clock, jobs
from core.db import db, transaction
from market import tasks
from market.models.reconciliation import PaymentException, ProviderBill, ProviderBillLine
from market.rules.payment_states import PaymentState
from market.services import bill_fetching
from tests.make.payments import Sale, sale
from tests.support import invariants


def yesterday(app: Flask) -> Sale:
    """A payment that was made a day ago, of which nobody told us."""
    of = sale(app).offered()
    of.alipay.hears(lambda _path, _body, _kind: b"no")
    of.alipay.pay(of.number)
    of.alipay.advance(days=1, hours=12)
    return of


def bills() -> int:
    db.session.rollback()
    return int(db.session.scalar(sa.select(sa.func.count(ProviderBill.id))) or 0)


def test_the_clock_fetches_the_bill_once_and_heals_what_nobody_told(app: Flask) -> None:
    of, day = yesterday(app), clock.today()
    tomorrow = clock.day_start(day + timedelta(days=1)) + timedelta(hours=10)
    with clock.frozen(tomorrow):
        wanted = bill_fetching.wanted()
        assert [on for _, on in wanted] == [day]
        for _ in range(2):
            with transaction():
                tasks.watch_bills()
        for account_id, on in wanted:
            tasks.fetch_bill(account_id, on.isoformat())
            assert bill_fetching.wanted() == []
            tasks.fetch_bill(account_id, on.isoformat())
    assert bills() == 1
    assert of.intent.state is PaymentState.PAID
    assert invariants.broken() == []
    with clock.frozen(tomorrow):
        jobs.run_due()
    assert bills() == 1


def test_before_nine_no_bill_is_asked_for(app: Flask) -> None:
    yesterday(app)
    with clock.frozen(clock.day_start(clock.today() + timedelta(days=1)) + timedelta(hours=8)):
        assert bill_fetching.wanted() == []


def test_the_command_reconciles_a_day_and_a_second_run_finds_nothing(app: Flask) -> None:
    of, day = yesterday(app), clock.today().isoformat()
    runner = app.test_cli_runner()

    first = runner.invoke(args=["payments", "reconcile", "--day", day])
    found = db.session.scalar(sa.select(sa.func.count(PaymentException.id)))
    rows = db.session.scalar(sa.select(sa.func.count(ProviderBillLine.id)))
    second = runner.invoke(args=["payments", "reconcile", "--day", day])

    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert of.intent.state is PaymentState.PAID
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(PaymentException.id))) == found
    assert db.session.scalar(sa.select(sa.func.count(ProviderBillLine.id))) == rows == 1
