"""Rule 60: a sample is large enough and kept to the last minute; a temperature out of order says what was done."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Refused
from procurement.rules.food_safety import ProbePlace, SampleRule, check_discard, check_reading, is_in_order

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_rule_60_a_sample_has_125_grams() -> None:
    SampleRule().check(125)
    with pytest.raises(Refused, match="sample-too-small"):
        SampleRule().check(124)


def test_rule_60_a_sample_is_kept_48_hours_to_the_second() -> None:
    until = SampleRule().until(NOON)

    assert until == NOON + timedelta(hours=48)
    with pytest.raises(Refused, match="sample-too-early"):
        check_discard(until, until - timedelta(seconds=1))
    check_discard(until, until)


@pytest.mark.parametrize(
    ("place", "decidegrees", "fine"),
    [
        (ProbePlace.FRIDGE, 80, True),
        (ProbePlace.FRIDGE, 81, False),
        (ProbePlace.FRIDGE, -1, False),
        (ProbePlace.FREEZER, -180, True),
        (ProbePlace.FREEZER, -119, False),
        (ProbePlace.SERVING, 600, True),
        (ProbePlace.SERVING, 599, False),
    ],
)
def test_a_reading_out_of_order_says_what_was_done(place: ProbePlace, decidegrees: int, fine: bool) -> None:
    assert is_in_order(place, decidegrees) is fine
    check_reading(place, decidegrees, "转移并报修")
    if not fine:
        with pytest.raises(Refused, match="temperature-action"):
            check_reading(place, decidegrees, " ")


def test_an_impossible_reading_is_refused() -> None:
    with pytest.raises(Refused, match="temperature-impossible"):
        check_reading(ProbePlace.FRIDGE, 4000, "x")
