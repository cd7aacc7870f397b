from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.errors import Refused

fen = st.integers(-money.MAX_FEN, money.MAX_FEN)
positive = st.integers(0, money.MAX_FEN)
bps = st.integers(0, 10_000)


@given(fen)
def test_yuan_text_and_fen_are_the_same_number(amount):
    assert money.parse_yuan(money.yuan(amount)) == amount
    assert money.parse_yuan(money.plain_yuan(amount)) == amount
    assert Decimal(money.plain_yuan(amount)) * 100 == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.5", 1_234_50),
        ("1,234.50", 1_234_50),
        (" ¥1,234.50 ", 1_234_50),
        ("１，２３４．５０元", 1_234_50),
        ("￥ 12", 12_00),
        ("-0.05", -5),
        ("¥-3", -3_00),
        ("007", 7_00),
    ],
)
def test_amounts_are_read_as_people_type_them(text, expected):
    assert money.parse_yuan(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.005", "amount-too-precise"),
        ("1.500", "amount-too-precise"),
        ("1e3", "amount-malformed"),
        ("1,23", "amount-malformed"),
        ("1.2.3", "amount-malformed"),
        ("--1", "amount-malformed"),
        ("-¥-1", "amount-malformed"),
        (".5", "amount-malformed"),
        ("5.", "amount-malformed"),
        ("", "amount-malformed"),
        ("nan", "amount-malformed"),
        ("²", "amount-malformed"),
        ("٣", "amount-malformed"),
        ("100000000000.01", "amount-too-large"),
        ("9" * 40, "amount-too-large"),
        ("9" * 5000, "amount-malformed"),
    ],
)
def test_other_amounts_are_refused_never_rounded(text, code):
    """Rule 1."""
    with pytest.raises(Refused, match=f"^{code}$"):
        money.parse_yuan(text)


def test_only_prices_may_be_finer_than_fen():
    assert money.parse_price("2.60") == 260_00
    assert money.parse_price("0.0125") == 125
    with pytest.raises(Refused, match="amount-too-precise"):
        money.parse_price("0.00125")
    with pytest.raises(Refused, match="price-negative"):
        money.parse_price("-1")


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_half_up_agrees_with_decimal(numerator, denominator):
    exact = Fraction(numerator, denominator)
    rounded = money.half_up(numerator, denominator)

    assert abs(rounded - exact) <= Fraction(1, 2)
    assert rounded == -money.half_up(-numerator, denominator)
    if denominator in (1, 2, 4, 5, 8, 10, 100):
        assert rounded == (Decimal(numerator) / denominator).quantize(Decimal(1), ROUND_HALF_UP)


@given(fen, st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any))
def test_split_parts_add_up_and_are_within_one_of_their_share(total, weights):
    parts = money.split(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_split_of_something_needs_a_weight():
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    assert money.split(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError):
        money.split(1, [0, 0])
    with pytest.raises(ValueError):
        money.split(1, [2, -1])


@given(positive, bps)
def test_the_rounded_up_share_is_the_least_that_reaches(total, bp):
    """Rule 4."""
    least = money.ceil_share(total, bp)

    assert money.reaches(least, total, bp)
    assert least == 0 or not money.reaches(least - 1, total, bp)


def test_the_least_reserve_of_the_worked_example():
    assert money.ceil_share(1_234_567_89, 1000) == 123_456_79
    assert money.reaches(123_456_79, 1_234_567_89, 1000)
    assert not money.reaches(123_456_78, 1_234_567_89, 1000)


@given(positive, st.integers(1, money.MAX_FEN))
def test_a_shown_share_never_promises_more_than_is_there(part, whole):
    """Rule 5."""
    bp = money.share_bp(part, whole)

    assert bp is not None
    assert Fraction(bp, 10_000) <= Fraction(part, whole) < Fraction(bp + 1, 10_000)
    assert (bp >= 10_000) == (part >= whole)


def test_shares_are_truncated_and_nothing_has_no_share():
    """Rules 5 and 6."""
    assert money.percent_text(money.share_bp(99_999, 1_000_000) or 0) == "9.99%"
    assert money.percent_text(10_000) == "100.00%"
    assert money.percent_text(-5) == "-0.05%"
    assert money.share_bp(5, 0) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (659_208_00, "陆拾伍万玖仟贰佰零捌元整"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (1_05, "壹元零伍分"),
        (1_409_50, "壹仟肆佰零玖元伍角整"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (10_00, "壹拾元整"),
        (100_001_00, "壹拾万零壹元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_001_000_00, "壹亿零壹仟元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (3_040_050_600_00, "叁拾亿肆仟零伍万零陆佰元整"),
        (money.MAX_FEN, "壹仟亿元整"),
        (-12_30, "负壹拾贰元叁角整"),
    ],
)
def test_written_amounts(amount, text):
    """Rule 7."""
    assert money.capital(amount) == text


@given(fen)
def test_a_written_amount_reads_back_as_itself(amount):
    assert _read(money.capital(amount)) == amount


def _read(text: str) -> int:
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    digits = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    for char in text:
        if char in digits:
            digit = digits[char]
        elif char in places:
            section, digit = section + digit * places[char], 0
        elif char in "万亿":
            total, section, digit = total + (section + digit) * {"万": 10**4, "亿": 10**8}[char], 0, 0
        elif char == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        elif char in "角分":
            total, digit = total + digit * {"角": 10, "分": 1}[char], 0
    return sign * total
