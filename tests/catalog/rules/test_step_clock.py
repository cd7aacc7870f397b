"""A step's clock in working days: it stands while the applicant is waited for."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from catalog.rules.step_clock import Mark, due_on, reckon, used_days
from core.workdays import WorkCalendar

CALENDAR = WorkCalendar(
    holidays=frozenset(date(2026, 10, d) for d in range(1, 9)),
    worked=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)
MONDAY = date(2026, 11, 23)
days = st.dates(date(2026, 8, 1), date(2026, 12, 31))
gaps = st.integers(0, 30)


@st.composite
def turned(draw):
    """A clock that was stopped and let go a few times, and a day not before its last mark."""
    on = draw(days)
    marks = [Mark(on, runs=True)]
    for _ in range(draw(st.integers(0, 4))):
        on += timedelta(days=draw(gaps))
        marks.append(Mark(on, runs=not marks[-1].runs))
    return marks, on + timedelta(days=draw(gaps))


def test_ten_days_from_a_monday_end_on_the_monday_after_next():
    step = reckon([Mark(MONDAY, runs=True)], 10, date(2026, 11, 25), CALENDAR)

    assert (step.used_days, step.left_days, step.due_on, step.is_over) == (2, 8, date(2026, 12, 7), False)


def test_a_week_of_waiting_moves_the_end_by_a_week():
    marks = [Mark(MONDAY, runs=True), Mark(date(2026, 11, 25), runs=False), Mark(date(2026, 12, 2), runs=True)]
    step = reckon(marks, 10, date(2026, 12, 3), CALENDAR)

    assert (step.used_days, step.due_on) == (3, date(2026, 12, 14))


def test_while_it_stands_nothing_is_due_and_nothing_is_used():
    marks = [Mark(MONDAY, runs=True), Mark(date(2026, 11, 24), runs=False)]
    step = reckon(marks, 10, date(2027, 3, 1), CALENDAR)

    assert (step.used_days, step.due_on, step.stands) == (1, None, True)


def test_a_limit_that_ran_out_before_the_wait_stays_run_out():
    marks = [Mark(MONDAY, runs=True), Mark(date(2026, 12, 1), runs=False), Mark(date(2026, 12, 8), runs=True)]
    step = reckon(marks, 3, date(2026, 12, 8), CALENDAR)

    assert (step.due_on, step.left_days, step.is_over) == (date(2026, 11, 26), -3, True)


@given(days, st.integers(1, 60))
def test_without_a_stop_the_end_is_the_calendars(on, limit):
    assert due_on([Mark(on, runs=True)], limit, CALENDAR) == CALENDAR.after(on, limit)


@given(turned(), st.integers(1, 60), gaps)
def test_time_only_uses_days_while_the_clock_runs(clock, limit, later):
    marks, today = clock
    then = today + timedelta(days=later)
    more = used_days(marks, then, CALENDAR) - used_days(marks, today, CALENDAR)

    assert more == (CALENDAR.between(today, then) if marks[-1].runs else 0)


@given(turned(), st.integers(1, 60))
def test_late_means_that_a_working_day_lies_behind_the_end(clock, limit):
    marks, today = clock
    step = reckon(marks, limit, today, CALENDAR)
    if step.due_on is not None:
        assert step.is_over == (CALENDAR.between(step.due_on, today) > 0)


@given(turned(), st.integers(1, 60))
@example(
    ([Mark(date(2026, 9, 1), True), Mark(date(2026, 9, 27), False), Mark(date(2026, 10, 1), True)], date(2026, 10, 9)),
    19,
)
@example(
    (
        [Mark(date(2026, 10, 1), True), Mark(date(2026, 10, 1), False), Mark(date(2026, 10, 15), True)],
        date(2026, 10, 17),
    ),
    1,
)
def test_to_ask_and_be_answered_on_one_day_changes_nothing(clock, limit):
    marks, today = clock
    if marks[-1].runs:
        twice = [*marks, Mark(today, runs=False), Mark(today, runs=True)]

        assert used_days(twice, today, CALENDAR) == used_days(marks, today, CALENDAR)
        assert due_on(twice, limit, CALENDAR) == due_on(marks, limit, CALENDAR)


@given(days, gaps, gaps, gaps, st.integers(1, 60))
def test_a_wait_gives_back_its_working_days_and_no_more(on, until, waited, rest, limit):
    stop = on + timedelta(days=until)
    back = stop + timedelta(days=waited)
    today = back + timedelta(days=rest)
    straight = [Mark(on, runs=True)]
    waiting = [*straight, Mark(stop, runs=False), Mark(back, runs=True)]

    saved = used_days(straight, today, CALENDAR) - used_days(waiting, today, CALENDAR)
    assert saved == CALENDAR.between(stop, back)
