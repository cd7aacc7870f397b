"""Statements' arithmetic: the rows of an entry sum to what the ledger says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.states import advance
from market.rules import bill
from market.rules.bill import BILL, BillAct, BillState, EntryCause, Order

FEN = st.integers(1, 10**9)


@given(FEN, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_payment_says_goods_freight_and_discount_and_that_the_money_came(goods, freight, discount):
    total = goods + freight - min(discount, goods - 1)
    order = Order(goods, freight, goods + freight - total, total)

    found = bill.rows("payment", {"clearing": total, "payable": -total}, order)

    assert sum(fen for cause, fen in found if cause is not EntryCause.RECEIVED_PROVIDER) == total
    assert dict(found)[EntryCause.RECEIVED_PROVIDER] == -total
    assert bill.closing(0, bill.sums(found)) == 0


@given(FEN, st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_bears_a_discount_stands_apart_and_the_sum_stays(goods, by_supplier, by_platform):
    discount = by_supplier + by_platform
    order = Order(goods + discount, 0, discount, goods, by_platform)

    found = bill.sums(bill.rows("payment", {"payable": -goods, "clearing": goods}, order))

    assert (found[EntryCause.DISCOUNT], found[EntryCause.DISCOUNT_PLATFORM]) == (-by_supplier, -by_platform)
    assert sum(found[cause] for cause in bill.EARNED) == goods


@given(st.dictionaries(st.sampled_from(["payable", "clearing", "fee", "receivable"]), st.integers(-(10**9), 10**9)))
def test_nothing_of_the_ledger_is_lost_whatever_its_kind(sides):
    for kind in ("accepted", "payment", "refund", "something-new"):
        found = bill.sums(bill.rows(kind, sides))
        other = (EntryCause.RECEIVED_PROVIDER, EntryCause.FEE)
        assert sum(fen for cause, fen in found.items() if cause not in other) == -sides.get("payable", 0)
        assert found[EntryCause.RECEIVED_PROVIDER] == -sides.get("clearing", 0)


def test_the_service_fee_leaves_freight_out_and_is_nothing_by_default():
    by_cause = bill.sums([(EntryCause.GOODS, 1_000_05), (EntryCause.FREIGHT, 80_00), (EntryCause.REFUND, -100_00)])

    assert bill.service_fee(by_cause, 0) == 0
    assert bill.service_fee(by_cause, 60) == 5_40
    assert bill.service_fee(bill.sums([(EntryCause.REFUND, -1)]), 60) == 0


@pytest.mark.parametrize("month", [date(2024, 2, 1), date(2026, 2, 1), date(2026, 12, 1)])
def test_a_period_ends_with_its_month(month):
    last = bill.last_day(month)

    assert (last.year, last.month) == (month.year, month.month)
    assert bill.month_before(bill.last_day(month).replace(day=1)) == bill.month_before(month)
    assert bill.month_before(date(2027, 1, 15)) == date(2026, 12, 1)


def test_finance_closes_only_what_the_supplier_checked():
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(BILL, BillState.ISSUED, BillAct.CLOSE, "finance")
    assert BILL.acts_in(BillState.CLOSED) == []
