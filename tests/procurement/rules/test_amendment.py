from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from procurement.rules.amendment import (
    DeclarationKind,
    Direction,
    Figures,
    Version,
    assess,
    check_amendment,
    closure_reserve,
    direction,
    in_force,
    merged,
)
from procurement.rules.declaration import DeclarationState

OLD = Figures(1_000_00, {"L": 100_00, "N": 100_00})
UP = Figures(1_200_00, {"L": 120_00, "N": 120_00})
FIRST = Version(1, DeclarationKind.FILING, DeclarationState.CONFIRMED, OLD)


def test_anything_that_falls_makes_it_a_downward_change():
    """Rule 20."""
    assert direction(OLD, UP) is Direction.UP
    assert direction(OLD, Figures(1_200_00, {"L": 99_99, "N": 120_00})) is Direction.DOWN
    assert direction(OLD, Figures(1_000_00, {"L": 100_00})) is Direction.DOWN
    assert direction(OLD, OLD) is Direction.SAME


def test_down_needs_a_reason_and_ends_on_30_september():
    down = Figures(900_00, {"L": 100_00, "N": 100_00})

    assert check_amendment(OLD, down, date(2026, 9, 30), reason="停餐") is Direction.DOWN
    assert check_amendment(OLD, UP, date(2026, 12, 30), reason="") is Direction.UP
    with pytest.raises(Refused, match="amendment-down-needs-reason"):
        check_amendment(OLD, down, date(2026, 5, 1), reason=" ")
    with pytest.raises(Refused, match="amendment-down-too-late"):
        check_amendment(OLD, down, date(2026, 10, 1), reason="停餐")
    with pytest.raises(Refused, match="amendment-changes-nothing"):
        check_amendment(OLD, OLD, date(2026, 5, 1), reason="x")


def test_an_upward_amendment_is_in_force_on_submission():
    """Rule 97b."""
    raised = Version(2, DeclarationKind.AMENDMENT, DeclarationState.SUBMITTED, UP)

    assert in_force([raised, FIRST]) is raised
    assert in_force([FIRST, replace(raised, state=DeclarationState.REVIEWED)]).version_no == 2
    assert in_force([FIRST, replace(raised, state=DeclarationState.RETURNED)]) is FIRST
    assert in_force([FIRST, replace(raised, figures=Figures(900_00))]) is FIRST


def test_a_first_filing_counts_once_confirmed():
    waiting = replace(FIRST, state=DeclarationState.SUBMITTED)

    assert in_force([]) is None
    assert in_force([waiting]) is None
    assert in_force([FIRST]) is FIRST


def test_an_assessment_holds_until_the_own_filing_is_confirmed():
    """Rule 92."""
    assessed = Version(1, DeclarationKind.ASSESSMENT, DeclarationState.CONFIRMED, OLD)
    own = Version(2, DeclarationKind.FILING, DeclarationState.SUBMITTED, UP)

    assert in_force([assessed, own]) is assessed
    confirmed = replace(own, state=DeclarationState.CONFIRMED)
    assert in_force([assessed, confirmed]) is confirmed
    assert in_force([assessed, confirmed, replace(assessed, version_no=3)]) is confirmed


def test_finance_assesses_the_larger_figure_at_the_minimum():
    figures = assess(last_actual_fen=1_234_567_89, last_declared_fen=1_000_000_00, min_bps={"L": 1000})

    assert figures == Figures(1_234_567_89, {"L": 123_456_79})


def test_a_closed_units_reserve_is_pro_rata_rounded_up():
    """Rule 22."""
    assert closure_reserve(120_000_00, date(2026, 6, 30)) == 59_506_85
    assert closure_reserve(366_00, date(2024, 1, 1)) == 1_00


@given(st.integers(0, 10**13), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_closure_never_asks_for_more_than_the_year(reserve, last_day):
    assert 0 <= closure_reserve(reserve, last_day) <= reserve
    assert closure_reserve(reserve, date(last_day.year, 12, 31)) == reserve


def test_a_successor_carries_both():
    assert merged(OLD, UP) == Figures(2_200_00, {"L": 220_00, "N": 220_00})
    assert merged(OLD, Figures(1, {"C": 1})) == Figures(1_000_01, {"C": 1, "L": 100_00, "N": 100_00})
