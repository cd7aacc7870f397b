"""承诺达标合格证: what it must say, and when goods may leave with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.commitment import CommitmentBasis, check, check_use
from core.errors import Refused

DAY = date(2026, 11, 23)
B = CommitmentBasis


@pytest.mark.parametrize(
    ("bases", "changed", "code"),
    [
        ({B.CONTROL}, {"needed": False}, "commitment-not-needed"),
        (set(), {}, "commitment-basis-missing"),
        ({B.COMMISSIONED_TEST}, {}, "commitment-report-missing"),
        ({B.CONTROL}, {"qty": 0}, "commitment-quantity-missing"),
        ({B.CONTROL}, {"issued_on": date(2026, 11, 22)}, "commitment-before-harvest"),
    ],
)
def test_it_says_what_the_form_asks(bases, changed, code):
    given = {"needed": True, "qty": 1, "harvested_on": DAY, "issued_on": DAY, "has_report": False, **changed}

    with pytest.raises(Refused, match=code):
        check(bases, **given)


def test_a_good_one():
    check(set(B), needed=True, qty=1, harvested_on=DAY, issued_on=DAY, has_report=True)


def use(**changed: object) -> None:
    given = {"is_own": True, "is_void": False, "same_lot": True, "qty": 10, "shipped_qty": 4, "sending_qty": 6}
    check_use("示例白菜", **{**given, **changed})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"is_own": False}, "commitment-of-another"),
        ({"is_void": True}, "commitment-void"),
        ({"same_lot": False}, "commitment-other-lot"),
        ({"sending_qty": 7}, "commitment-used-up"),
    ],
)
def test_goods_leave_with_their_own(changed, code):
    use()
    with pytest.raises(Refused, match=code):
        use(**changed)


@given(st.lists(st.integers(1, 1000), max_size=20), st.integers(1, 5000))
def test_never_more_leaves_than_it_says(wanted, qty):
    left = 0
    for sending in wanted:
        try:
            use(qty=qty, shipped_qty=left, sending_qty=sending)
        except Refused:
            assert left + sending > qty
        else:
            left += sending
    assert left <= qty
