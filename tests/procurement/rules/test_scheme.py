from dataclasses import replace
from datetime import date

import pytest

from procurement.rules.scheme import (
    COMBINED,
    HEADLINE,
    LOCAL,
    NATIONAL,
    SHIPPED,
    Channel,
    CountBasis,
    FundSource,
    GoodsRule,
    judging,
)


def test_the_shipped_schemes():
    """Rule 10."""
    assert {s.code for s in SHIPPED} == {"N", "L", "C"} and HEADLINE == "L"
    assert {s.min_bp for s in SHIPPED} == {1000}
    assert NATIONAL.channels == {Channel.P832}
    assert LOCAL.channels == {Channel.COUNTY, Channel.OFFLINE}
    assert (NATIONAL.freight_counts, LOCAL.freight_counts) == (True, False)
    assert {s.basis for s in SHIPPED} == {CountBasis.COMPLETED}
    assert LOCAL.goods is GoodsRule.INGREDIENT_EXITED
    assert [NATIONAL.counts_fund(f) for f in FundSource] == [True, True, True]
    assert [LOCAL.counts_fund(f) for f in FundSource] == [True, False, False]
    assert [COMBINED.counts_fund(f) for f in FundSource] == [True, False, False]


def test_no_purchase_counts_in_both_by_default():
    """Rule 11."""
    assert not NATIONAL.channels & LOCAL.channels
    assert COMBINED.combines == ("N", "L") and not COMBINED.channels


OLD = replace(LOCAL, valid_from=date(2024, 1, 1), valid_to=date(2026, 6, 30))
NEW = replace(LOCAL, valid_from=date(2026, 7, 1), min_bp=1500)


def test_a_year_is_judged_by_the_version_of_its_first_day():
    """Rule 9."""
    assert judging([NEW, OLD], 2023) is None
    assert judging([NEW, OLD], 2025) is OLD
    assert judging([NEW, OLD], 2026) is OLD
    assert judging([NEW, OLD], 2027) is NEW


def test_a_change_that_applies_at_once_does_so_from_its_day():
    at_once = replace(NEW, applies_at_once=True)

    assert judging([OLD, at_once], 2026, on=date(2026, 6, 30)) is OLD
    assert judging([OLD, at_once], 2026, on=date(2026, 7, 1)) is at_once
    assert judging([OLD, at_once], 2026) is at_once
    assert judging([OLD, at_once], 2025) is OLD


def test_what_applied_at_once_judges_the_rest_of_its_year():
    at_once = replace(NEW, applies_at_once=True, valid_to=date(2026, 8, 31))
    later = replace(NEW, valid_from=date(2026, 9, 1), min_bp=2000)

    assert judging([OLD, at_once, later], 2026) is at_once
    assert judging([OLD, at_once, later], 2027) is later


def test_a_scheme_ends():
    assert judging([OLD], 2027) is None


def test_impossible_terms_are_errors():
    with pytest.raises(ValueError):
        replace(LOCAL, min_bp=10_001)
    with pytest.raises(ValueError):
        replace(LOCAL, channels=frozenset())
