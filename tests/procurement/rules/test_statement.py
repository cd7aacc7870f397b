from datetime import date

import pytest

from core.errors import Refused
from core.states import advance
from procurement.rules.statement import (
    STATEMENT,
    CanteenYear,
    StatedLine,
    StatementAct,
    StatementState,
    check_lines,
    check_month,
    check_second_person,
    due_on,
    months_due,
    months_missing,
)


def test_a_month_is_due_on_the_tenth_of_the_next():
    assert due_on(2026, 10) == date(2026, 11, 10)
    assert due_on(2026, 12) == date(2027, 1, 10)


def test_a_month_is_missing_the_day_after_it_was_due():
    """Rule 99."""
    stated = CanteenYear(frozenset(range(1, 10)), opened_on=date(2020, 1, 1))

    assert months_missing(2026, date(2026, 11, 10), [stated]) == ()
    assert months_missing(2026, date(2026, 11, 11), [stated]) == (10,)
    assert months_missing(2026, date(2027, 1, 11), [stated]) == (10, 11, 12)


def test_every_canteen_states_the_months_it_was_open():
    opened = CanteenYear(frozenset(), opened_on=date(2026, 9, 15))
    closed = CanteenYear(frozenset({1}), opened_on=date(2020, 1, 1), closed_on=date(2026, 2, 3))
    on = date(2026, 11, 23)

    assert months_missing(2026, on, [opened]) == (9, 10)
    assert months_missing(2026, on, [closed]) == (2,)
    assert months_missing(2026, on, [opened, closed]) == (2, 9, 10)
    assert months_missing(2026, on, []) == ()
    assert months_due(2026, on, [opened, closed]) == 4


def test_a_statement_has_lines_with_paper_or_says_nil():
    lines = [StatedLine("meat", 100_00, "发票 1"), StatedLine("rice", 50_50, "发票 2")]

    assert check_lines(lines, is_nil=False) == 150_50
    assert check_lines([], is_nil=True) == 0
    for wrong, nil, code in [
        ([], False, "statement-empty"),
        (lines, True, "statement-nil-has-lines"),
        ([StatedLine("meat", 0, "x")], False, "statement-line-amount"),
        ([StatedLine("meat", 1, " ")], False, "statement-line-paper"),
    ]:
        with pytest.raises(Refused, match=f"^{code}$"):
            check_lines(wrong, is_nil=nil)


def test_two_people_and_no_month_ahead():
    check_second_person(1, 2)
    with pytest.raises(Refused, match="statement-same-person"):
        check_second_person(1, 1)
    check_month(2026, 11, date(2026, 11, 1))
    with pytest.raises(Refused, match="statement-month-ahead"):
        check_month(2026, 12, date(2026, 11, 30))


def test_the_way_of_a_statement():
    submitted = advance(STATEMENT, StatementState.DRAFT, StatementAct.SUBMIT, "author")

    assert advance(STATEMENT, submitted, StatementAct.CONFIRM, "second_person") is StatementState.CONFIRMED
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(STATEMENT, submitted, StatementAct.CONFIRM, "author")
    assert STATEMENT.acts_in(StatementState.CONFIRMED) == []
