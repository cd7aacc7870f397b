"""Seasons over the year's end, and a difference that reads as both texts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.facts import Facts, Season, Shot, check_seasons, is_in_season
from catalog.rules.revision import Change, difference
from core.errors import Refused


def test_a_season_may_run_over_the_years_end():
    winter = (Season(11, 2),)
    assert [is_in_season(winter, date(2026, month, 1)) for month in (10, 11, 1, 2, 3)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert is_in_season((), date(2026, 1, 1)) is None
    assert is_in_season((Season(4, 6), Season(9, 10)), date(2026, 9, 30)) is True


@pytest.mark.parametrize("season", [Season(0, 3), Season(1, 13)])
def test_there_are_twelve_months(season):
    with pytest.raises(Refused, match="season-months"):
        check_seasons([season])


def test_facts_come_back_from_a_revision_as_they_went():
    facts = Facts("木耳", 3, "220681103200", "肉厚", True, (Season(4, 6, "春耳"),), (Shot(9, "晾晒"),))
    assert Facts.of(facts.plain()) == facts
    assert facts.changed(Facts.of({**facts.plain(), "name": "秋木耳", "is_wild": False})) == ["name", "is_wild"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_difference_reads_as_the_old_and_as_the_new(old, new):
    pieces = difference(old, new)
    assert "".join(one.text for one in pieces if one.change is not Change.NEW) == old
    assert "".join(one.text for one in pieces if one.change is not Change.GONE) == new


def test_numbers_and_latin_words_are_not_torn():
    assert [(one.change, one.text) for one in difference("重 250g", "重 500g")] == [
        (Change.SAME, "重 "), (Change.GONE, "250g"), (Change.NEW, "500g"),
    ]  # fmt: skip
