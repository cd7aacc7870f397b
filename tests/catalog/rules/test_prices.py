"""Rule 68 in integers: a fifth against the lowest or highest, 1.2 × the reference, tiers, pre-sale."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.offer import InvoiceKind, SaleMode
from catalog.rules.pricing import (
    Price,
    Reference,
    Tier,
    check_presale,
    check_terms,
    check_tiers,
    jumps,
    tier_for,
    window_of,
)  # fmt: skip
from core.errors import Refused

ON = date(2026, 11, 23)


def test_a_fifth_exactly_is_no_jump_and_a_hundredth_of_a_fen_more_is():
    week = [Price(30_000, 500), Price(25_000, 500)]
    assert not jumps(week, Price(30_000, 500))
    assert jumps(week, Price(30_001, 500))  # 1.2 × the lowest, 25,000
    assert not jumps(week, Price(24_000, 500))
    assert jumps(week, Price(23_999, 500))  # 0.8 × the highest, 30,000
    assert not jumps([], Price(1, 500))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(1, 10**9))
def test_the_window_says_what_all_its_prices_say(prices, new):
    week = [Price(one, 500) for one in prices]
    each = any(abs(new - one) * 5 > one for one in prices)
    assert jumps(week, Price(new * 2, 1_000)) is each


def test_the_window_compares_prices_of_different_bases():
    window = window_of([Price(26_000, 500), Price(50_000, 1_000)])
    assert window is not None
    assert (window.low, window.high) == (Price(50_000, 1_000), Price(26_000, 500))


def test_dear_is_more_than_one_point_two_times_the_reference():
    reference = Reference(Price(50_000, 1_000), "220681", ON, "示例")
    assert not reference.is_below(Price(30_000, 500))
    assert reference.is_below(Price(30_001, 500))


def test_tiers_get_cheaper_and_the_one_that_is_reached_holds():
    plain = Tier(1, 26_000, 2_600)
    tiers = (Tier(20, 24_000, 2_400), Tier(50, 22_000, 2_200))
    check_tiers(tiers, plain, 1)
    assert [tier_for(tiers, packs, plain).pack_price_fen for packs in (1, 19, 20, 49, 50, 900)] == [
        2_600, 2_600, 2_400, 2_400, 2_200, 2_200,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        ((Tier(20, 26_000, 2_600),), "tier-not-cheaper"),
        ((Tier(5, 24_000, 2_400),), "tier-not-more"),
        ((Tier(20, 24_000, 2_400), Tier(20, 22_000, 2_200)), "tier-not-more"),
        (tuple(Tier(10 + n, 24_000 - n, 2_400 - n) for n in range(5)), "tiers-too-many"),
    ],
)
def test_tiers_that_mean_nothing_are_refused(tiers, code):
    with pytest.raises(Refused, match=code):
        check_tiers(tiers, Tier(1, 26_000, 2_600), 5)


def test_who_is_free_of_tax_gives_no_special_invoice():
    check_terms(SaleMode.BY_PACK, 0, 1, "vat9", InvoiceKind.SPECIAL)
    with pytest.raises(Refused, match="special-needs-rate"):
        check_terms(SaleMode.BY_PACK, 0, 1, "exempt", InvoiceKind.SPECIAL)


@pytest.mark.parametrize(
    ("ships", "until", "code"),
    [
        (None, date(2026, 12, 1), "presale-day-missing"),
        (date(2028, 1, 1), None, "presale-too-far"),
        (date(2026, 12, 1), date(2026, 12, 1), "presale-ends-late"),
    ],
)
def test_a_presale_has_days_in_order(ships, until, code):
    check_presale(date(2026, 12, 20), date(2026, 12, 10), ON)
    with pytest.raises(Refused, match=code):
        check_presale(ships, until, ON)
