from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.workdays import WorkCalendar

PLAIN = WorkCalendar()
NATIONAL_DAY = WorkCalendar(
    holidays=frozenset(date(2026, 10, d) for d in range(1, 9)),
    worked=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)


def test_the_day_itself_does_not_count_and_weekends_do_not_either():
    assert PLAIN.after(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert PLAIN.after(date(2026, 11, 23), 5) == date(2026, 11, 30)
    assert PLAIN.after(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_holidays_are_skipped_and_days_worked_instead_count():
    assert NATIONAL_DAY.after(date(2026, 9, 30), 1) == date(2026, 10, 9)
    assert NATIONAL_DAY.after(date(2026, 9, 30), 2) == date(2026, 10, 10)
    assert NATIONAL_DAY.is_workday(date(2026, 9, 27))


def test_days_are_counted_forward():
    with pytest.raises(ValueError, match="forward"):
        PLAIN.after(date(2026, 11, 23), -1)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_a_limit_ends_on_a_working_day(on, days):
    end = PLAIN.after(on, days)

    assert PLAIN.is_workday(end)
    assert (end - on).days >= days


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_counting_between_two_days_is_the_way_back(on, days):
    assert NATIONAL_DAY.between(on, NATIONAL_DAY.after(on, days)) == days
    assert NATIONAL_DAY.between(on, on - timedelta(days=days)) == 0


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 40), st.integers(0, 40))
def test_a_span_is_the_sum_of_its_parts(on, first, second):
    middle = on + timedelta(days=first)
    end = middle + timedelta(days=second)

    assert NATIONAL_DAY.between(on, end) == NATIONAL_DAY.between(on, middle) + NATIONAL_DAY.between(middle, end)
