import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.clock import COUNTY

NEW_YEAR = datetime(2027, 1, 1, tzinfo=COUNTY)


def test_the_year_turns_at_county_midnight():
    """Rule 8."""
    assert clock.fiscal_year(NEW_YEAR - timedelta(seconds=1)) == 2026
    assert clock.fiscal_year(NEW_YEAR.astimezone(UTC)) == 2027
    assert clock.month_of(NEW_YEAR - timedelta(microseconds=1)) == 12
    assert (clock.fiscal_year(date(2026, 12, 31)), clock.month_of(date(2026, 12, 31))) == (2026, 12)


def test_now_is_utc_and_today_is_the_county_day():
    assert clock.now().tzinfo is UTC
    with clock.frozen(datetime(2026, 11, 22, 16, 0, 0, 123, tzinfo=UTC)):
        assert clock.now().microsecond == 123
        assert clock.today() == date(2026, 11, 23)


def test_a_naive_instant_is_an_error():
    with pytest.raises(ValueError):
        clock.county_day(datetime(2026, 1, 1))
    with pytest.raises(ValueError), clock.frozen(datetime(2026, 1, 1)):
        pass


def test_shifts_nest_and_the_clock_is_given_back():
    with clock.frozen(NEW_YEAR):
        with clock.shifted(timedelta(days=-1)), clock.shifted(timedelta(hours=-1)):
            assert clock.now() == NEW_YEAR - timedelta(days=1, hours=1)
        assert clock.now() == NEW_YEAR
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_frozen_clock_does_not_move_another_thread():
    seen: list[datetime] = []
    with clock.frozen(NEW_YEAR):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()

    assert abs(seen[0] - datetime.now(UTC)) < timedelta(seconds=5)


def test_leap_years_have_366_days():
    assert [clock.days_in_year(y) for y in (2024, 2025, 2026, 2100)] == [366, 365, 365, 365]


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_every_instant_lies_within_its_county_day(at):
    on = clock.county_day(at)

    assert clock.day_start(on) <= at < clock.day_start(on + timedelta(days=1))
    assert clock.fiscal_year(at) == on.year
