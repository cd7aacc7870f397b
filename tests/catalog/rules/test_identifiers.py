import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import identifiers
from catalog.rules.identifiers import CHECKS, DivisionLevel, Identifier, division
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


def test_a_wrong_check_digit_says_which_one_was_expected():
    for check, wrong, code, expected in [
        (identifiers.production_licence, "SC12345678901234", "sc-check", "0"),
        (identifiers.production_licence, "SC11351090100011", "sc-check", "0"),
        (identifiers.credit_code, "91110000600037341M", "uscc-check", "L"),
        (identifiers.resident_number, "220681199501010017", "ric-check", "6"),
    ]:
        with pytest.raises(Refused, match=f"^{code}$") as refusal:
            check(wrong)
        assert wrong == "SC12345678901234" or refusal.value.facts["expected"] == expected
        assert refusal.value.facts["found"] == wrong[-1]


def test_an_operation_licence_with_a_wrong_check_digit():
    with pytest.raises(Refused, match=r"^jy-check$"):
        identifiers.operation_licence("JY15101000000000")


def test_the_organisation_code_inside_is_checked_too():
    # Two characters changed so that the outer sum still holds.
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "911100006000373" + "42"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    with pytest.raises(Refused, match=r"^uscc-organisation-check$") as refusal:
        identifiers.credit_code(body + alphabet[-total % 31])

    assert refusal.value.facts["found"] == "2"


@given(st.sampled_from(CREDIT_CODES), st.integers(0, 17), st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_in_a_credit_code_is_found(code, place, character):
    if code[place] != character:
        with pytest.raises(Refused):
            identifiers.credit_code(code[:place] + character + code[place + 1 :])


@given(st.sampled_from(SC + JY), st.integers(2, 15), st.sampled_from(string.digits))
def test_one_wrong_digit_in_a_licence_is_found(number, place, digit):
    check = identifiers.production_licence if number.startswith("SC") else identifiers.operation_licence
    if number[place] != digit:
        with pytest.raises(Refused):
            check(number[:place] + digit + number[place + 1 :])


def test_resident_numbers_of_any_birth_year_and_no_impossible_day():
    assert identifiers.resident_number("220681199501010016") == "220681199501010016"
    assert identifiers.resident_number("220681197001010010") == "220681197001010010"
    with pytest.raises(Refused, match=r"^ric-date$"):
        identifiers.resident_number("220681199502300016")
    with pytest.raises(Refused, match=r"^ric-shape$"):
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


def test_divisions():
    assert division("220681") == ("220681", DivisionLevel.COUNTY)
    assert division("220681103")[1] is DivisionLevel.TOWN
    assert division("220681004202")[1] is DivisionLevel.VILLAGE
    assert division("220681004001")[1] is DivisionLevel.COMMUNITY
    for wrong in ("22068", "220681004000", "220681004400"):
        with pytest.raises(Refused, match="division-shape"):
            division(wrong)


@given(st.sampled_from(Identifier), st.text(max_size=60))
def test_any_text_is_answered_or_refused(kind, text):
    try:
        tidied = CHECKS[kind](text)
    except Refused:
        return
    assert CHECKS[kind](tidied) == tidied
