from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import quantity
from core.errors import Refused
from core.quantity import JIN, KG, LIANG, ML, PIECE, BaseUnit, line_amount, pack, parse_quantity

grams = st.integers(0, 10**8)
prices = st.integers(0, 10**8)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("12.5", JIN, 6_250),
        ("12.5斤", JIN, 6_250),
        ("１２．５", JIN, 6_250),
        ("1.234", KG, 1_234),
        ("1,000 公斤", KG, 1_000_000),
        ("0.02", LIANG, 1),
        ("3", PIECE, 3),
        ("20箱", pack(BaseUnit.G, 5_000), 100_000),
        ("0.5", pack(BaseUnit.PIECE, 30), 15),
        ("0", ML, 0),
    ],
)
def test_quantities_become_whole_base_units(text, unit, expected):
    assert parse_quantity(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("1.2345", KG, "quantity-too-precise"),
        ("0.001", JIN, "quantity-too-precise"),
        ("0.5", PIECE, "quantity-too-precise"),
        ("-1", KG, "quantity-malformed"),
        ("", KG, "quantity-malformed"),
        ("1e3", KG, "quantity-malformed"),
        ("1.2.3", KG, "quantity-malformed"),
        ("3公斤", JIN, "quantity-unit-differs"),
        ("99999999999", KG, "quantity-too-large"),
    ],
)
def test_other_quantities_are_refused(text, unit, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        parse_quantity(text, unit)


def test_weighings_are_added_exactly():
    assert quantity.parse_sum("19.2+16.7", KG) == 35_900
    assert quantity.parse_sum("19.2 ＋ 16.7 ", KG) == 35_900
    with pytest.raises(Refused, match="quantity-malformed"):
        quantity.parse_sum("19.2+", KG)


def test_units_are_found_by_code_or_word():
    assert (quantity.unit_named("斤"), quantity.unit_named("KG")) == (JIN, KG)
    with pytest.raises(Refused, match="unit-unknown"):
        quantity.unit_named("石")


@given(st.integers(0, 10**9))
def test_jin_and_kilogram_are_the_same_weight(thousandths_of_kg):
    """Rule 3."""
    as_kg = f"{thousandths_of_kg // 1000}.{thousandths_of_kg % 1000:03d}"
    as_jin = f"{thousandths_of_kg * 2 // 1000}.{thousandths_of_kg * 2 % 1000:03d}"

    assert parse_quantity(as_kg, KG) == parse_quantity(as_jin, JIN)


@given(grams, st.sampled_from([JIN, KG, LIANG]))
def test_shown_quantities_read_back(qty, unit):
    text = quantity.quantity_text(qty, unit)
    exact = Fraction(qty * 1000, unit.ratio).denominator == 1

    assert not exact or parse_quantity(text, unit) == qty


@given(grams, prices, st.sampled_from([1, 50, 500, 1000, 5_000]))
def test_a_line_is_rounded_once_half_up(qty, price, basis):
    """Rule 2."""
    exact = Fraction(qty * price, basis * 100)
    amount = line_amount(qty, price, basis)

    assert exact - Fraction(1, 2) < amount <= exact + Fraction(1, 2)


def test_worked_examples():
    """Rules 2 and 3, and the catch-weight settlement: 20 boxes of 5 kg at 2.60 a jin, 8 % tolerance."""
    assert line_amount(parse_quantity("12.5", JIN), 18_50_00, 500) == 231_25
    assert line_amount(parse_quantity("3", JIN), 10_01_00, 500) == 30_03
    assert line_amount(parse_quantity("1.5", KG), 20_02_00, 1000) == 30_03

    ordered = parse_quantity("20", pack(BaseUnit.G, 5_000))
    most = quantity.upper_qty(ordered, 800)
    assert (most, line_amount(most, 2_60_00, 500)) == (108_000, 561_60)
    assert line_amount(101_750, 2_60_00, 500) == 529_10


@given(st.integers(0, 10**9), st.integers(0, 1000))
def test_the_upper_quantity_never_exceeds_the_tolerance(qty, tol_bp):
    most = quantity.upper_qty(qty, tol_bp)

    assert qty <= most
    assert most * 10_000 <= qty * (10_000 + tol_bp) < (most + 1) * 10_000


def test_a_price_restated_per_kilogram():
    assert quantity.price_per(2_60_00, 500, 1000) == 5_20_00
    assert quantity.price_per(1_00, 3, 1) == 33
