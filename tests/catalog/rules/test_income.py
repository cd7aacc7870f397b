"""Rules 78 and 79: quarters and their locks, net per head, growth, bands."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import income as rules
from catalog.rules.income import GrowthBand, Half, Income, RedReason
from catalog.rules.quarter import Quarter
from core.errors import Refused

Q3 = Quarter(2026, 3)


def test_a_quarter_is_locked_fifteen_days_after_it() -> None:
    assert rules.due_on(Q3) == date(2026, 10, 15)
    assert not rules.is_locked(Q3, date(2026, 10, 15))
    assert rules.is_locked(Q3, date(2026, 10, 16))
    assert rules.due_on(Quarter(2026, 4)) == date(2027, 1, 15)


def test_whose_turn_it_is() -> None:
    assert rules.due(date(2026, 10, 15)) == Q3
    assert rules.due(date(2026, 10, 16)) == Quarter(2026, 4)
    assert rules.due(date(2027, 1, 3)) == Quarter(2026, 4)
    assert rules.opens_on(Quarter(2026, 4), 45) == date(2026, 11, 16)


def test_net_per_head_takes_the_cost_off_and_rounds_half_up() -> None:
    income = Income(wage_fen=300_000, operating_fen=500_000, operating_cost_fen=120_000, property_fen=1, transfer_fen=4)

    assert income.net_fen == 680_005
    assert rules.per_head(income.net_fen, 2) == 340_003  # 340,002.5
    assert rules.per_head(-5, 2) == -3


def test_growth_is_null_when_last_year_is_missing() -> None:
    assert rules.growth_bp(110, None) is None
    assert rules.growth_bp(110, 0) is None
    assert rules.growth_bp(110, -5) is None
    assert rules.growth_bp(110, 100) == 1000
    assert rules.growth_bp(80, 100) == -2000
    assert rules.growth_bp(200_001, 300_000) == -3333


@pytest.mark.parametrize(
    ("growth", "band"),
    [(None, "unknown"), (-1000, "fell_much"), (-999, "fell"), (0, "rose"), (999, "rose"), (1000, "rose_well"),
     (1999, "rose_well"), (2000, "rose_much")],
)  # fmt: skip
def test_bands(growth: int | None, band: str) -> None:
    assert rules.band(growth) is GrowthBand(band)


def test_red_reasons() -> None:
    told = {"line_fen": 10_000_00, "fall_bp": 2000}
    assert rules.red_reasons(9_999_99, None, **told) == (RedReason.BELOW_LINE,)
    assert rules.red_reasons(10_000_00, -1999, **told) == ()
    assert rules.red_reasons(None, -2000, **told) == (RedReason.FELL,)
    assert rules.red_reasons(1, -2000, **told) == (RedReason.BELOW_LINE, RedReason.FELL)


def test_median() -> None:
    assert rules.median([]) is None
    assert rules.median([5, 1, 3]) == 3
    assert rules.median([1, 2]) == 2  # 1.5, half up


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1))
def test_half_of_all_stand_on_each_side_of_the_median(values: list[int]) -> None:
    middle = rules.median(values)
    assert middle is not None
    assert 2 * sum(v < middle for v in values) <= len(values)
    assert 2 * sum(v > middle for v in values) <= len(values)


def test_halves() -> None:
    assert [str(rules.newest_half(date(2026, m, 20))) for m in (1, 4, 7, 10)] == [
        "2025H2",
        "2025H2",
        "2026H1",
        "2026H1",
    ]
    assert Half(2026, 1).quarters == (Quarter(2026, 1), Quarter(2026, 2))
    assert rules.half_of(Q3) == Half(2026, 2)
    assert str(rules.parse_half("2026H2").last_year) == "2025H2"
    for text in ("", "2026", "2026H3", "2026Q1", "二〇二六H1", "²026H1"):
        with pytest.raises(Refused):
            rules.parse_half(text)


@pytest.mark.parametrize("text", ["", "2026Q5", "2026", "Q3", "2026Q3 "])
def test_a_quarter_that_is_none(text: str) -> None:
    with pytest.raises(Refused, match="quarter-unreadable"):
        rules.parse_quarter(text)


def test_four_quarters_over_new_year() -> None:
    assert [str(q) for q in rules.four_up_to(Quarter(2026, 2))] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
