"""After the admission, as arithmetic: six months, thirty days, two and three years, a lead enterprise's figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import supplier_life as rules
from catalog.rules.supplier_life import BanGround, Criteria, LicenceStage, Shown
from core.errors import Refused

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
SHOWN = st.builds(Shown, st.integers(0, 60), st.integers(0, 10**8), st.integers(0, 10_000))


@given(DAYS, st.integers(-60, 60))
def test_months_keep_the_day_or_end_with_the_month(on: date, months: int) -> None:
    then = rules.months_later(on, months)
    assert (then.year * 12 + then.month) - (on.year * 12 + on.month) == months
    assert then.day == on.day or (then.day < on.day and (then + timedelta(days=1)).day == 1)


def test_a_look_is_due_six_months_later() -> None:
    assert rules.check_due(date(2026, 8, 31)) == date(2027, 2, 28)


@given(DAYS, st.integers(-100, 100))
def test_a_licence_warns_thirty_days_and_ends_the_day_after(valid_to: date, left: int) -> None:
    stage = rules.licence_stage(valid_to, valid_to - timedelta(days=left))
    assert (stage is LicenceStage.ENDED) == (left < 0)
    assert (stage is LicenceStage.ENDING) == (0 <= left <= 30)
    assert rules.licence_stage(None, valid_to) is LicenceStage.FINE


def test_a_ban_is_two_years_and_three_after_an_incident() -> None:
    assert rules.ban_until(BanGround.BREACH, date(2026, 11, 23)) == date(2028, 11, 22)
    assert rules.ban_until(BanGround.FOOD_SAFETY, date(2026, 11, 23)) == date(2029, 11, 22)
    assert rules.ban_until(BanGround.BREACH, date(2026, 11, 23), years=5) == date(2031, 11, 22)
    with pytest.raises(Refused, match="ban-too-short"):
        rules.ban_until(BanGround.FOOD_SAFETY, date(2026, 11, 23), years=2)


@given(SHOWN, SHOWN)
def test_more_to_show_never_loses_a_recognition(one: Shown, more: Shown) -> None:
    top = Shown(
        max(one.households, more.households), max(one.verified_fen, more.verified_fen), max(one.score, more.score)
    )
    if rules.meets(Criteria(), one):
        assert rules.meets(Criteria(), top)
    assert rules.meets(Criteria(), one) == all(is_met for *_, is_met in rules.measured(Criteria(), one))
