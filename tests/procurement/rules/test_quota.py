from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core import money
from procurement.rules.quota import Quota, Rated, Share, Verdict

fen = st.integers(0, 10**12)
quotas = st.builds(
    Quota,
    declared_fen=fen,
    spent_fen=fen,
    min_bp=st.integers(1, 10_000),
    completed_fen=fen,
    reserve_fen=fen,
)


@given(quotas)
def test_the_duty_is_the_least_amount_that_meets_it(quota):
    """Rules 4 and 93."""
    assert quota.duty_met == (quota.completed_fen >= quota.due_fen)
    assert quota.short_fen == max(0, quota.due_fen - quota.completed_fen)
    assert quota.due_fen - 1 < Fraction(quota.base_fen * quota.min_bp, 10_000) <= quota.due_fen


@given(quotas, fen)
def test_under_declaring_gains_nothing(quota, less):
    """Rule 93: with spending above the declared total the duty is the same whatever was declared below it."""
    honest = Quota(quota.spent_fen, quota.spent_fen, quota.min_bp, quota.completed_fen)
    shy = Quota(min(less, quota.spent_fen), quota.spent_fen, quota.min_bp, quota.completed_fen)

    assert (honest.due_fen, honest.duty_met) == (shy.due_fen, shy.duty_met)


def test_the_verdict_is_exact_where_the_shown_percent_is_truncated():
    """Rule 5: 9.9999 % shows 9.99 % and is not met; 10 % and 10.0001 % are."""
    almost, met, over = (
        Quota(declared_fen=0, spent_fen=1_000_000_00, min_bp=1000, completed_fen=fen)
        for fen in (99_999_00, 100_000_00, 100_001_00)
    )

    assert money.percent_text(almost.actual_share.bp or 0) == "9.99%"
    assert [q.duty_met for q in (almost, met, over)] == [False, True, True]
    assert almost.short_fen == 1_00


def test_nothing_to_take_a_share_of_is_not_zero_percent():
    """Rule 6."""
    empty = Quota(declared_fen=0, spent_fen=0, min_bp=1000, completed_fen=5_00)

    assert empty.actual_share == empty.reserve_share == empty.completion == Share(None)
    assert empty.verdict(closed=True) is Verdict.NO_DUTY


def test_a_missing_month_takes_the_actual_share_away():
    """Rule 99."""
    quota = Quota(100_00, 90_00, 1000, 20_00, missing_months=(3, 4))

    assert quota.actual_share == Share(None, (3, 4))
    assert not quota.actual_share.computable


def test_three_figures_are_kept_apart():
    quota = Quota(declared_fen=1_000_00, spent_fen=1_500_00, min_bp=1000, completed_fen=110_00, reserve_fen=110_00)

    assert quota.reserve_share == Share(1100)
    assert quota.completion == Share(10_000)
    assert quota.actual_share == Share(733)


def test_the_verdicts():
    """Rule 103."""
    met = Quota(1_000_00, 900_00, 1000, 100_00, reserve_fen=120_00)
    thin = Quota(1_000_00, 2_000_00, 1000, 120_00, reserve_fen=120_00)
    poor = Quota(1_000_00, 1_000_00, 1000, 99_99, reserve_fen=100_00)

    assert met.verdict(closed=True) is Verdict.MET
    assert thin.verdict(closed=True) is thin.verdict(closed=False) is Verdict.RESERVE_ONLY
    assert poor.verdict(closed=True) is Verdict.NOT_MET
    assert poor.verdict(closed=True, excused=True) is Verdict.EXCUSED
    assert poor.verdict(closed=False) is Verdict.OPEN
    assert met.verdict(closed=True, has_duty=False) is Verdict.NO_DUTY


def test_a_unit_without_any_reserve_has_not_done_it():
    assert Quota(0, 1_000_00, 1000, 0).verdict(closed=False) is Verdict.OPEN


@given(quotas)
def test_only_a_closed_year_is_not_met(quota):
    assert quota.verdict(closed=False) not in {Verdict.NOT_MET, Verdict.EXCUSED}
    assert quota.verdict(closed=True) is not Verdict.OPEN


def test_units_are_ranked_by_verdict_then_share_then_reserve_then_day_then_code():
    """Rule 43."""

    def rated(code, verdict=Verdict.MET, completed=100, reserve=100, missing=(), reached_on=5):
        quota = Quota(1000, 1000, 1000, completed, reserve, missing)
        return Rated(code, quota, verdict, months_due=10, reached_on=reached_on)

    units = [
        rated("z-not-met", Verdict.NOT_MET, completed=99),
        rated("y-later", reached_on=6),
        rated("x-more", completed=130),
        # Nobody climbs by leaving months out: completion is capped at 100 %.
        rated("w-unstated", completed=50_00, missing=(1, 2), reserve=100),
        rated("b"),
        rated("a"),
        rated("c-bigger-reserve", reserve=101),
        rated("d-never", reached_on=None),
    ]

    assert [u.code for u in sorted(units, key=lambda u: u.rank_key)] == [
        "w-unstated",
        "x-more",
        "c-bigger-reserve",
        "a",
        "b",
        "y-later",
        "d-never",
        "z-not-met",
    ]
