"""What is left of an order when less comes, and the shapes of parcel numbers and windows."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.offer import SaleMode
from core.errors import Refused
from core.quantity import line_amount, upper_qty
from core.states import advance
from market.rules import asks
from market.rules.asks import ASK, Agreed, AskAct, AskState
from market.rules.counting import Progress
from market.rules.couriers import Courier, number_of
from market.rules.sending import check_plausible, check_window


def by_weight(qty: int, tol_bp: int = 800) -> Agreed:
    most = upper_qty(qty, tol_bp)
    amounts = [line_amount(n, 26_000, 500) for n in (qty, most)]
    return Agreed(1, "白菜", SaleMode.BY_WEIGHT, 5_000, qty, most, *amounts, 26_000, 500, 2_600)


def test_half_a_line_keeps_its_tolerance_and_price():
    """model.md 3.5: 100 kg at 2.60 yuan a 斤, ± 8 %."""
    cut = asks.cut_to(by_weight(100_000), 60_000)

    assert cut is not None
    assert (cut.qty, cut.upper_qty) == (40_000, 108_000 - 64_800)
    assert (cut.amount_fen, cut.upper_fen) == (20_800, 56_160 - 33_696)


@pytest.mark.parametrize(("qty", "code"), [(100_001, "ask-more-than-ordered"), (-1, "ask-more-than-ordered")])
def test_nobody_asks_for_more(qty: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        asks.cut_to(by_weight(100_000), qty)


def test_an_order_of_which_nothing_comes_is_declined_instead():
    with pytest.raises(Refused, match="ask-nothing-left"):
        asks.cuts([by_weight(100_000)], {1: 0})


def test_packs_are_cut_whole():
    boxes = Agreed(2, "礼盒", SaleMode.BY_PACK, 3, 30, 30, 1_000_00, 1_000_00, 0, 1, 100_00)
    with pytest.raises(Refused, match="ask-not-whole-packs"):
        asks.cut_to(boxes, 29)
    cut = asks.cut_to(boxes, 27)
    assert cut is not None
    assert (cut.qty, cut.amount_fen) == (3, 100_00)


@given(st.integers(1, 200_000), st.data())
def test_what_stays_is_a_line_again(qty: int, data: st.DataObject) -> None:
    """Its upper bound is never below it, its tolerance never wider than agreed, its money never above."""
    line, left = by_weight(qty), data.draw(st.integers(0, qty))
    cut = asks.cut_to(line, left)

    if cut is None:
        assert left == qty
        return
    upper = line.upper_qty - cut.upper_qty
    assert left <= upper
    assert (upper - left) * qty <= (line.upper_qty - qty) * left
    assert 0 <= line.amount_fen - cut.amount_fen <= line.upper_fen - cut.upper_fen


@given(st.lists(st.tuples(st.integers(1, 30_000), st.integers(0, 10_000)), max_size=12), st.integers(0, 100_000))
def test_what_is_open_is_ordered_less_accepted_less_under_way_less_closed(
    deliveries: list[tuple[int, int]], cut_qty: int
) -> None:
    """Any row of deliveries, each accepted but for what was rejected, over a line that was cut before."""
    ordered = 100_000 - cut_qty
    upper = upper_qty(ordered, 800)
    accepted = 0
    for delivered, rejected in deliveries:
        try:
            check_plausible("白菜", gone_qty=accepted, going_qty=delivered, upper_qty=upper)
        except Refused:
            continue
        on_the_way = Progress(ordered, upper, accepted, under_way_qty=delivered)
        assert on_the_way.rest_qty == max(0, ordered - accepted - delivered)
        assert not on_the_way.is_closed
        good = delivered - min(delivered, rejected)
        accepted += good
    progress = Progress(ordered, upper, accepted)
    assert progress.rest_qty == max(0, ordered - accepted)
    assert progress.is_closed is (accepted >= progress.least_qty)
    if not progress.is_closed:
        closed = Progress(ordered, upper, accepted, closed_qty=progress.rest_qty)
        assert closed.is_closed
        assert closed.rest_qty == 0


def test_an_ask_is_answered_once():
    assert advance(ASK, AskState.ASKED, AskAct.AGREE, "unit") is AskState.AGREED
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(ASK, AskState.ASKED, AskAct.AGREE, "supplier")
    for state in (AskState.AGREED, AskState.DECLINED, AskState.WITHDRAWN, AskState.LAPSED):
        with pytest.raises(Refused, match="state-forbids-act"):
            advance(ASK, state, AskAct.AGREE)


@pytest.mark.parametrize(
    ("courier", "typed", "kept"),
    [
        (Courier.SF, "sf 1234 5678 9012 3", "SF1234567890123"),
        (Courier.EMS, "1234567890123", "1234567890123"),
        (Courier.YTO, "YT1234567890123", "YT1234567890123"),
        (Courier.JT, "jt1234567890123", "JT1234567890123"),
        (Courier.JD, "JDVA12345678901", "JDVA12345678901"),
        (Courier.OTHER, "KY-4000-12", "KY-4000-12"),
    ],
)
def test_numbers_of_couriers(courier: Courier, typed: str, kept: str) -> None:
    assert number_of(courier, typed) == kept


@pytest.mark.parametrize(
    ("courier", "typed", "code"),
    [
        (Courier.SF, "SF123", "parcel-number-shape"),
        (Courier.JT, "1234567890123", "parcel-number-shape"),
        (Courier.ZTO, "12345678901", "parcel-number-shape"),
        (Courier.OTHER, "单号", "parcel-number-shape"),
        (Courier.SF, " ", "parcel-number-missing"),
    ],
)
def test_what_is_no_number_of_the_courier(courier: Courier, typed: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        number_of(courier, typed)


def test_a_window_has_both_ends_in_order():
    check_window(None, None)
    check_window(time(8), time(9))
    for first, last in [(time(8), None), (None, time(8)), (time(9), time(8)), (time(8), time(8))]:
        with pytest.raises(Refused, match="ship-window"):
            check_window(first, last)
