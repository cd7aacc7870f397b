"""Which run an order still catches: cut-off, weekdays, towns, holidays, least goods (county days)."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import COUNTY
from core.workdays import WorkCalendar
from market.rules.rounds import EVERY_DAY, Round, next_run

MONDAY = date(2026, 11, 23)
HUASHAN = "220681103"
TUESDAYS = Round(1, 0b0000010, cutoff_days=1, cutoff_minute=18 * 60, towns=frozenset({HUASHAN}))
NO_REST = WorkCalendar()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=COUNTY)


def caught(now: datetime, *rounds: Round, town: str = f"{HUASHAN}200", on: date = MONDAY, **more: object) -> object:
    run = next_run(rounds or (TUESDAYS,), town=town, not_before=on, now=now, calendar=more.get("calendar", NO_REST))  # type: ignore[arg-type]
    return run.on if run else None


def test_an_order_before_the_cut_off_goes_with_the_next_run():
    assert caught(at(MONDAY, 17, 59)) == date(2026, 11, 24)
    assert caught(at(MONDAY, 18)) == date(2026, 12, 1)


def test_a_round_drives_only_to_its_towns():
    assert caught(at(MONDAY, 8), town="220681104201") is None
    assert caught(at(MONDAY, 8), Round(2, EVERY_DAY, 0, 0), town="220681104201") == date(2026, 11, 24)


def test_holidays_rest_unless_the_round_says_otherwise():
    rest = WorkCalendar(holidays=frozenset({date(2026, 11, 24)}))
    assert caught(at(MONDAY, 8), calendar=rest) == date(2026, 12, 1)
    always = Round(3, 0b0000010, 1, 18 * 60, rests_on_holidays=False)
    assert caught(at(MONDAY, 8), always, calendar=rest) == date(2026, 11, 24)


def test_of_two_rounds_on_a_day_the_one_with_the_lower_least_is_taken():
    dear = Round(4, EVERY_DAY, 1, 18 * 60, min_stop_fen=500_00)
    cheap = Round(5, EVERY_DAY, 1, 18 * 60, min_stop_fen=100_00)
    run = next_run([dear, cheap], town=HUASHAN, not_before=MONDAY, now=at(MONDAY, 8), calendar=NO_REST)
    assert run is not None
    assert (run.round_id, run.min_stop_fen) == (5, 100_00)


@given(st.integers(1, 127), st.integers(0, 7), st.integers(0, 1439), st.integers(0, 20_000), st.integers(0, 20))
def test_the_run_found_is_caught_and_none_before_it_is(
    weekdays: int, cutoff_days: int, cutoff_minute: int, minutes: int, ahead: int
) -> None:
    own = Round(1, weekdays, cutoff_days, cutoff_minute)
    now, first = at(MONDAY, 0) + timedelta(minutes=minutes), MONDAY + timedelta(days=ahead)

    run = next_run([own], town=None, not_before=first, now=now, calendar=NO_REST)

    assert run is not None
    assert own.catches(run.on, now, NO_REST)
    assert run.on >= first
    assert not any(own.catches(first + timedelta(days=n), now, NO_REST) for n in range((run.on - first).days))
