import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from market.rules.checkout import CartItem, Freight, split_by_supplier, total_fen

items = st.lists(
    st.builds(CartItem, st.integers(1, 4), st.integers(1, 999), st.integers(1, 9_999), st.integers(1, 10**5)),
    min_size=1,
    max_size=12,
    unique_by=lambda item: item.offer_id,
)
freights = st.dictionaries(
    st.integers(1, 4), st.builds(Freight, st.integers(0, 50_00), st.none() | st.integers(0, 10**6))
)


@given(items, freights)
def test_the_orders_add_up_to_the_receipt_and_lose_nothing(cart, rules):
    parts = split_by_supplier(cart, rules)

    assert sorted(i.offer_id for part in parts for i in part.items) == sorted(i.offer_id for i in cart)
    assert len({part.supplier_id for part in parts}) == len(parts)
    assert all(item.supplier_id == part.supplier_id for part in parts for item in part.items)
    goods = sum(item.packs * item.pack_price_fen for item in cart)
    assert total_fen(parts) == goods + sum(part.freight_fen for part in parts)


def test_freight_is_per_supplier_and_free_from_a_sum():
    cart = [CartItem(1, 10, 2, 30_00), CartItem(2, 20, 1, 99_99), CartItem(1, 11, 1, 40_00), CartItem(3, 30, 1, 1)]
    rules = {1: Freight(8_00, 100_00), 2: Freight(12_00, 100_00)}
    first, second, third = split_by_supplier(cart, rules)

    assert (first.goods_fen, first.freight_fen) == (100_00, 0)
    assert (second.goods_fen, second.freight_fen, second.total_fen) == (99_99, 12_00, 111_99)
    assert third.freight_fen == 0
    assert Freight(8_00).of(10**9) == 8_00


@pytest.mark.parametrize(
    ("cart", "code"),
    [
        ([], "cart-empty"),
        ([CartItem(1, 1, 0, 100)], "cart-packs"),
        ([CartItem(1, 1, -3, 100)], "cart-packs"),
        ([CartItem(1, 1, 10_000, 100)], "cart-packs"),
        ([CartItem(1, 1, 2, 100, min_packs=3)], "cart-packs"),
        ([CartItem(1, 1, 1, 0)], "cart-price"),
        ([CartItem(1, 1, 1, -5)], "cart-price"),
        ([CartItem(1, 1, 1, 5), CartItem(2, 1, 1, 5)], "cart-offer-twice"),
        ([CartItem(1, 1, 9_999, 10**12)], "cart-too-large"),
    ],
)
def test_carts_that_cannot_be_are_refused(cart, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        split_by_supplier(cart, {})
