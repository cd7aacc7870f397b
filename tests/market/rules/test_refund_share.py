"""Part refunds of a line: exact to the fen over any sequence (rule 85)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from market.rules.refund_share import Paid, asked_fen

PAID, PACKS = st.integers(1, 10_000_000), st.integers(1, 60)


@given(PAID, PACKS, st.data())
def test_any_sequence_of_part_refunds_adds_up_to_what_was_paid(paid_fen: int, packs: int, data: st.DataObject) -> None:
    paid_fen += packs  # no pack below one fen
    back_fen, back_packs = 0, 0
    while back_packs < packs and back_fen < paid_fen:
        now = data.draw(st.integers(1, packs - back_packs))
        share = Paid(paid_fen, packs, back_fen, back_packs).share_fen(now)
        assert 0 < share <= paid_fen - back_fen
        back_fen, back_packs = back_fen + share, back_packs + now
    assert back_fen == paid_fen


@given(PAID, PACKS, st.data())
def test_smaller_sums_in_between_never_give_back_more_than_was_paid(
    paid_fen: int, packs: int, data: st.DataObject
) -> None:
    paid_fen += packs
    back_fen, back_packs = 0, 0
    for _ in range(data.draw(st.integers(1, 8))):
        paid = Paid(paid_fen, packs, back_fen, back_packs)
        if not paid.left_packs or not paid.left_fen:
            break
        now = data.draw(st.integers(1, paid.left_packs))
        most = paid.share_fen(now)
        wanted = data.draw(st.none() | st.integers(1, most))
        back_fen += asked_fen(paid, now, wanted)
        back_packs += now if wanted is None or wanted == most else 0
        assert back_fen <= paid_fen
    if back_packs == packs:
        assert back_fen == paid_fen


def test_half_up_and_the_last_takes_the_rest() -> None:
    assert Paid(1_000, 3).share_fen(1) == 333
    assert Paid(1_000, 3, 333, 1).share_fen(1) == 333
    assert Paid(1_000, 3, 666, 2).share_fen(1) == 334
    assert Paid(5, 2).share_fen(1) == 3


@pytest.mark.parametrize(
    ("wanted", "code"), [(0, "after-sale-amount"), (334, "after-sale-amount"), (-1, "after-sale-amount")]
)
def test_a_sum_outside_the_share_is_refused(wanted: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        asked_fen(Paid(1_000, 3), 1, wanted)


@pytest.mark.parametrize("packs", [0, -1, 4])
def test_packs_outside_what_is_left_are_refused(packs: int) -> None:
    with pytest.raises(Refused, match="after-sale-packs"):
        Paid(1_000, 3).share_fen(packs)
