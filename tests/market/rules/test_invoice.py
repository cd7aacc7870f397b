"""Invoices' arithmetic and what must agree."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from market.rules.invoice import Expected, InvoiceTax, Mismatch, Said, check_number, mismatches, tax_in, tax_line

ON = date(2026, 11, 20)
GOOD = Said(109_00, 9_00, (tax_line(109_00, InvoiceTax.RATE_9),), "示例一中", "121", "932")
WANTED = Expected(109_00, "示例一中", "121", "932")


@pytest.mark.parametrize(
    ("fen", "mode", "tax"),
    [
        (109_00, InvoiceTax.RATE_9, 9_00),
        (113_00, InvoiceTax.RATE_13, 13_00),
        (100_00, InvoiceTax.EXEMPT, 0),
        (101_00, InvoiceTax.SMALL_1, 1_00),
        (103_00, InvoiceTax.SMALL_3, 3_00),
        (100, InvoiceTax.RATE_9, 8),
        (-109_00, InvoiceTax.RATE_9, -9_00),
    ],
)
def test_the_tax_in_an_amount(fen, mode, tax):
    assert tax_in(fen, mode) == tax


@given(st.integers(1, 10**10), st.sampled_from(list(InvoiceTax)))
def test_net_and_tax_make_the_amount_and_the_tax_is_right_to_half_a_fen(fen, mode):
    line = tax_line(fen, mode)
    bp = {"exempt": 0, "rate_9": 900, "rate_13": 1300, "small_1": 100, "small_3": 300}[mode.value]

    assert line.net_fen + line.tax_fen == fen
    assert abs(line.tax_fen * (10_000 + bp) - fen * bp) * 2 <= 10_000 + bp


def test_a_good_invoice_agrees_and_a_fen_of_rounding_is_no_difference():
    assert mismatches(GOOD, WANTED) == []
    odd = replace(tax_line(109_00, InvoiceTax.RATE_9), tax_fen=9_01)
    assert mismatches(replace(GOOD, lines=(odd,), tax_fen=9_01), WANTED) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"total_fen": 110_00}, {Mismatch.AMOUNT, Mismatch.LINES}),
        ({"title": "别的学校"}, {Mismatch.TITLE}),
        ({"buyer_code": "122"}, {Mismatch.BUYER_CODE}),
        ({"seller_code": "933"}, {Mismatch.SELLER_CODE}),
        ({"tax_fen": 8_00}, {Mismatch.TAX}),
    ],
)
def test_what_does_not_agree_is_named(change, wrong):
    assert set(mismatches(replace(GOOD, **change), WANTED)) == wrong


def test_numbers():
    check_number("26952000000012345678", ON)
    check_number("12345678", ON)
    for number, code in (("2695200000001234567", "invoice-number"), ("25952000000012345678", "invoice-number-year")):
        with pytest.raises(Refused, match=code):
            check_number(number, ON)
