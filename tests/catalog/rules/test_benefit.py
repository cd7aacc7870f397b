"""How far a claim is believed, and what of it counts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.benefit import BenefitKind, BenefitState, PayMethod, Proof, confirm_by, factor_bp, net_fen
from catalog.rules.quarter import Quarter

STATES, METHODS = st.sampled_from(BenefitState), st.sampled_from([*PayMethod, None])


@pytest.mark.parametrize(
    ("state", "method", "voucher", "bp"),
    [
        (BenefitState.CONFIRMED, PayMethod.BANK, True, 10_000),
        (BenefitState.ATTESTED, PayMethod.BANK, True, 7_000),
        (BenefitState.CONFIRMED, PayMethod.CASH, True, 7_000),
        (BenefitState.ATTESTED, None, False, 3_000),
        (BenefitState.CONFIRMED, None, False, 3_000),
        (BenefitState.DRAFT, PayMethod.BANK, True, 0),
        (BenefitState.DISPUTED, PayMethod.BANK, True, 0),
        (BenefitState.VOID, PayMethod.BANK, True, 0),
    ],
)
def test_the_table_of_proof(state: BenefitState, method: PayMethod | None, voucher: bool, bp: int) -> None:
    assert factor_bp(Proof(state, method, voucher)) == bp


@given(STATES, METHODS, st.booleans())
def test_a_voucher_never_lowers_and_cash_never_exceeds(state: BenefitState, method: PayMethod, voucher: bool) -> None:
    assert factor_bp(Proof(state, method, True)) >= factor_bp(Proof(state, method, False))
    assert factor_bp(Proof(state, PayMethod.CASH, voucher)) <= 7_000


@given(st.integers(1, 10**12), st.integers(0, 10_000), st.sampled_from([0, 3_000, 7_000, 10_000]))
def test_no_more_counts_than_was_paid(amount_fen: int, margin_bp: int, factor: int) -> None:
    bought = net_fen(amount_fen, kind=BenefitKind.PURCHASE, margin_bp=margin_bp, factor=factor)
    earned = net_fen(amount_fen, kind=BenefitKind.WAGE, margin_bp=margin_bp, factor=factor)
    assert 0 <= bought <= earned <= amount_fen


def test_half_of_a_purchase_counts_where_nobody_set_a_margin() -> None:
    assert net_fen(333_33, kind=BenefitKind.PURCHASE, margin_bp=5_000, factor=7_000) == 116_66


def test_thirty_days_to_confirm() -> None:
    assert confirm_by(date(2026, 11, 23)) == date(2026, 12, 23)


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(-40, 40))
def test_quarters_follow_each_other(day: date, steps: int) -> None:
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert quarter.plus(1).first_day == quarter.last_day + timedelta(days=1)
    assert quarter.plus(steps).plus(-steps) == quarter == Quarter.parse(str(quarter))
    assert (str(quarter) < str(quarter.plus(steps))) == (steps > 0)
