from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.rules.pace import (
    SHIPPED_CHECKPOINTS,
    Checkpoint,
    OpenDays,
    PaceStatus,
    applying,
    calendar_pace_bp,
    missed,
    needs_catch_up_plan,
    pace_bp,
    status,
)

months = st.dictionaries(
    st.integers(1, 12),
    st.tuples(st.integers(0, 31), st.integers(0, 31)).map(lambda d: OpenDays(min(d), max(d))),
)


@given(months, st.just(()) | st.lists(st.integers(0, 50), min_size=12, max_size=12))
def test_the_line_runs_from_nothing_to_all(days, curve):
    line = pace_bp(days, curve)

    assert line is None or 0 <= line <= 10_000


def test_the_line_follows_open_days_and_season():
    """Rule 41."""
    days = {1: OpenDays(20, 20), 2: OpenDays(0, 0), 3: OpenDays(5, 20)}
    summer = [1] * 6 + [3] * 6

    assert pace_bp(days) == 6250
    assert pace_bp({6: OpenDays(20, 20), 7: OpenDays(0, 20)}, summer) == 2500
    assert pace_bp({2: OpenDays(0, 0)}) is None
    with pytest.raises(ValueError):
        pace_bp(days, [1, 2, 3])


def test_without_open_days_the_calendar_is_the_line():
    assert calendar_pace_bp(date(2026, 12, 31)) == 10_000
    assert calendar_pace_bp(date(2026, 1, 1)) == 27
    assert calendar_pace_bp(date(2024, 6, 30)) == 4972


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        (100_00, PaceStatus.DONE),
        (99_99, PaceStatus.ON_TRACK),
        (40_00, PaceStatus.ON_TRACK),
        (39_99, PaceStatus.BEHIND),
        (20_00, PaceStatus.BEHIND),
        (19_99, PaceStatus.CRITICAL),
    ],
)
def test_the_status_against_a_line_of_half(completed, expected):
    assert status(completed_fen=completed, reserve_fen=100_00, line_bp=5000, on=date(2026, 5, 1)) is expected


def test_nothing_bought_is_critical_only_after_june():
    june, july = date(2026, 6, 30), date(2026, 7, 1)

    assert status(completed_fen=0, reserve_fen=1, line_bp=500, on=june) is PaceStatus.ON_TRACK
    assert status(completed_fen=0, reserve_fen=1, line_bp=500, on=july) is PaceStatus.CRITICAL
    assert status(completed_fen=0, reserve_fen=0, line_bp=500, on=july) is PaceStatus.NO_DUTY


def test_checkpoints_spare_a_new_unit():
    """Rule 21."""
    binding = applying(SHIPPED_CHECKPOINTS, 2026, created_on=date(2026, 5, 2))

    assert [c.month for c in binding] == [9, 11, 12]
    assert applying(SHIPPED_CHECKPOINTS, 2026, created_on=date(2026, 5, 1)) == list(SHIPPED_CHECKPOINTS)
    assert applying(SHIPPED_CHECKPOINTS, 2026) == list(SHIPPED_CHECKPOINTS)


def test_two_missed_checkpoints_ask_for_a_plan():
    """Rules 42 and 100."""
    june, september = SHIPPED_CHECKPOINTS[:2]

    assert june == Checkpoint(6, 30, 2500)
    assert missed(SHIPPED_CHECKPOINTS, {june: 25_00, september: 59_99}, 100_00) == 1
    assert missed(SHIPPED_CHECKPOINTS, {june: 24_99, september: 59_99}, 100_00) == 2
    assert [needs_catch_up_plan(n) for n in (1, 2, 3)] == [False, True, True]
