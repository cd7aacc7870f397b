import itertools
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import codes

random_codes = st.builds(codes.new_code, st.sampled_from(["", "LJ", "XC"]), st.integers(1, 20))
numbers = st.builds(
    codes.numbered,
    st.text(string.ascii_uppercase, min_size=1, max_size=4),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999_999_999),
)


@given(random_codes | numbers)
def test_a_fresh_code_is_right(code):
    assert codes.check(code)


@given(random_codes | numbers)
def test_every_single_wrong_character_is_found(code):
    for i, right in enumerate(code):
        for wrong in string.ascii_uppercase + string.digits + "-":
            assert wrong == right or not codes.check(code[:i] + wrong + code[i + 1 :])


@given(random_codes | numbers)
def test_every_swap_of_neighbours_is_found(code):
    for i in range(len(code) - 1):
        swapped = code[:i] + code[i + 1] + code[i] + code[i + 2 :]
        assert swapped == code or not codes.check(swapped)


@given(random_codes | numbers)
def test_characters_that_changed_over_at_any_distance_are_found(code):
    places = [i for i, c in enumerate(code[:-2]) if c.isdigit()] if "-" in code else range(len(code))
    for i, j in itertools.combinations(places, 2):
        swapped = list(code)
        swapped[i], swapped[j] = code[j], code[i]
        assert code[i] == code[j] or not codes.check("".join(swapped))


@given(st.text(max_size=40))
def test_any_text_may_be_asked(text):
    codes.check(text)


def test_the_shape_of_an_order_number():
    number = codes.numbered("XC", date(2026, 11, 23), 7)

    assert number.startswith("XC261123-0007-") and len(number) == 15
    assert codes.check(codes.numbered("OPI", date(2026, 1, 1), 1_234_567))


def test_codes_avoid_characters_that_look_alike():
    code = codes.new_code("LJ")

    assert len(code) == 11 and code.startswith("LJ")
    assert not set("01IO") & set(codes.ALPHABET)
    for prefix in ("PO", "x", "A" * 30):
        with pytest.raises(ValueError):
            codes.new_code(prefix)


def test_shapes_that_cannot_be_numbers_are_errors():
    with pytest.raises(ValueError):
        codes.numbered("xc", date(2026, 1, 1), 1)
    with pytest.raises(ValueError):
        codes.numbered("XC", date(2026, 1, 1), -1)


def test_tokens_are_long_and_differ():
    assert len({codes.token() for _ in range(100)}) == 100
    assert len(codes.token()) == 32
