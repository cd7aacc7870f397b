from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.states import advance
from procurement.rules.declaration import (
    DECLARATION,
    Before,
    CanteenStatus,
    Contractor,
    DeclarationAct,
    DeclarationState,
    Filing,
    Lead,
    Part,
    PartKind,
    RatioException,
    Remark,
    Window,
    check,
    least_reserve,
    submit_act,
)
from procurement.rules.scheme import LOCAL, NATIONAL, Approver

ON = date(2026, 3, 1)
SCHEMES = {"N": NATIONAL, "L": LOCAL}


def filing(total_fen=1_234_567_89, reserve_fen=123_456_79, **changes):
    plain = Filing(
        unit_id=1,
        county_code="220681",
        fiscal_year=2026,
        canteen=CanteenStatus.OWN,
        total_fen=total_fen,
        parts=(Part(PartKind.PUPIL_MEALS, total_fen, "会议纪要"),) if total_fen else (),
        reserves={"N": reserve_fen, "L": reserve_fen},
    )
    return replace(plain, **changes)


def refusal(wrong, on=ON, **context):
    with pytest.raises(Refused) as caught:
        check(wrong, SCHEMES, on, **context)
    return caught.value


def test_the_least_reserve_passes_and_one_fen_less_is_refused():
    """Rules 4 and 17."""
    assert check(filing(), SCHEMES, ON) == []
    low = refusal(filing(reserves={"N": 123_456_79, "L": 123_456_78}))
    assert (low.code, low.facts["scheme"], low.facts["least_fen"]) == ("declaration-reserve-too-low", "L", 123_456_79)


@given(st.integers(1, 10**13), st.integers(0, 10**13))
def test_a_filing_passes_exactly_from_the_minimum_to_the_total(total, reserve):
    terms = {"L": LOCAL}
    fits = -(-total // 10) <= reserve <= total
    try:
        check(filing(total, reserve), terms, ON)
    except Refused:
        assert not fits
    else:
        assert fits


def test_the_total_is_the_sum_of_its_parts():
    """Rule 12."""
    assert refusal(filing(parts=())).code == "declaration-parts-differ"
    unpapered = (Part(PartKind.STAFF_MEALS, 1_234_567_89, ""),)
    assert refusal(filing(parts=unpapered)).code == "declaration-part-without-paper"
    negative = (Part(PartKind.STAFF_MEALS, -1, "x"), Part(PartKind.RECEPTION, 1_234_567_90, "y"))
    assert refusal(filing(parts=negative)).code == "declaration-part-negative"


def test_a_canteen_needs_a_total_and_none_files_zero():
    """Rules 6 and 14."""
    assert refusal(filing(0, 0)).code == "declaration-total-missing"
    assert check(filing(0, 0, canteen=CanteenStatus.NONE), SCHEMES, ON) == []
    assert refusal(filing(canteen=CanteenStatus.NONE)).code == "declaration-total-not-zero"
    assert refusal(filing(0, 5, canteen=CanteenStatus.NONE)).code == "declaration-reserve-beyond-total"


def test_a_member_names_a_lead_of_the_same_year_and_county():
    """Rule 15."""
    lead = Lead(2, CanteenStatus.SHARED_LEAD, 2026, "220681")
    member = filing(0, 0, canteen=CanteenStatus.SHARED_MEMBER, lead=lead)

    assert check(member, SCHEMES, ON) == []
    assert refusal(replace(member, lead=None)).code == "declaration-lead-missing"
    for wrong in (replace(lead, unit_id=1), replace(lead, canteen=CanteenStatus.SHARED_MEMBER)):
        assert refusal(replace(member, lead=wrong)).code == "declaration-lead-is-none"
    for wrong in (replace(lead, fiscal_year=2025), replace(lead, county_code="220600")):
        assert refusal(replace(member, lead=wrong)).code == "declaration-lead-elsewhere"


def test_an_outsourced_canteen_shows_its_contract():
    """Rule 16."""
    contractor = Contractor("示例餐饮", "91220681MA0XY0029N", has_contract_file=True, clause_ticked=True)
    outsourced = filing(canteen=CanteenStatus.OUTSOURCED, contractor=contractor)

    assert check(outsourced, SCHEMES, ON) == []
    for wrong in (None, replace(contractor, clause_ticked=False), replace(contractor, has_contract_file=False)):
        assert refusal(replace(outsourced, contractor=wrong)).code == "declaration-contractor-incomplete"


def test_only_the_right_office_may_allow_less():
    """Rule 17."""
    paper = RatioException("L", 500, "临财发〔2026〕1号", Approver.BUREAU, date(2026, 1, 1), date(2026, 12, 31))
    total = 1_000_00

    assert least_reserve(total, LOCAL, (paper,), ON) == 50_00
    assert least_reserve(total, LOCAL, (paper,), date(2027, 1, 1)) == 100_00
    assert least_reserve(total, NATIONAL, (paper,), ON) == 100_00
    by_bureau_for_national = replace(paper, scheme="N")
    assert least_reserve(total, NATIONAL, (by_bureau_for_national,), ON) == 100_00
    assert least_reserve(total, NATIONAL, (replace(paper, scheme="N", approver=Approver.MINISTRY),), ON) == 50_00
    assert least_reserve(total, LOCAL, (replace(paper, document=""),), ON) == 100_00


def test_a_total_below_85_percent_of_last_year_is_explained_and_marked():
    """Rule 18."""
    small = filing(850_00, 85_00)

    assert check(small, SCHEMES, ON, Before(actual_fen=1_000_00)) == []
    needs = Before(actual_fen=1_000_01)
    assert refusal(small, before=needs).code == "declaration-needs-explanation"
    assert check(replace(small, explanation="撤并两个班"), SCHEMES, ON, needs) == [Remark("F09")]
    assert refusal(small, before=Before(spent_to_date_fen=850_01)).code == "declaration-needs-explanation"


def test_a_lower_reserve_is_a_warning_or_refused_by_the_scheme():
    """Rule 19."""
    before = Before(reserves={"L": 123_456_80, "N": 1})

    assert check(filing(), SCHEMES, ON, before) == [Remark("reserve-decreases", "L")]
    with pytest.raises(Refused, match="declaration-reserve-decreases"):
        check(filing(), {"L": replace(LOCAL, no_decrease=True)}, ON, before)


def test_late_is_accepted_and_a_new_unit_has_thirty_days():
    """Rules 13 and 21."""
    window = Window.shipped(2026)

    assert not window.is_late(date(2026, 3, 31)) and window.is_late(date(2026, 4, 1))
    assert window.due_on(created_on=date(2026, 9, 1)) == date(2026, 10, 1)
    assert not window.is_late(date(2026, 10, 1), created_on=date(2026, 9, 1))
    assert window.due_on(created_on=date(2026, 1, 5)) == date(2026, 3, 31)
    with pytest.raises(Refused, match="declaration-window-not-open"):
        window.is_late(date(2025, 12, 31))


def test_the_way_of_a_version():
    """Rule 12: unit, superior, finance; a first-level unit skips its superior."""
    state = DeclarationState.DRAFT
    for act, by in [(submit_act(first_level=False), "unit"), ("review", "superior"), ("confirm", "finance")]:
        state = advance(DECLARATION, state, DeclarationAct(act), by)
    assert state is DeclarationState.CONFIRMED

    direct = advance(DECLARATION, DeclarationState.DRAFT, submit_act(first_level=True), "unit")
    assert advance(DECLARATION, direct, DeclarationAct.SEND_BACK, "finance") is DeclarationState.RETURNED
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(DECLARATION, DeclarationState.SUBMITTED, DeclarationAct.CONFIRM)
    assert DECLARATION.acts_in(DeclarationState.CONFIRMED) == []
