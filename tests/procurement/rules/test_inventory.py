"""Rule 59: first in first out, never negative, nothing expired; a count needs its reasons."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from procurement.rules.inventory import CountedLot, Held, check_count, corrected, difference_bp, pick

TODAY = date(2026, 11, 24)
LOTS = st.lists(
    st.builds(
        Held,
        id=st.integers(1, 10_000),
        left=st.integers(0, 50_000),
        received_on=st.integers(0, 30).map(lambda days: TODAY - timedelta(days=days)),
        expires_on=st.none() | st.integers(-5, 20).map(lambda days: TODAY + timedelta(days=days)),
        is_recalled=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda lot: lot.id,
)


@given(LOTS, st.integers(1, 120_000))
def test_rule_59_what_is_picked_is_there_good_and_oldest(lots: list[Held], qty: int) -> None:
    by_id = {lot.id: lot for lot in lots}
    good = [lot for lot in lots if lot.may_go(TODAY)]
    if sum(lot.left for lot in good) < qty:
        with pytest.raises(Refused, match="shelf-short"):
            pick(lots, qty, TODAY)
        return
    taken = dict(pick(lots, qty, TODAY))

    assert sum(taken.values()) == qty
    assert all(0 < part <= by_id[key].left and by_id[key].may_go(TODAY) for key, part in taken.items())
    newest = max(by_id[key].received_on for key in taken)
    assert all(taken.get(lot.id, 0) == lot.left for lot in good if lot.received_on < newest)


def test_rule_59_the_last_day_is_good_and_the_next_is_not() -> None:
    lot = Held(1, 500, TODAY, expires_on=TODAY)

    assert pick([lot], 500, TODAY) == [(1, 500)]
    with pytest.raises(Refused, match="shelf-short") as refusal:
        pick([lot], 500, TODAY + timedelta(days=1))
    assert refusal.value.facts == {"left": 0, "asked": 500, "barred": 500}


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.data())
def test_a_corrected_acceptance_never_makes_the_shelf_negative(before: int, after: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, before))

    shelf, not_issued = corrected(before, after, left)

    assert left + shelf >= 0 and not_issued >= 0
    assert left + shelf + (before - left - not_issued) == after


def test_a_difference_has_a_reason_and_is_measured() -> None:
    same, less = CountedLot(1, 9_000, 9_000), CountedLot(2, 1_000, 400)

    with pytest.raises(Refused, match="count-reason"):
        check_count([same, less])
    with pytest.raises(Refused, match="count-empty"):
        check_count([])
    with pytest.raises(Refused, match="found-negative"):
        check_count([CountedLot(1, 5, -1, "x")])
    assert check_count([same, CountedLot(2, 1_000, 400, "腐烂")]) == [CountedLot(2, 1_000, 400, "腐烂")]
    assert difference_bp([same, less]) == 600
    assert difference_bp([]) == 0
