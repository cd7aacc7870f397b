"""Discounts over 1,000 random carts: parts add up to the fen, no line falls below its floor."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.rules.freight import Tariff
from catalog.rules.pricing import Tier
from core.errors import Refused
from market.rules.checkout import (
    CartItem,
    NextTier,
    Seen,
    changes,
    coupon_fen,
    discounted,
    next_tier,
    split_by_supplier,
    total_fen,
    with_coupon,
)
from market.rules.promotion import Bearer, Draft, PromotionKind, Room, Terms, check, coupon_value, share

DAYS = (None, date(2026, 12, 20), date(2027, 1, 5))
items = st.lists(
    st.builds(
        CartItem, st.integers(1, 4), st.integers(1, 999), st.integers(1, 400), st.integers(1, 10**5), st.just(1),
        st.integers(0, 20_000), st.sampled_from(DAYS),
    ),
    min_size=1, max_size=12, unique_by=lambda item: item.offer_id,
)  # fmt: skip
tariffs = st.dictionaries(
    st.integers(1, 4),
    st.builds(
        Tariff, st.integers(0, 50_00), st.none() | st.integers(0, 10**6), st.just(1000), st.just(500),
        st.integers(0, 900),
    ),
)  # fmt: skip
cuts = st.one_of(
    st.fixed_dictionaries({"off_fen": st.integers(1, 10**5)}),
    st.fixed_dictionaries({"off_bp": st.integers(1, 9_900), "cap_fen": st.integers(1, 10**6)}),
)
terms = st.builds(
    lambda n, kind, off, supplier, approval, left: Terms(
        n, kind, Bearer.SUPPLIER, supplier_id=supplier, approval_id=approval, left_fen=left, **off
    ),
    st.integers(1, 9), st.sampled_from(PromotionKind), cuts, st.none() | st.integers(1, 4),
    st.none() | st.just(77), st.none() | st.integers(0, 10**6),
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(items, tariffs, st.lists(terms, max_size=3, unique_by=lambda one: one.id), terms)
def test_a_thousand_carts_add_up_to_the_fen(cart, rules, shelf, coupon):
    coupon = replace(coupon, id=100, kind=PromotionKind.COUPON)
    priced = with_coupon(discounted(cart, shelf), coupon)
    parts = split_by_supplier(priced, rules)

    lines = [item for part in parts for item in part.items]
    assert sorted(i.offer_id for i in lines) == sorted(i.offer_id for i in cart)
    assert total_fen(parts) == sum(i.paid_fen for i in lines) + sum(p.freight_fen for p in parts)
    for item in lines:
        assert item.discount_fen == sum(cut.fen for cut in item.cuts) == item.amount_fen - item.paid_fen
        assert item.paid_fen >= 1
        assert item.paid_fen * 10 >= item.amount_fen * 7 or any(cut.approval_id for cut in item.cuts)
    for supplier in {p.supplier_id for p in parts}:
        own = [p for p in parts if p.supplier_id == supplier]
        whole = rules.get(supplier, Tariff(0)).of(
            sum(i.shelf_paid_fen for p in own for i in p.items), sum(i.weight_g for p in own for i in p.items)
        )
        assert sum(p.freight_fen for p in own) == whole
        assert len({p.ships_from for p in own}) == len(own)
    for part in parts:
        assert sum(part.landed_fen().values()) == part.total_fen
    given_ = {one.id: one.left_fen for one in [*shelf, coupon] if one.left_fen is not None}
    for promotion_id, left in given_.items():
        assert sum(c.fen for i in lines for c in i.cuts if c.promotion_id == promotion_id) <= left
    meant = sum(i.shelf_paid_fen for i in lines if coupon.covers(i.supplier_id, i.offer_id))
    assert coupon_fen(lines) <= coupon_value(coupon, meant)


@given(
    st.integers(0, 10**6),
    st.lists(st.builds(lambda p, r: Room(p, min(p, r)), st.integers(1, 10**5), st.integers(0, 10**5)), max_size=8),
)
def test_a_coupon_fills_the_room_there_is(value, rooms):
    taken = share(value, rooms)
    assert sum(taken) == min(value, sum(one.room_fen for one in rooms))
    assert all(0 <= fen <= one.room_fen for fen, one in zip(taken, rooms, strict=True))


def test_a_coupon_needs_its_sum_and_stops_at_its_cap():
    amount = Terms(1, PromotionKind.COUPON, Bearer.PLATFORM, off_fen=10_00, least_fen=100_00)
    percent = Terms(2, PromotionKind.COUPON, Bearer.PLATFORM, off_bp=1_000, cap_fen=8_00)
    assert [coupon_value(amount, fen) for fen in (99_99, 100_00)] == [0, 10_00]
    assert [coupon_value(percent, fen) for fen in (50_00, 100_00)] == [5_00, 8_00]


def test_the_next_tier_is_told():
    tiers = (Tier(5, 0, 24_00), Tier(10, 0, 22_00))
    assert next_tier(tiers, 3, 26_00) == NextTier(2, 2_00)
    assert next_tier(tiers, 5, 24_00) == NextTier(5, 2_00)
    assert next_tier(tiers, 10, 22_00) is None


def test_what_changed_is_told_line_by_line():
    seen = [Seen(1, 2, 100, 200), Seen(2, 2, 100, 200), Seen(3, 2, 100, 180), Seen(4, 2, 100, 200)]
    now = {2: (1, 100, 200), 3: (9, 100, 200), 4: (9, 110, 220)}
    assert [(c.code, c.subject_id, c.was, c.now) for c in changes(seen, now)] == [
        ("gone", 1, 2, 0), ("short", 2, 2, 1), ("discount", 3, 180, 200), ("price", 4, 100, 110),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "promotion-name-missing"),
        ({"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}, "promotion-days"),
        ({"off_fen": 0}, "promotion-nothing-off"),
        ({"off_bp": 500}, "promotion-two-ways"),
        ({"off_fen": 0, "off_bp": 9_999}, "promotion-off-too-much"),
        ({"least_fen": 1}, "promotion-least-too-small"),
        ({"off_fen": 0, "off_bp": 500}, "promotion-cap-missing"),
        ({"per_person": 10}, "promotion-per-person"),
        ({"bearer": Bearer.PLATFORM}, "promotion-budget-missing"),
    ],
)
def test_promotions_that_cannot_be_are_refused(change, code):
    start = datetime(2026, 11, 1, tzinfo=UTC)
    good = Draft(
        PromotionKind.COUPON, Bearer.SUPPLIER, "满减", start, start + timedelta(days=9), off_fen=500, least_fen=50_00
    )
    check(good)
    with pytest.raises(Refused, match=f"^{code}$"):
        check(replace(good, **change))
