import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import identifiers
from catalog.rules.identifiers import CHECKS, DivisionLevel, Identifier, division
from core import text
from core.errors import Refused

CREDIT_CODES = [
    "91110000600037341L",
    "93220681MA0XY0010K",
    "91220681MA0XY0029N",
    "92220681MA0XY0037E",
    "112206810136000139",
    "122206814126000291",
    "81220681MC360003XR",
    "N2220681MF0000048C",
    "Y1220681013600056Q",
]
SC = [
    "SC11351090100010",
    "SC10741018302531",
    "SC12434017430075",
    "SC10744030704994",
    "SC10122068100015",
    "SC11622068100011",
    "SC11822068100029",
    "SC10222068100032",
]
JY = ["JY23506230105266", "JY32206810000017", "JY12206810000020"]


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_credit_codes_of_every_kind_of_body_are_valid(code):
    assert identifiers.credit_code(code) == code


@pytest.mark.parametrize("number", SC)
def test_production_licences(number):
    assert identifiers.production_licence(number) == number


@pytest.mark.parametrize("number", JY)
def test_operation_licences(number):
    assert identifiers.operation_licence(number) == number


@pytest.mark.parametrize(
    ("check", "wrong", "code", "position", "expected"),
    [
        (identifiers.production_licence, "SC12345678901234", "sc-check", 16, "2"),
        (identifiers.production_licence, "SC11351090100011", "sc-check", 16, "0"),
        (identifiers.operation_licence, "JY15101000000000", "jy-check", 16, "8"),
        (identifiers.credit_code, "91110000600037341M", "uscc-check", 18, "L"),
        (identifiers.credit_code, "N2220681MF0000048D", "uscc-check", 18, "C"),
        (identifiers.resident_number, "220681199501010017", "ric-check", 18, "6"),
    ],
)
def test_a_wrong_check_character_says_which_stands_there_and_which_should(check, wrong, code, position, expected):
    with pytest.raises(Refused, match=f"^{code}$") as refusal:
        check(wrong)

    assert refusal.value.facts == {"text": wrong, "position": position, "found": wrong[-1], "expected": expected}
    said = text.sentence("refused", code, **refusal.value.facts)
    assert f"第 {position} 位" in said
    assert f"“{wrong[-1]}”" in said
    assert f"“{expected}”" in said


@pytest.mark.parametrize(
    ("check", "wrong", "code", "position"),
    [
        (identifiers.credit_code, "93220681MAOXY0010K", "uscc-character", 11),
        (identifiers.production_licence, "SC31351090100010", "sc-character", 3),
        (identifiers.operation_licence, "JZ23506230105266", "jy-character", 2),
        (identifiers.resident_number, "22068119950101O016", "ric-character", 15),
    ],
)
def test_a_character_that_cannot_stand_in_its_place_is_named(check, wrong, code, position):
    with pytest.raises(Refused, match=f"^{code}$") as refusal:
        check(wrong)

    assert refusal.value.facts["position"] == position
    assert refusal.value.facts["found"] == wrong[position - 1]


def test_every_code_has_its_sentence():
    assert sorted(identifiers.REFUSALS - text.known("refused")) == []


def test_the_organisation_code_inside_is_checked_too():
    # Two characters changed so that the outer sum still holds.
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "911100006000373" + "42"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    with pytest.raises(Refused, match=r"^uscc-organisation-check$") as refusal:
        identifiers.credit_code(body + alphabet[-total % 31])

    assert refusal.value.facts["found"] == "2"


@st.composite
def credit_codes(draw):
    """A credit code with both check characters: any of the bodies' kinds, any organisation."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    kind = draw(st.sampled_from(["11", "12", "13", "51", "52", "81", "91", "92", "93", "N1", "N2", "N3", "Y1", "A1"]))
    eight = draw(st.text(alphabet, min_size=8, max_size=8))
    inner = sum(int(c, 36) * weight for c, weight in zip(eight, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    body = kind + draw(st.text(string.digits, min_size=6, max_size=6)) + eight + "0123456789X"[-inner % 11]
    return body + alphabet[-sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


@st.composite
def resident_numbers(draw):
    """An invented resident number of any day since 1900."""
    born = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    body = f"220681{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


@st.composite
def licences(draw):
    """An SC or JY number, its check digit computed the long way."""
    head = draw(st.sampled_from(["SC1", "SC2", "JY1", "JY2", "JY3"]))
    body = head + draw(st.text(string.digits, min_size=12, max_size=12))
    good = [d for d in string.digits if _passes(body + d)]
    assert len(good) == 1
    return body + good[0]


def _passes(number):
    check = identifiers.production_licence if number.startswith("SC") else identifiers.operation_licence
    try:
        return check(number) == number
    except Refused:
        return False


def _is_refused(check, number):
    try:
        check(number)
    except Refused:
        return True
    return False


EVERYTHING = string.digits + string.ascii_uppercase


def _wrong_characters(number):
    return [number[:i] + c + number[i + 1 :] for i in range(len(number)) for c in EVERYTHING if c != number[i]]


def _swaps(number):
    pairs = [(i, number[i], number[i + 1]) for i in range(len(number) - 1) if number[i] != number[i + 1]]
    return [(a, b, number[:i] + b + a + number[i + 2 :]) for i, a, b in pairs]


@given(st.one_of(st.sampled_from(CREDIT_CODES), credit_codes()))
def test_a_credit_code_finds_every_wrong_character_and_every_swap(code):
    assert identifiers.credit_code(code) == code
    assert all(_is_refused(identifiers.credit_code, wrong) for wrong in _wrong_characters(code))
    assert all(_is_refused(identifiers.credit_code, wrong) for _, _, wrong in _swaps(code))


@given(resident_numbers())
def test_a_resident_number_finds_every_wrong_character_and_every_swap(number):
    assert identifiers.resident_number(number) == number
    assert all(_is_refused(identifiers.resident_number, wrong) for wrong in _wrong_characters(number))
    assert all(_is_refused(identifiers.resident_number, wrong) for _, _, wrong in _swaps(number))


@given(st.one_of(st.sampled_from(SC + JY), licences()))
def test_a_licence_finds_every_wrong_character_and_the_swaps_that_its_scheme_promises(number):
    check = identifiers.production_licence if number.startswith("SC") else identifiers.operation_licence
    assert all(_is_refused(check, wrong) for wrong in _wrong_characters(number))
    for a, b, wrong in _swaps(number):
        # ISO 7064 MOD 11,10 lets one in ten pass where the digits are neighbours on the ring 0-9-0.
        is_promised = not (a.isdigit() and b.isdigit() and (int(a) - int(b)) % 10 in {1, 9})
        assert not is_promised or _is_refused(check, wrong)


def test_a_swap_that_the_scheme_does_not_promise_to_find():
    # 1 and 0 in the state in which they are alike: the test above would be too strict without its exception.
    numbers = [f"SC1{n:012d}" for n in range(200)]
    whole = [next(body + d for d in string.digits if _passes(body + d)) for body in numbers]
    escaped = [(a, b) for number in whole for a, b, wrong in _swaps(number) if _passes(wrong)]

    assert escaped
    assert {(int(a) - int(b)) % 10 for a, b in escaped} <= {1, 9}


def test_resident_numbers_of_any_birth_year_and_no_impossible_day():
    assert identifiers.resident_number("220681199501010016") == "220681199501010016"
    assert identifiers.resident_number("220681197001010010") == "220681197001010010"
    with pytest.raises(Refused, match=r"^ric-date$"):
        identifiers.resident_number("220681199502300016")
    for wrong in ("220681179501010016", "220681199513010016"):
        with pytest.raises(Refused, match=r"^ric-date$"):
            identifiers.resident_number(wrong)
    with pytest.raises(Refused, match=r"^ric-length$"):
        identifiers.resident_number("22068119950101001")


def test_numbers_are_read_as_people_paste_them():
    assert identifiers.credit_code(" 93220681 MA0XY0010k ") == "93220681MA0XY0010K"
    assert identifiers.production_licence("ｓｃ１１３５１０９０１０００１０") == "SC11351090100010"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Identifier.GREEN, "LB-21-2311072345A", "LB-21-2313072345A"),
        (Identifier.GREEN, "LB-03-2301070123AA", "LB-03-2301070123B"),
        (Identifier.GREEN, "LB-18-12010701231", "LB-18-120107"),
        (Identifier.GF, "GF220681230001", "GF22068123001"),
        (Identifier.ORGANIC, "123OP2300456", "123OP230045"),
        (Identifier.ORGANIC, "0123OP2300456-2", "12OP2300456"),
        (Identifier.ORGANIC_CODE, "12323000000000001", "1232300000000000"),
        (Identifier.GI, "AGI2010-03-0012", "AGI2010-3-0012"),
        (Identifier.GI, "AGI01234", "AGI012"),
        (Identifier.MOBILE, "13800000021", "12800000021"),
        (Identifier.BANK, "620000000", "62000000"),
    ],
)
def test_shapes_without_check_digit(kind, good, bad):
    assert CHECKS[kind](good) == good
    with pytest.raises(Refused, match=r"-shape$"):
        CHECKS[kind](bad)


def test_the_lengths_of_an_organic_code_are_a_setting():
    assert identifiers.organic_code("123230000000000012", (18,)) == "123230000000000012"
    with pytest.raises(Refused, match="organic-code-shape"):
        identifiers.organic_code("123230000000000012", (17,))


def test_organic_marks_are_typed_in_any_way_and_kept_once():
    marks = ("12323000000000001", "12323000000000002")
    for gap in (" ", "，", ",\n", "；", "、"):
        assert identifiers.organic_codes(f" {marks[0]}{gap}{marks[1]} {marks[0]}") == marks
    assert identifiers.organic_codes("  ") == ()
    with pytest.raises(Refused, match="organic-codes-many"):
        identifiers.organic_codes(" ".join(marks), most=1)


def test_divisions():
    assert division("220681") == ("220681", DivisionLevel.COUNTY)
    assert division("220681103")[1] is DivisionLevel.TOWN
    assert division("220681004202")[1] is DivisionLevel.VILLAGE
    assert division("220681004001")[1] is DivisionLevel.COMMUNITY
    for wrong in ("22068", "220681004000", "220681004400"):
        with pytest.raises(Refused, match="division-shape"):
            division(wrong)


@given(st.sampled_from(Identifier), st.text(max_size=60))
def test_any_text_is_answered_or_refused(kind, typed):
    tidied, code = _answer(CHECKS[kind], typed)
    assert code is None or code in identifiers.REFUSALS
    assert tidied is None or CHECKS[kind](tidied) == tidied


def _answer(check, typed):
    try:
        return check(typed), None
    except Refused as refusal:
        return None, refusal.code
