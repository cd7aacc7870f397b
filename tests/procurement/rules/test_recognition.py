from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.rules.recognition import (
    ALL,
    NONE,
    Evidence,
    Line,
    Portion,
    Reason,
    fit,
    goods_day,
    judge,
    missing_evidence,
    origin_portion,
)
from procurement.rules.scheme import COMBINED, LOCAL, NATIONAL, Channel, FundSource

ON = date(2026, 6, 1)
MEMBERS = {"N": NATIONAL, "L": LOCAL}
FARM = Line(Channel.COUNTY, FundSource.CANTEEN, goods_fen=1_000_00, origin=ALL, accepted_on=ON)
P832 = Line(Channel.P832, FundSource.CANTEEN, goods_fen=1_000_00, freight_fen=80_00, accepted_on=ON)


def test_freight_counts_in_the_national_scheme_only():
    """Rule 32: goods 1,000 + freight 80 → L 1,000, N 1,080."""
    assert judge(P832, NATIONAL, ON).countable_fen == 1_080_00
    assert judge(replace(FARM, freight_fen=80_00), LOCAL, ON).countable_fen == 1_000_00
    assert judge(replace(FARM, goods_fen=0, freight_fen=80_00), LOCAL, ON).reason is Reason.FREIGHT


def test_channels_are_disjoint_and_ordinary_vendors_never_count():
    """Rule 11."""
    assert judge(FARM, NATIONAL, ON).reason is Reason.CHANNEL
    assert judge(P832, LOCAL, ON).reason is Reason.CHANNEL
    for terms in (NATIONAL, LOCAL, COMBINED):
        assert fit(replace(FARM, channel=Channel.ORDINARY), terms, MEMBERS) is Reason.CHANNEL


def test_the_combined_scheme_takes_canteen_records_of_either_by_their_own_terms():
    assert judge(P832, COMBINED, ON, MEMBERS).countable_fen == 1_080_00
    assert judge(FARM, COMBINED, ON, MEMBERS).countable_fen == 1_000_00
    assert judge(replace(P832, fund=FundSource.UNION), COMBINED, ON, MEMBERS).reason is Reason.FUND
    assert judge(replace(P832, fund=FundSource.UNION), NATIONAL, ON).fits
    assert judge(FARM, COMBINED, ON).reason is Reason.CHANNEL


@given(
    st.sampled_from(Channel),
    st.sampled_from(FundSource),
    st.booleans(),
    st.sampled_from([ALL, NONE, Portion(1, 3)]),
    st.frozensets(st.sampled_from(Evidence)),
)
def test_no_line_counts_in_both_schemes_and_the_combined_is_their_sum(channel, fund, ingredient, origin, evidence):
    line = Line(channel, fund, 999_99, 1_00, ingredient, origin, ON, evidence)
    national, local, both = (judge(line, terms, ON, MEMBERS) for terms in (NATIONAL, LOCAL, COMBINED))

    assert not (national.fits and local.fits)
    if fund is FundSource.CANTEEN:
        assert both.countable_fen == national.countable_fen + local.countable_fen
    else:
        assert not both.fits and not local.fits


def test_lines_decide_not_orders():
    """Rule 33."""
    assert judge(replace(FARM, is_ingredient=False), LOCAL, ON).reason is Reason.NOT_INGREDIENT
    assert judge(replace(P832, is_ingredient=False), NATIONAL, ON).fits
    assert judge(replace(FARM, origin=NONE), LOCAL, ON).reason is Reason.ORIGIN


def test_the_village_route_takes_the_whole_lot_and_the_household_route_a_balance():
    """Rule 39."""
    assert origin_portion(village_exited=True) == ALL
    third = origin_portion(village_exited=False, eligible_g=100_000, sold_g=300_000)

    assert judge(replace(FARM, origin=third), LOCAL, ON).countable_fen == 333_33
    more_than_sold = origin_portion(village_exited=False, eligible_g=5, sold_g=3)
    assert judge(replace(FARM, origin=more_than_sold), LOCAL, ON).countable_fen == 1_000_00
    assert origin_portion(village_exited=False, eligible_g=5, sold_g=0).is_nothing
    assert origin_portion(village_exited=False, eligible_g=0, sold_g=5).is_nothing


@given(st.integers(0, 10**12), st.integers(-5, 10**9), st.integers(-5, 10**9))
def test_a_portion_is_floored_and_never_more_than_the_amount(amount, eligible, whole):
    part = Portion(eligible, whole).of(amount)

    assert 0 <= part <= amount
    if whole > 0 and 0 <= eligible <= whole:
        assert part <= Fraction(amount * eligible, whole) < part + 1


def test_offline_purchases_bring_all_their_evidence_within_sixty_days():
    """Rule 38."""
    full = frozenset(Evidence)
    field_buy = replace(FARM, channel=Channel.OFFLINE, evidence=full)

    assert judge(field_buy, LOCAL, ON).fits and missing_evidence(field_buy) == []
    bare = replace(field_buy, evidence=full - {Evidence.INVOICE})
    assert missing_evidence(bare) == [Evidence.INVOICE]
    assert judge(bare, LOCAL, date(2026, 7, 31)).reason is Reason.EVIDENCE_PENDING
    assert judge(bare, LOCAL, date(2026, 8, 1)).reason is Reason.EVIDENCE_LAPSED
    assert missing_evidence(FARM) == []


def test_vouchers_count_at_purchase_nationally_and_at_redemption_locally():
    """Rule 34."""
    voucher = replace(FARM, is_voucher=True)

    assert judge(voucher, LOCAL, ON).reason is Reason.VOUCHER_UNREDEEMED
    redeemed = replace(voucher, redeemed_on=date(2026, 9, 1))
    assert judge(redeemed, LOCAL, ON).fits
    assert goods_day(redeemed, LOCAL) == date(2026, 9, 1)
    assert goods_day(redeemed, NATIONAL) == ON
    assert judge(replace(P832, is_voucher=True), NATIONAL, ON).fits


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_void": True}, Reason.VOID),
        ({"unit_active": False}, Reason.UNIT_INACTIVE),
        ({"certificate_waived": True}, Reason.CERTIFICATE_WAIVED),
        ({"goods_fen": 0}, Reason.NOTHING_ACCEPTED),
        ({"fund": FundSource.PERSONAL}, Reason.FUND),
    ],
)
def test_other_reasons(change, reason):
    """Rules 25, 35, 55."""
    judgement = judge(replace(FARM, **change), LOCAL, ON)

    assert (judgement.reason, judgement.fits, judgement.countable_fen) == (reason, False, 0)
