from hypothesis import given
from hypothesis import strategies as st

from market.rules.payment_states import PAYMENT, PaymentEvent, PaymentState, hear

S, E = PaymentState, PaymentEvent
FOUND = {E.FOUND_PAID, E.FOUND_CLOSED, E.FOUND_REFUNDED}


def after(*events, state=S.CREATED):
    for event in events:
        state = hear(state, event)
    return state


@given(st.permutations([E.WAITING, E.PAID, E.PART_REFUNDED, E.REFUNDED] * 3))
def test_any_order_and_any_repetition_end_in_the_same_state(events):
    assert after(*events) is S.REFUNDED


@given(st.permutations([E.WAITING, E.CLOSE_ASKED, E.PAID, E.PART_REFUNDED] * 2))
def test_money_that_came_before_the_close_stays(events):
    assert after(*events) is S.PART_REFUNDED


@given(st.sampled_from(S), st.lists(st.sampled_from(sorted(set(E) - FOUND)), max_size=20))
def test_no_late_word_moves_a_payment_back(state, events):
    for event in events:
        heard = hear(state, event)
        assert heard.rank >= state.rank
        state = heard


@given(st.sampled_from(S), st.sampled_from(E))
def test_hearing_twice_is_hearing_once(state, event):
    once = hear(state, event)

    assert hear(once, event) is once


def test_money_after_the_close_is_booked_and_sent_back():
    late = after(E.WAITING, E.CLOSE_ASKED, E.CLOSED, E.PAID)

    assert late is S.PAID_LATE and late.has_money
    assert after(E.PAID, E.PAID, state=late) is S.PAID_LATE
    assert after(E.REFUND_SENT, E.PAID, E.REFUNDED, state=late) is S.REFUNDED


def test_an_unpaid_close_after_money_changes_nothing():
    assert after(E.PAID, E.CLOSED) is S.PAID


def test_a_contradiction_goes_to_a_person_and_only_a_person_leads_out():
    for state in S:
        assert hear(state, E.CONTRADICTION) is S.REVIEW
    assert after(E.CLOSED, E.PART_REFUNDED) is S.REVIEW
    for event in set(E) - FOUND:
        assert hear(S.REVIEW, event) is S.REVIEW
    assert after(E.FOUND_PAID, state=S.REVIEW) is S.PAID
    assert after(E.FOUND_PAID, state=S.CLOSED) is S.CLOSED


def test_which_states_hold_money():
    assert {s for s in S if s.has_money} == {S.PAID, S.PAID_LATE, S.PART_REFUNDED, S.REFUNDING, S.REFUNDED}
    assert all(step.next.rank >= at.rank for (at, event), step in PAYMENT.steps.items() if event not in FOUND)
