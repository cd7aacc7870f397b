from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.states import advance
from procurement.rules.plan import (
    PLAN,
    ApprovalLevel,
    Limits,
    LimitWord,
    PlanAct,
    PlannedLine,
    PlanState,
    PriceWord,
    check_approval,
    check_inside_plan,
    check_quotes,
    is_rush,
    limit_word,
    price_word,
    submitted_act,
)

RULE, HEAD, COLLECTIVE = ApprovalLevel


def test_limits_are_inclusive_and_the_units_own():
    """Rule 62."""
    levels = [Limits().level(fen) for fen in (2_000_00, 2_000_01, 20_000_00, 20_000_01)]

    assert levels == [RULE, HEAD, HEAD, COLLECTIVE]
    assert Limits(rule_fen=0, head_fen=0).level(1) is COLLECTIVE


def test_another_person_approves_and_large_plans_bring_the_collective_decision():
    check_approval(HEAD, author_id=1, approver_id=2, has_collective_file=False)
    check_approval(COLLECTIVE, author_id=1, approver_id=2, has_collective_file=True)
    with pytest.raises(Refused, match="plan-same-person"):
        check_approval(HEAD, author_id=1, approver_id=1, has_collective_file=True)
    with pytest.raises(Refused, match="plan-needs-collective-file"):
        check_approval(COLLECTIVE, author_id=1, approver_id=2, has_collective_file=False)


def test_a_small_plan_passes_by_rule_unless_something_wants_a_tap():
    assert submitted_act(RULE, anything_to_tap=False) is PlanAct.APPROVE_BY_RULE
    assert submitted_act(RULE, anything_to_tap=True) is None
    assert submitted_act(HEAD, anything_to_tap=False) is None
    assert advance(PLAN, PlanState.SUBMITTED, PlanAct.APPROVE_BY_RULE, "rule") is PlanState.APPROVED


def test_the_way_of_a_plan():
    returned = advance(PLAN, PlanState.SUBMITTED, PlanAct.SEND_BACK, "approver")

    assert advance(PLAN, returned, PlanAct.REVISE, "orderer") is PlanState.DRAFT
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(PLAN, PlanState.SUBMITTED, PlanAct.APPROVE, "orderer")
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(PLAN, PlanState.APPROVED, PlanAct.REVISE)


orders = st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 1000)), max_size=10)


@given(orders, st.integers(0, 3000), st.integers(0, 3000))
def test_orders_inside_a_line_never_take_more_than_it_holds(wanted, upper_qty, upper_fen):
    line = PlannedLine(upper_qty, upper_fen)
    for qty, fen in wanted:
        if line.allows(qty, fen):
            line = PlannedLine(upper_qty, upper_fen, line.taken_qty + qty, line.taken_fen + fen)

    assert line.taken_qty <= upper_qty and line.taken_fen <= upper_fen


def test_outside_the_plan_an_order_needs_its_own_approval():
    line = PlannedLine(108_000, 561_60, taken_qty=54_000, taken_fen=280_80)
    week = (date(2026, 11, 23), date(2026, 11, 29))

    check_inside_plan(line, upper_qty=54_000, upper_fen=280_80, on=week[1], period=week)
    with pytest.raises(Refused, match="order-beyond-plan"):
        check_inside_plan(line, upper_qty=54_000, upper_fen=280_81, on=week[0], period=week)
    with pytest.raises(Refused, match="order-outside-period"):
        check_inside_plan(line, upper_qty=1, upper_fen=1, on=date(2026, 11, 30), period=week)


def test_a_price_above_its_reference_explains_itself():
    words = [price_word(price, 100) for price in (120, 121, 150, 151)]

    assert words == [PriceWord.FINE, PriceWord.REASON, PriceWord.REASON, PriceWord.APPROVER]
    assert price_word(10**9, None) is PriceWord.FINE


def test_procurement_limits_warn_at_eighty_percent():
    words = [limit_word(fen, 100) for fen in (79, 80, 100, 101)]

    assert words == [LimitWord.FINE, LimitWord.WARN, LimitWord.WARN, LimitWord.NEEDS_DOCUMENT]


def test_larger_free_orders_compare_offers():
    """Rule 63."""
    on = date(2026, 11, 23)

    check_quotes(4_999_99, contracted=False, quotes=0, reference_on=None, on=on)
    check_quotes(5_000_00, contracted=True, quotes=0, reference_on=None, on=on)
    check_quotes(5_000_00, contracted=False, quotes=3, reference_on=None, on=on)
    check_quotes(5_000_00, contracted=False, quotes=0, reference_on=date(2026, 9, 24), on=on)
    for old in (None, date(2026, 9, 23)):
        with pytest.raises(Refused, match="order-needs-quotes"):
            check_quotes(5_000_00, contracted=False, quotes=2, reference_on=old, on=on)


def test_a_years_supply_is_a_rush():
    """Rule 102."""
    assert [is_rush(n, 10, keeps_long=False) for n in (300, 301)] == [False, True]
    assert [is_rush(n, 10, keeps_long=True) for n in (600, 601)] == [False, True]
