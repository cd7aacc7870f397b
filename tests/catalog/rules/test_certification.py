"""The five steps as a table, who comes first, papers, the site and the fee."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import (
    CERTIFICATION,
    OPEN,
    STEPS,
    CertificationAct,
    CertificationState,
    FeePayer,
    Ground,
    InspectionConclusion,
    MaterialState,
    SiteVerdict,
    check_conclusion,
    check_fee,
    check_grounds,
    comes_first,
    lacking,
    renews_late,
    unaccepted,
)
from core.errors import Refused
from core.states import advance

S, A = CertificationState, CertificationAct
grounds = st.lists(
    st.builds(Ground, st.sampled_from([f"2206811002{n:02}" for n in range(30)]), st.integers(1, 10**9)), max_size=8
)


def test_the_five_steps_come_in_the_plans_order():
    assert list(STEPS) == [S.INTAKE, S.INSPECTION, S.MONITORING, S.REVIEW, S.SUBMISSION]
    walked, state = [], S.DRAFT
    for act, party in (
        (A.APPLY, "supplier"), (A.PASS, "agriculture"), (A.PASS, "inspector"), (A.PASS, "agriculture"),
        (A.PASS, "agriculture"), (A.SEND, "agriculture"), (A.GRANT, "agriculture"),
    ):  # fmt: skip
        state = advance(CERTIFICATION, state, act, party)
        walked.append(state)

    assert walked == [*STEPS, S.SENT, S.GRANTED]


def test_nobody_but_two_inspectors_passes_the_site():
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(CERTIFICATION, S.INSPECTION, A.PASS, "agriculture")
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(CERTIFICATION, S.INTAKE, A.GRANT, "agriculture")


def test_every_open_application_can_end_and_no_ended_one_goes_on():
    for state in OPEN:
        assert {A.FAIL, A.WITHDRAW} <= set(CERTIFICATION.acts_in(state))
    for state in (S.GRANTED, S.FAILED, S.WITHDRAWN):
        assert CERTIFICATION.acts_in(state) == []


@given(grounds, st.sets(st.sampled_from([f"2206811002{n:02}" for n in range(30)])))
def test_half_of_the_scale_in_exited_villages_comes_first(parts, exited):
    inside = sum(part.scale_x100 for part in parts if part.village_code in exited)
    outside = sum(part.scale_x100 for part in parts if part.village_code not in exited)

    assert comes_first(parts, frozenset(exited)) == (bool(parts) and inside >= outside)


def test_a_token_field_in_an_exited_village_moves_nobody_forward():
    parts = [Ground("220681100200", 100), Ground("220681100201", 9_900)]

    assert not comes_first(parts, frozenset({"220681100200"}))
    assert comes_first(parts, frozenset({"220681100201"}))
    assert not comes_first([], frozenset({"220681100201"}))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "certification-village-missing"),
        ([Ground("a", 1), Ground("a", 2)], "certification-village-twice"),
        ([Ground("a", 0)], "certification-scale-missing"),
    ],
)
def test_grounds_are_villages_once_with_a_scale(parts, code):
    with pytest.raises(Refused, match=code):
        check_grounds(parts)


def test_a_green_renewal_is_late_below_three_months():
    assert not renews_late(CertificateKind.GREEN, date(2026, 9, 1), date(2026, 12, 1))
    assert renews_late(CertificateKind.GREEN, date(2026, 9, 2), date(2026, 12, 1))
    assert not renews_late(CertificateKind.ORGANIC, date(2026, 11, 30), date(2026, 12, 1))


def test_required_papers_are_there_before_and_ticked_after():
    m = MaterialState
    assert lacking([(True, m.MISSING), (True, m.RETURNED), (True, m.GIVEN), (False, m.MISSING)]) == 2
    assert unaccepted([(True, m.GIVEN), (True, m.ACCEPTED), (False, m.MISSING), (False, m.GIVEN)]) == 2
    assert unaccepted([(True, m.ACCEPTED), (False, m.MISSING), (False, m.ACCEPTED)]) == 0


def test_two_inspectors_sign_what_they_found():
    v, c = SiteVerdict, InspectionConclusion
    check_conclusion(c.PASSED, [v.FIT, v.NOT_APPLICABLE])
    check_conclusion(c.CORRECT, [v.FIT, v.UNFIT])
    for conclusion, found, code in (
        (c.PASSED, [v.FIT, None], "inspection-unfinished"),
        (c.PASSED, [v.FIT, v.UNFIT], "inspection-unfit-passed"),
        (c.FAILED, [v.FIT], "inspection-nothing-unfit"),
    ):
        with pytest.raises(Refused, match=code):
            check_conclusion(conclusion, found)


@pytest.mark.parametrize(
    ("standard", "reduction", "payer", "document", "code"),
    [
        (8_000, 9_000, FeePayer.APPLICANT, "x", "fee-reduction-too-large"),
        (8_000, 1_000, FeePayer.NOBODY, " ", "fee-document-missing"),
        (8_000, 0, FeePayer.APPLICANT, "", "fee-document-missing"),
        (8_000, 1_000, FeePayer.WAIVED, "x", "fee-not-waived"),
        (8_000, 8_000, FeePayer.APPLICANT, "x", "fee-not-waived"),
    ],
)
def test_a_reduction_has_its_document(standard, reduction, payer, document, code):
    with pytest.raises(Refused, match=code):
        check_fee(standard, reduction, payer, document)


def test_fees_as_they_are():
    check_fee(8_000, 0, FeePayer.NOBODY, "")
    check_fee(8_000, 4_000, FeePayer.SHARED, "示例〔2026〕3号")
    check_fee(8_000, 8_000, FeePayer.WAIVED, "示例〔2026〕3号")
