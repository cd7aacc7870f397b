from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.states import advance
from market.rules.acceptance import (
    Counted,
    check_approver,
    check_counts,
    check_papers,
    check_payer,
    check_signers,
    check_tolerance,
    default_orderer_may_be_second,
    excess_qty,
)
from market.rules.delivery_states import DELIVERY, DONE, DeliveryAct, DeliveryState

qty = st.integers(0, 10**6)


@given(st.lists(st.tuples(qty, qty), min_size=1, max_size=6))
def test_the_outcome_follows_the_counts(lines):
    act = check_counts([Counted(a + r, a, r, "坏果" if r else "") for a, r in lines])

    assert (act is DeliveryAct.ACCEPT) == all(r == 0 for _, r in lines)
    assert (act is DeliveryAct.REJECT) == (any(r for _, r in lines) and not any(a for a, _ in lines))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Counted(100, 90, 9, "x"), "count-differs"),
        (Counted(100, 101, 0), "count-differs"),
        (Counted(100, 101, -1, "x"), "count-negative"),
        (Counted(100, 90, 10, " "), "count-needs-reason"),
    ],
)
def test_counts_that_cannot_be_are_refused(line, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        check_counts([Counted(5, 5, 0), line])
    with pytest.raises(Refused, match="counts-empty"):
        check_counts([])


def test_above_the_tolerance_it_takes_the_approver():
    """Rule 54; the worked cabbage: at most 108,000 g."""
    assert excess_qty(upper_qty=108_000, accepted_before=0, accepted_qty=101_750) == 0
    excess = excess_qty(upper_qty=108_000, accepted_before=100_000, accepted_qty=8_001)
    assert excess == 1
    check_tolerance(0, approver_agrees=False)
    check_tolerance(excess, approver_agrees=True)
    with pytest.raises(Refused, match="above-tolerance"):
        check_tolerance(excess, approver_agrees=False)


def test_papers():
    """Rules 55 and 56."""
    assert check_papers(commitment_missing=False, quarantine_missing=False) is False
    assert check_papers(commitment_missing=True, quarantine_missing=False, override_reason="当日补开") is True
    with pytest.raises(Refused, match="commitment-missing"):
        check_papers(commitment_missing=True, quarantine_missing=False, override_reason=" ")
    with pytest.raises(Refused, match="quarantine-missing"):
        check_papers(commitment_missing=False, quarantine_missing=True, override_reason="x")
    with pytest.raises(Refused, match="inspection-missing"):
        check_papers(commitment_missing=False, quarantine_missing=False, inspection_missing=True, override_reason="x")
    with pytest.raises(Refused, match="test-report-expired"):
        check_papers(commitment_missing=False, quarantine_missing=False, test_report_expired=True)


def four_persons(orderer, first, second, payer, approver):
    check_approver(approver, orderer)
    check_signers(orderer, first, second)
    check_payer(payer, orderer_id=orderer, signer_ids=(first, second), approver_id=approver)


def test_four_persons_suffice_and_three_never_do():
    """Rule 53: the approver may be a signer, so four people can fill five roles; no three can."""
    allowed = set()
    for roles in product(range(4), repeat=5):
        try:
            four_persons(*roles)
        except Refused:
            continue
        allowed.add(roles)

    assert allowed
    assert min(len(set(roles)) for roles in allowed) == 4
    assert (0, 1, 2, 3, 1) in allowed
    assert {roles[:4] for roles in allowed} == set(permutations(range(4)))


def test_the_orderer_signs_second_only_by_the_units_setting_beside_an_outsider():
    outsider = {"orderer_may_be_second": True, "first_is_outside_kitchen": True}

    assert check_signers(1, 2, 3) is False
    assert check_signers(1, 2, 1, **outsider) is True
    with pytest.raises(Refused, match="signer-is-orderer"):
        check_signers(1, 2, 1)
    with pytest.raises(Refused, match="signer-is-orderer"):
        check_signers(1, 1, 2, **outsider)
    with pytest.raises(Refused, match="signer-from-kitchen"):
        check_signers(1, 2, 1, orderer_may_be_second=True)
    with pytest.raises(Refused, match="signer-twice"):
        check_signers(1, 2, 2, **outsider)


def test_the_payer_did_nothing_before():
    for payer, code in [(1, "payer-is-orderer"), (2, "payer-is-signer"), (4, "payer-is-approver")]:
        with pytest.raises(Refused, match=code):
            check_payer(payer, orderer_id=1, signer_ids=(2, 3), approver_id=4)
    check_payer(5, orderer_id=1, signer_ids=(2, 3), approver_id=None)
    with pytest.raises(Refused, match="approver-is-orderer"):
        check_approver(1, 1)


def test_small_units_may_let_the_orderer_sign():
    assert [default_orderer_may_be_second(n) for n in (4, 5)] == [True, False]


def test_a_correction_is_a_new_round_of_counting():
    for state in DONE:
        assert advance(DELIVERY, state, DeliveryAct.CORRECT) is DeliveryState.COUNTED
        with pytest.raises(Refused, match="state-forbids-act"):
            advance(DELIVERY, state, DeliveryAct.ACCEPT)
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(DELIVERY, DeliveryState.ON_THE_WAY, DeliveryAct.ACCEPT)
