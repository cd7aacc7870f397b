"""Field-edge arithmetic: sums, clocks of phones, quarters, the household route's share (rules 3, 39)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.lots import eligible_part, quarter_of
from catalog.rules.purchase import ClockTrust, check_harvest, reckon, written_moment
from core.errors import Refused

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("qty", "price", "deduction", "amount"),
    [(35_900, 9_000, 0, 64_62), (500, 26_000, 0, 2_60), (101_750, 26_000, 10_00, 519_10), (1, 26_000, 0, 1)],
)
def test_a_note_is_rounded_once_half_up(qty: int, price: int, deduction: int, amount: int) -> None:
    assert reckon(qty, price, 500, deduction, "泥土").amount_fen == amount


@given(MOMENTS, MOMENTS, MOMENTS)
def test_no_clock_puts_a_note_into_the_future_or_more_than_a_month_back(
    claimed: datetime, sent: datetime, received: datetime
) -> None:
    for given_sent in (sent, None):
        found = written_moment(claimed, given_sent, received)
        assert received - timedelta(days=30) <= found.at <= received


@given(st.timedeltas(timedelta(days=-9000), timedelta(days=9000)), st.timedeltas(timedelta(0), timedelta(days=29)))
def test_a_wrong_clock_still_tells_how_long_a_note_waited(off: timedelta, waited: timedelta) -> None:
    sent = NOW + off
    found = written_moment(sent - waited, sent, NOW)
    assert abs((NOW - found.at) - waited) <= timedelta(minutes=5)
    assert found.trust in (ClockTrust.TRUSTED, ClockTrust.CORRECTED)


def test_on_line_the_server_says_when() -> None:
    assert written_moment(None, None, NOW).trust is ClockTrust.ONLINE


def test_goods_are_harvested_before_they_are_bought() -> None:
    check_harvest(date(2026, 11, 23), NOW)
    for day, code in ((date(2026, 11, 24), "ahead"), (date(2026, 9, 1), "old")):
        with pytest.raises(Refused, match=f"purchase-harvest-{code}"):
            check_harvest(day, NOW)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_has_one_quarter(day: date) -> None:
    first, last = quarter_of(day)
    assert first <= day <= last
    assert quarter_of(first) == quarter_of(last) == (first, last)
    assert quarter_of(last + timedelta(days=1))[0] == last + timedelta(days=1)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), max_size=12))
def test_sales_of_a_quarter_never_carry_more_than_was_bought_from_eligible_households(
    story: list[tuple[int, int]],
) -> None:
    """Buying and selling by turns: each sale takes its part; all of them together at most what was bought."""
    bought = sold = counted = 0
    for qty, more in story:
        bought, sold = bought + more, sold + qty
        part = eligible_part(qty, eligible_qty=bought, sold_qty=sold, counted_qty=counted)
        counted += part
        assert 0 <= part <= qty
    assert counted <= min(bought, sold)


def test_one_sale_of_the_quarter_takes_the_rules_share() -> None:
    assert eligible_part(20_000, eligible_qty=6_666, sold_qty=20_000, counted_qty=0) == 6_666
    assert eligible_part(20_000, eligible_qty=30_000, sold_qty=20_000, counted_qty=0) == 20_000
    assert eligible_part(10_000, eligible_qty=15_000, sold_qty=20_000, counted_qty=0) == 7_500
    assert eligible_part(10_000, eligible_qty=0, sold_qty=20_000, counted_qty=0) == 0
