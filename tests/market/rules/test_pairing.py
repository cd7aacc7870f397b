"""Pledges as arithmetic: no fen counts twice, nothing outside is added, villages never get more than was paid."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.states import advance
from market.rules.pairing import (
    PLEDGE,
    PledgeAct,
    PledgeState,
    Progress,
    by_village,
    check_outside,
    check_pledge,
    check_reviewer,
    net_fen,
)

VILLAGES = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 10**7), max_size=4)
DAY = date(2026, 3, 1)
SPAN = st.tuples(st.integers(0, 600), st.integers(0, 90)).map(
    lambda x: (DAY + timedelta(days=x[0]), DAY + timedelta(days=x[0] + x[1]))
)


@given(st.integers(0, 10**9), VILLAGES, st.integers(1, 10**7))
def test_villages_together_never_get_more_than_the_line_was_worth(net: int, sent: dict[str, int], qty: int) -> None:
    parts = by_village(net, sent, qty)

    assert sum(parts.values()) <= net
    assert all(fen >= 0 for fen in parts.values())
    assert set(parts) == {village for village, grams in sent.items() if grams}
    if len(parts) == 1 and sum(sent.values()) >= qty:
        assert sum(parts.values()) == net


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_went_back_never_counts(paid: int, back: int) -> None:
    assert net_fen(paid, back) == max(0, paid - back)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_only_received_goods_fulfil(pledged: int, received: int, way: int, outside: int) -> None:
    with_others, alone = Progress(pledged, received, way, outside), Progress(pledged, received)

    assert (with_others.is_met, with_others.done_bp, with_others.left_fen) == (
        alone.is_met, alone.done_bp, alone.left_fen,
    )  # fmt: skip
    assert alone.is_met == (alone.done_bp >= 10_000) == (alone.left_fen == 0)


def is_free(period: tuple[date, date], others: list[tuple[date, date]]) -> bool:
    try:
        check_pledge(amount_fen=1, goods="木耳", period=period, pairing=(DAY, None), others=others)
    except Refused as refusal:
        return refusal.code != "pledge-overlaps"
    return True


@given(st.lists(SPAN, max_size=6))
def test_agreed_pledges_of_a_pairing_share_no_day(wanted: list[tuple[date, date]]) -> None:
    kept: list[tuple[date, date]] = []
    for period in wanted:
        if is_free(period, kept):
            kept.append(period)

    days = [d for first, last in kept for d in range(first.toordinal(), last.toordinal() + 1)]
    assert len(days) == len(set(days))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": 0}, "pledge-amount"),
        ({"goods": " "}, "pledge-goods"),
        ({"period": (DAY, DAY - timedelta(days=1))}, "pledge-period"),
        ({"period": (DAY - timedelta(days=1), DAY)}, "pledge-outside-pairing"),
        ({"pairing": (DAY, DAY + timedelta(days=5))}, "pledge-outside-pairing"),
    ],
)
def test_a_pledge_that_cannot_be_is_refused(changes: dict[str, object], code: str) -> None:
    good = {
        "amount_fen": 1, "goods": "木耳", "period": (DAY, DAY + timedelta(days=9)), "pairing": (DAY, None),
        "others": [],
    }  # fmt: skip
    with pytest.raises(Refused, match=code):
        check_pledge(**(good | changes))  # type: ignore[arg-type]


def test_sales_elsewhere_have_a_day_that_was_and_a_second_person() -> None:
    for day in (DAY + timedelta(days=1), DAY - timedelta(days=400)):
        with pytest.raises(Refused, match="outside-day"):
            check_outside(amount_fen=1, goods="木耳", place="示例商超", sold_on=day, today=DAY)
    with pytest.raises(Refused, match="outside-same-person"):
        check_reviewer(7, 7)


def test_an_agreed_pledge_is_not_ended_by_its_company() -> None:
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(PLEDGE, PledgeState.AGREED, PledgeAct.END, "enterprise")
