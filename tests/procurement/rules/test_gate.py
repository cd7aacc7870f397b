from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.rules.gate import (
    SHIPPED,
    Gate,
    GateSchedule,
    GateStep,
    Passage,
    effective_level,
    gate_level,
    passage,
    strictest,
)

OFF, WARN, REASON, STOP = Gate
levels = st.sampled_from(Gate)


@pytest.mark.parametrize(
    ("month", "day", "headline", "other"),
    [(1, 1, WARN, WARN), (6, 30, WARN, WARN), (7, 1, REASON, WARN), (9, 30, REASON, WARN), (10, 1, STOP, WARN)],
)
def test_the_shipped_year(month, day, headline, other):
    """Rule 96."""
    on = date(2026, month, day)

    assert gate_level(SHIPPED, on, scheme="L", is_headline=True, unit_kind="school") is headline
    assert gate_level(SHIPPED, on, scheme="N", is_headline=False, unit_kind="school") is other


def test_a_dated_setting_for_a_kind_of_unit_wins_over_the_general_one():
    mild = GateSchedule(date(2026, 11, 1), (GateStep(1, 1, REASON),), headline=True, unit_kind="hospital")
    settings = [*SHIPPED, mild]

    def level(on, kind):
        return gate_level(settings, on, scheme="L", is_headline=True, unit_kind=kind)

    assert level(date(2026, 10, 31), "hospital") is STOP
    assert level(date(2026, 11, 1), "hospital") is REASON
    assert level(date(2026, 11, 1), "school") is STOP


def test_the_latest_setting_of_the_same_kind_counts():
    softer = GateSchedule(date(2026, 11, 1), (GateStep(1, 1, WARN),), headline=True)

    assert gate_level([*SHIPPED, softer], date(2026, 11, 2), scheme="L", is_headline=True, unit_kind="x") is WARN
    assert gate_level([], date(2026, 11, 2), scheme="L", is_headline=True, unit_kind="x") is OFF


def test_before_the_first_step_of_a_year_the_gate_is_off():
    late = GateSchedule(date(2020, 1, 1), (GateStep(3, 1, STOP),))

    assert late.level_on(date(2026, 2, 28)) is OFF
    assert late.level_on(date(2026, 3, 1)) is STOP


def test_the_order_of_levels():
    assert [level.height for level in (OFF, WARN, REASON, STOP)] == [0, 1, 2, 3]
    assert STOP.raised() is STOP
    assert strictest([]) is OFF and strictest([WARN, STOP, OFF]) is STOP


@given(levels, st.booleans(), st.booleans(), st.booleans())
def test_a_fault_raises_the_gate_and_never_lowers_it(level, overdrawn, missing, shortfall):
    """Rules 99 and 104."""
    effective = effective_level(level, overdrawn=overdrawn, months_missing=missing, after_shortfall=shortfall)

    assert effective.height >= level.height
    assert effective.height >= min(level.height + overdrawn + missing, 3)
    assert not shortfall or effective.height >= REASON.height


@given(levels)
def test_what_leaves_the_reserve_alone_always_passes(level):
    assert passage(level, eats_reserve=False) is Passage.FREE


def test_what_eats_the_reserve_meets_the_level():
    met = [passage(level, eats_reserve=True) for level in (OFF, WARN, REASON, STOP)]

    assert met == [Passage.FREE, Passage.WARNED, Passage.NEEDS_REASON, Passage.STOPPED]
