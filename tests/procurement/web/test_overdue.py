"""Finance's overdue list: right across year ends and leap days, the sheet equal to the screen."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.access.roles import Role
from core.sheets import read
from core.workdays import WorkCalendar
from market.queries import overdue
from market.rules import deadlines
from market.rules.ageing import Age, age
from market.rules.deadlines import DueFrom, Progress, Terms
from tests import make
from tests.make import bank, trade

DAYS = st.dates(date(2023, 12, 1), date(2028, 3, 31))


@given(DAYS, st.integers(0, 60), st.integers(0, 400), st.sampled_from(list(DueFrom)))
def test_due_days_and_interest_across_years_and_leap_days(on, days, late, due_from):
    terms = Terms(due_from, days)
    started = deadlines.clock_starts(terms, Progress(on, on, on, on), WorkCalendar())
    assert started == on
    due = deadlines.due_date(on, terms)
    assert (due - on).days == days <= deadlines.PAY_DAYS_MAX
    day = due + timedelta(days=late)
    assert deadlines.days_late(due, day) == late
    assert deadlines.interest(10_000_00, due, day) == 5_00 * late
    assert deadlines.interest(10_000_00, due, due - timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (0, Age.NOT_DUE),
        (1, Age.TO_30),
        (30, Age.TO_30),
        (31, Age.TO_60),
        (60, Age.TO_60),
        (90, Age.TO_90),
        (91, Age.OVER_90),
    ],
)
def test_ages(days, found):
    assert age(days) is Age(found)


def test_the_list_by_age_and_its_sheet_and_nobody_else_sees_it(app: Flask, client: FlaskClient) -> None:
    line = make.line()
    offer = make.product(line.supplier)
    for days in (10, 45, 70):
        trade.acceptance(line.unit, line.canteen, offer, on=clock.today() - timedelta(days=30 + days))
    trade.acceptance(line.unit, line.canteen, offer)
    unit = overdue.debts()[0]
    assert [bool(unit.by_age[one]) for one in Age] == [True, True, True, True, False]
    assert unit.oldest_days >= 69

    make.log_in(client, bank.officer(Role.FINANCE_AUDITOR).person)
    page = client.get("/finance/overdue").text
    assert line.unit.name in page
    rows = read(client.get("/finance/overdue/sheet.xlsx").data)[0].rows
    assert rows[1][0] == line.unit.name
    assert round(float(rows[1][6]) * 100) == unit.late_fen
    make.log_in(client, line.payer.person)
    assert client.get("/finance/overdue").status_code == 403
