from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import COUNTY
from core.errors import Refused
from core.workdays import WorkCalendar
from market.rules.deadlines import (
    DueFrom,
    Owed,
    Progress,
    Terms,
    acceptance_reminders,
    auto_receive_at,
    checkout_expires_at,
    clock_starts,
    days_late,
    due_date,
    interest,
    owed,
    prepay_lapses_at,
    prepay_until,
)

PLAIN = WorkCalendar()
FRIDAY = date(2026, 11, 20)


def start(terms, **progress):
    return clock_starts(terms, Progress(FRIDAY, **progress), PLAIN)


def test_the_clock_starts_with_the_agreed_event():
    """Rule 46."""
    by_statement = Terms(DueFrom.STATEMENT)

    assert start(Terms(DueFrom.DELIVERY)) == FRIDAY
    assert start(Terms(), accepted_on=FRIDAY) == FRIDAY
    assert start(by_statement) is None
    assert start(by_statement, statement_sent_on=FRIDAY, statement_confirmed_on=date(2026, 11, 24)) == date(
        2026, 11, 24
    )


def test_the_clock_starts_by_itself_when_the_unit_lets_it_wait():
    assert start(Terms(is_fresh=True)) == date(2026, 11, 21)
    assert start(Terms(is_fresh=False)) == date(2026, 11, 23)
    assert start(Terms(), accepted_on=date(2026, 12, 9)) == date(2026, 11, 21)
    assert start(Terms(DueFrom.STATEMENT), statement_sent_on=FRIDAY) == date(2026, 11, 27)


def test_thirty_days_sixty_at_most():
    assert due_date(date(2026, 11, 20), Terms()) == date(2026, 12, 20)
    assert due_date(date(2024, 1, 31), Terms()) == date(2024, 3, 1)
    assert due_date(FRIDAY, Terms(pay_days=60)) == date(2027, 1, 19)
    with pytest.raises(Refused, match="pay-term-too-long"):
        Terms(pay_days=61)


def test_interest_of_the_worked_example():
    """Rule 47: 10,000.00, ten days late → 50.00; the day after the due date is day 1."""
    due = date(2026, 3, 1)

    assert interest(10_000_00, due, date(2026, 3, 11)) == 50_00
    assert days_late(due, date(2026, 3, 2)) == 1
    assert interest(10_000_00, due, due) == 0
    assert interest(10_00, due, date(2026, 3, 2)) == 1


@given(st.integers(0, 10**12), st.integers(0, 1000))
def test_interest_is_simple(unpaid, days):
    due = date(2026, 1, 1)
    exact_x2 = unpaid * days

    assert abs(interest(unpaid, due, due + timedelta(days=days)) * 2000 - exact_x2) <= 1000


def test_the_undisputed_part_keeps_its_own_due_date():
    """Rule 48."""
    assert owed(300_00, 5_20, FRIDAY) == [Owed(294_80, FRIDAY), Owed(5_20, None)]
    assert owed(300_00, 0, FRIDAY) == [Owed(300_00, FRIDAY)]
    assert owed(300_00, 300_00, FRIDAY) == [Owed(300_00, None)]


def test_prepaid_orders_of_the_worked_example():
    """Rule 49: placed 1 Mar → 31 Mar; extended → 15 Apr; cancelled 16 Apr 00:00."""
    placed = date(2026, 3, 1)

    assert prepay_until(placed) == date(2026, 3, 31)
    assert prepay_until(placed, extended=True) == date(2026, 4, 15)
    assert prepay_lapses_at(placed, extended=True) == datetime(2026, 4, 16, tzinfo=COUNTY)


def test_reminders_and_receipt():
    """Rules 57 and 83."""
    at = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)

    assert acceptance_reminders(at, is_fresh=True) == (at + timedelta(hours=4), at + timedelta(hours=48))
    assert acceptance_reminders(at, is_fresh=False) == (at + timedelta(hours=24), at + timedelta(days=7))
    assert [auto_receive_at(at, is_fresh=f, extended=e) - at for f, e in [(1, 0), (0, 0), (1, 1), (0, 1)]] == [
        timedelta(days=d) for d in (3, 7, 6, 10)
    ]
    assert checkout_expires_at(at) == at + timedelta(minutes=30)
