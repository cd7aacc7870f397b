"""The score of 4.2: an example worked by hand, and what must hold for every county."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import linkage_score as rules
from catalog.rules.linkage_score import Facts, Payment, SizeClass
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import EntityType

ON, LAST = date(2026, 10, 11), Quarter(2026, 3)
WINDOW = rules.window(LAST)


def facts(number: int, *nets_yuan: int, revenue_yuan: int = 100_000, quarters: int = 4, **rest: object) -> Facts:
    """A supplier that paid each household once, spread over so many quarters."""
    payments = tuple(Payment(place, WINDOW[place % quarters], yuan * 100) for place, yuan in enumerate(nets_yuan))
    given: dict[str, object] = {"entity": SizeClass.COOPERATIVE, "admitted_on": date(2024, 1, number)}
    return Facts(number, f"S{number}", revenue_fen=revenue_yuan * 100, payments=payments, **{**given, **rest})  # type: ignore[arg-type]


def test_an_example_worked_by_hand() -> None:
    """Three co-operatives.

    A: six households × 2 000: D 12 000, I 12 000/100 000, H 6, S 4/4.  B: one relative with 50 000, capped to 20 000:
    D 20 000, I 20 000/400 000, H 1, S 1/4.  C: nothing.
    Ranks of A: I (2·2+1)/6, D (2·1+1)/6, H (2·2+1)/6 → 35·5/6 + 30·3/6 + 20·5/6 + 15 = 75.8333.
    Ranks of B: I 3/6, D 5/6, H 3/6 → 35/2 + 25 + 10 + 15/4 = 56.25.
    """
    a, b, c = facts(1, *[2_000] * 6), facts(2, 50_000, revenue_yuan=400_000, quarters=1), facts(3)
    first, second, third = rules.compute([c, b, a], on=ON)

    assert [(s.facts.supplier_id, s.score, s.place) for s in (first, second, third)] == [
        (1, 7_583, 1),
        (2, 5_625, 2),
        (3, 0, 3),
    ]
    assert first.measures.pass_through == Fraction(12, 100)
    assert (second.measures.depth_fen, second.measures.per_household) == (20_000_00, {0: (50_000_00, 20_000_00)})
    assert [s.is_preferred for s in (first, second, third)] == [True, False, False]
    assert first.points() == {"pass_through": 2_917, "depth": 1_500, "breadth": 1_667, "steadiness": 1_500}


def test_ties_go_by_households_then_admission_then_code() -> None:
    same = [facts(n, 600, 600, admitted_on=date(2025, 1, 10 - n // 2)) for n in (1, 2, 3)]
    assert [s.facts.supplier_id for s in rules.compute(same, on=ON)] == [2, 3, 1]


def test_firms_are_compared_with_firms_of_their_size() -> None:
    assert rules.size_class(EntityType.FIRM, 499, 500) is SizeClass.SMALL_FIRM
    assert rules.size_class(EntityType.TRADER, 500, 500) is SizeClass.LARGE_FIRM
    assert rules.size_class(EntityType.COLLECTIVE, 500, 500) is SizeClass.COOPERATIVE
    alone = rules.compute([facts(1, *[9_000] * 9), facts(2, 10, entity=SizeClass.LARGE_FIRM)], on=ON)
    assert {s.ranks["depth"].share for s in alone} == {Fraction(1, 2)}


@pytest.mark.parametrize(
    ("nets", "preferred"), [([1_000] * 5, True), ([1_000] * 4 + [999], False), ([9_000] * 4, False)]
)
def test_the_threshold_of_the_preferred_class(nets: list[int], preferred: bool) -> None:
    assert rules.compute([facts(1, *nets)], on=ON)[0].is_preferred is preferred


@pytest.mark.parametrize(
    ("signed", "on", "provisional"),
    [(5, date(2026, 11, 29), True), (4, date(2026, 11, 29), False), (5, date(2026, 11, 30), False)],
)
def test_a_newcomer_is_provisional_for_six_months(signed: int, on: date, provisional: bool) -> None:
    new = facts(1, admitted_on=date(2026, 5, 30), signed_households=signed)
    assert rules.compute([new], on=on)[0].is_provisional is provisional


def test_months_end_where_a_month_is_short() -> None:
    assert rules.months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.months_later(date(2026, 12, 15), 6) == date(2027, 6, 15)
    assert rules.months_later(date(2026, 6, 30), 6) == date(2026, 12, 30)


def test_a_false_claim_takes_all_for_four_quarters() -> None:
    struck = rules.compute([facts(1, *[5_000] * 8, is_struck=True)], on=ON)[0]
    assert (struck.score, struck.is_preferred) == (0, False)
    assert rules.struck_until(date(2026, 11, 23)) == Quarter(2027, 3)


def test_a_quarter_settles_ten_days_after_its_end() -> None:
    assert rules.settled_quarter(date(2026, 10, 10)) == Quarter(2026, 2)
    assert rules.settled_quarter(date(2026, 10, 11)) == Quarter(2026, 3)
    assert rules.settled_quarter(date(2027, 1, 10)) == Quarter(2026, 3)
    assert [str(q) for q in WINDOW] == ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]


def test_a_logarithm_is_the_same_everywhere() -> None:
    assert rules.ln_1p(0) == 0
    assert rules.ln_1p(12_000) == Decimal("9.3927")
    assert rules.ln_1p(Decimal("20000.37")) == Decimal("9.9036")


NETS = st.lists(st.integers(0, 60_000), max_size=12)
COUNTY = st.lists(st.tuples(NETS, st.integers(0, 500_000), st.integers(1, 4)), min_size=1, max_size=8)


def county(drawn: list[tuple[list[int], int, int]]) -> list[Facts]:
    return [
        facts(number, *nets, revenue_yuan=revenue, quarters=quarters, admitted_on=date(2024, 1, 1))
        for number, (nets, revenue, quarters) in enumerate(drawn, start=1)
    ]


@given(COUNTY, st.randoms(use_true_random=False))
def test_scores_stay_in_bounds_and_do_not_ask_for_order(drawn: list[tuple[list[int], int, int]], dice: object) -> None:
    suppliers = county(drawn)
    scored = rules.compute(suppliers, on=ON)
    assert all(0 <= s.score <= 10_000 for s in scored)
    assert [s.place for s in scored] == list(range(1, len(scored) + 1))
    dice.shuffle(suppliers)  # type: ignore[attr-defined]
    assert rules.compute(suppliers, on=ON) == scored


@given(COUNTY)
def test_who_does_nothing_has_nothing(drawn: list[tuple[list[int], int, int]]) -> None:
    for scored in rules.compute(county([([], 1_000, 1), *drawn]), on=ON):
        if not scored.measures.depth_fen:
            assert scored.score == 0


@given(COUNTY, st.integers(20_000, 10**9))
def test_no_single_household_makes_more_than_the_cap(drawn: list[tuple[list[int], int, int]], yuan: int) -> None:
    rich, capped = facts(28, yuan, revenue_yuan=10**8), facts(28, 20_000, revenue_yuan=10**8)
    suppliers = county(drawn)

    def score(of: Facts) -> int:
        return next(s.score for s in rules.compute([*suppliers, of], on=ON) if s.facts.supplier_id == 28)

    assert score(rich) == score(capped)


@given(COUNTY, st.integers(500, 20_000))
def test_one_more_household_helped_never_lowers_the_score(drawn: list[tuple[list[int], int, int]], yuan: int) -> None:
    suppliers = county(drawn)
    before = next(s.score for s in rules.compute(suppliers, on=ON) if s.facts.supplier_id == 1)
    first = suppliers[0]
    more = Facts(
        1, first.code, first.entity, first.admitted_on, first.revenue_fen,
        (*first.payments, Payment(77, WINDOW[0], yuan * 100)),
    )  # fmt: skip
    after = next(s.score for s in rules.compute([more, *suppliers[1:]], on=ON) if s.facts.supplier_id == 1)
    assert after >= before


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_logarithm_ranks_as_the_number_does(values: list[int]) -> None:
    """Four decimals may tie what differs by a yuan in a million; order never turns round."""
    ordered = sorted(values)
    assert [rules.ln_1p(v) for v in ordered] == sorted(rules.ln_1p(v) for v in values)
