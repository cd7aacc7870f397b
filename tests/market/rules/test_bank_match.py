"""What books itself and what persons are shown (rule 51)."""

from dataclasses import replace
from datetime import date

import pytest

from market.rules.bank_match import MatchReason, Money, Slip, candidates, is_exact

ON = date(2026, 11, 20)
SLIP = Slip(1, "LJ23456789A", 100_00, frozenset({"示例一中", "国库支付中心"}))
LINE = Money(ON, 100_00, "示例一中", "LJ23456789A", "S-1")


def test_only_code_amount_and_payer_together_book_themselves():
    assert is_exact(LINE, SLIP)
    assert is_exact(replace(LINE, party="国库支付中心"), SLIP)
    for other in ({"amount_fen": 100_01}, {"party": "别人"}, {"code": ""}):
        assert not is_exact(replace(LINE, **other), SLIP)


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (replace(LINE, party="别人"), {MatchReason.CODE, MatchReason.AMOUNT}),
        (replace(LINE, code=""), {MatchReason.AMOUNT, MatchReason.PAYER}),
        (replace(LINE, amount_fen=60_00), {MatchReason.CODE, MatchReason.PAYER, MatchReason.LESS}),
        (replace(LINE, amount_fen=160_00), {MatchReason.CODE, MatchReason.PAYER, MatchReason.MORE}),
    ],
)
def test_the_others_are_shown_with_their_reasons(line, reasons):
    assert set(candidates(line, [SLIP])[0].reasons) == reasons


def test_nothing_speaks_for_a_stranger():
    assert candidates(replace(LINE, party="别人", code="", amount_fen=1), [SLIP]) == []


def test_the_likeliest_stands_first():
    by_amount = replace(SLIP, id=2, code="LJ2345678BC")
    by_code = replace(SLIP, id=3, amount_fen=90_00)
    line = replace(LINE, party="示例一中")

    assert [one.slip_ids for one in candidates(line, [by_amount, by_code])] == [(3,), (2,)]


def test_several_slips_of_one_payer_that_sum_to_the_line():
    slips = [replace(SLIP, id=n, code=f"LJ{n}", amount_fen=fen) for n, fen in enumerate((30_00, 45_00, 25_00, 7_00), 1)]

    found = candidates(replace(LINE, code=""), slips)

    assert found[0].slip_ids == (1, 2, 3)
    assert MatchReason.TOGETHER in found[0].reasons
