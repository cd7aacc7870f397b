"""What is to be paid, and where confirmed money lands (rule 25)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.offer import SaleMode
from core.money import half_up
from market.rules.payable import Payable, Share, accepted_amount, allocate

DAY = date(2026, 11, 1)
FEN = st.integers(0, 10**9)
lines = st.lists(st.tuples(FEN, FEN, FEN, st.integers(0, 30)), max_size=8).map(
    lambda rows: [
        Payable(i, DAY + timedelta(days=days), accepted, deducted, paid)
        for i, (accepted, deducted, paid, days) in enumerate(rows)
    ]
)


def test_the_worked_example() -> None:
    amount = accepted_amount(
        101_750,
        sale_mode=SaleMode.BY_WEIGHT,
        price_fen_x100=26_000,
        basis_qty=500,
        pack_qty=5_000,
        pack_price_fen=2_600,
    )

    assert amount == 529_10


@given(st.integers(0, 10**9), st.integers(1, 10**8), st.integers(1, 10_000))
def test_an_amount_is_weight_times_price_half_up(qty: int, price: int, basis: int) -> None:
    amount = accepted_amount(
        qty, sale_mode=SaleMode.BY_WEIGHT, price_fen_x100=price, basis_qty=basis, pack_qty=1, pack_price_fen=1
    )

    assert amount == half_up(qty * price, basis * 100)
    assert abs(amount * basis * 100 - qty * price) * 2 <= basis * 100


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(1, 10**7))
def test_packs_cost_their_own_price(packs: int, pack_qty: int, price: int) -> None:
    amount = accepted_amount(
        packs * pack_qty,
        sale_mode=SaleMode.BY_PACK,
        price_fen_x100=1,
        basis_qty=1,
        pack_qty=pack_qty,
        pack_price_fen=price,
    )

    assert amount == packs * price


@given(FEN, lines)
def test_money_is_neither_lost_nor_made_and_no_line_gets_more_than_is_open(amount: int, of: list[Payable]) -> None:
    shares, left = allocate(amount, of)

    open_fen = {line.acceptance_line_id: line.open_fen for line in of}
    assert sum(share.amount_fen for share in shares) + left == amount
    assert all(0 < share.amount_fen <= open_fen[share.acceptance_line_id] for share in shares)
    assert left == 0 or left == amount - sum(open_fen.values())


def test_the_oldest_acceptance_is_paid_first() -> None:
    young, old = Payable(1, DAY + timedelta(days=1), 500), Payable(2, DAY, 300)

    assert allocate(400, [young, old]) == ([Share(2, 300), Share(1, 100)], 0)


def test_a_disputed_kilo_never_holds_back_the_rest() -> None:
    """Three deliveries, two paid in one transfer, one kilo (5.20) disputed: exactly the two, less the kilo."""
    paid = [Payable(1, DAY, 100_00), Payable(2, DAY, 200_00, deducted_fen=5_20)]

    shares, left = allocate(294_80, paid)

    assert sum(share.amount_fen for share in shares) == 294_80
    assert left == 0


def test_what_is_paid_too_much_is_left_over() -> None:
    assert allocate(110, [Payable(1, DAY, 100)]) == ([Share(1, 100)], 10)
