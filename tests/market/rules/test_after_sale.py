"""Who may ask for what until when, and what silence does (rule 84)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.rules.returns import ReturnPolicy
from core.clock import day_start
from core.errors import Refused
from core.workdays import WorkCalendar
from market.rules import after_sale, dispute_states
from market.rules.after_sale import AFTER_SALE, ENDS, AfterSaleAct, AfterSaleKind, AfterSaleState, Bought, check_ask
from market.rules.dispute_states import DisputeState

RECEIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # a Friday, 17:30 in the county
FRESH = Bought(ReturnPolicy.FRESH, False, RECEIVED)
DRY = Bought(ReturnPolicy.SEVEN_DAYS, False, RECEIVED)
SECOND = timedelta(seconds=1)


def ask(kind: AfterSaleKind, bought: Bought, at: datetime, photos: int = 1) -> str:
    try:
        check_ask(kind, bought, at=at, photos=photos)
    except Refused as refusal:
        return refusal.code
    return "ok"


def test_fresh_goods_are_claimed_within_48_hours() -> None:
    end = RECEIVED + timedelta(hours=48)
    assert ask(AfterSaleKind.QUALITY, FRESH, end) == "ok"
    assert ask(AfterSaleKind.QUALITY, FRESH, end + SECOND) == "after-sale-too-late"
    assert ask(AfterSaleKind.QUALITY, FRESH, RECEIVED, photos=0) == "photo-needed"
    assert ask(AfterSaleKind.MISSING, FRESH, RECEIVED, photos=0) == "ok"
    assert ask(AfterSaleKind.NO_REASON, FRESH, RECEIVED) == "no-return-fresh"


def test_other_goods_have_seven_days_from_the_day_after_receipt() -> None:
    end = day_start(date(2026, 11, 28))  # received on the 20th: the 27th is the last day
    for kind in AfterSaleKind:
        assert ask(kind, DRY, end - SECOND) == "ok"
        assert ask(kind, DRY, end) == "after-sale-too-late"


def test_an_exclusion_holds_only_where_it_was_ticked_for_the_line() -> None:
    assert ask(AfterSaleKind.NO_REASON, Bought(ReturnPolicy.CONFIRMED, True, RECEIVED), RECEIVED) == "no-return-ticked"
    assert ask(AfterSaleKind.NO_REASON, Bought(ReturnPolicy.CONFIRMED, False, RECEIVED), RECEIVED) == "ok"
    assert ask(AfterSaleKind.QUALITY, Bought(ReturnPolicy.CONFIRMED, True, RECEIVED), RECEIVED) == "ok"


def test_goods_on_the_way_can_be_missing_but_not_returned() -> None:
    coming = Bought(ReturnPolicy.SEVEN_DAYS, False, None)
    assert ask(AfterSaleKind.MISSING, coming, RECEIVED + timedelta(days=99)) == "ok"
    assert ask(AfterSaleKind.NO_REASON, coming, RECEIVED) == "after-sale-not-received"


def test_times_are_working_days_for_offices_and_days_for_buyers() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 24)}))
    due = {state: after_sale.due_at(state, RECEIVED, calendar) for state in AfterSaleState}
    assert due[AfterSaleState.ASKED] == day_start(date(2026, 11, 26))  # Monday, Wednesday: the 24th is a holiday
    assert due[AfterSaleState.AGREED] == due[AfterSaleState.DECLINED] == day_start(date(2026, 11, 28))
    assert due[AfterSaleState.RETURNING] == day_start(date(2026, 12, 1))
    assert due[AfterSaleState.ARBITRATION] == day_start(date(2026, 12, 3))
    assert after_sale.file_due_at(RECEIVED, calendar) == day_start(date(2026, 12, 8))
    assert all(due[state] is None for state in ENDS)


def test_silence_of_the_shop_is_consent_and_of_the_buyer_the_end() -> None:
    silent = {state: after_sale.silence(state, goods_back=False) for state in AfterSaleState}
    assert {state: act for state, act in silent.items() if act} == {
        AfterSaleState.ASKED: AfterSaleAct.AGREE_REFUND,
        AfterSaleState.AGREED: AfterSaleAct.LAPSE,
        AfterSaleState.DECLINED: AfterSaleAct.LAPSE,
        AfterSaleState.RETURNING: AfterSaleAct.TAKE_BACK,
    }
    assert after_sale.silence(AfterSaleState.ASKED, goods_back=True) is AfterSaleAct.AGREE_RETURN
    assert all((state, act) in AFTER_SALE.steps for state, act in silent.items() if act)


def test_the_table_ends_where_it_says_and_nowhere_else() -> None:
    assert {state for state in AFTER_SALE.states() if not AFTER_SALE.acts_in(state)} == ENDS
    assert set(AFTER_SALE.states()) == set(AfterSaleState)


def test_only_the_platform_rules_and_only_the_provider_says_that_money_moved() -> None:
    by = {act: step.by for (_, act), step in AFTER_SALE.steps.items()}
    assert {act for act, parties in by.items() if "platform" in parties} == {
        AfterSaleAct.RULE_REFUND, AfterSaleAct.RULE_RETURN, AfterSaleAct.RULE_AGAINST,
    }  # fmt: skip
    assert by[AfterSaleAct.SUCCEED] == by[AfterSaleAct.FAIL] == frozenset({"provider"})


@pytest.mark.parametrize(
    ("state", "late_on"), [(DisputeState.OPEN, date(2026, 11, 26)), (DisputeState.ANSWERED, date(2026, 12, 2))]
)
def test_a_dispute_has_its_times(state: DisputeState, late_on: date) -> None:

    assert dispute_states.due_at(state, RECEIVED, WorkCalendar()) == day_start(late_on)
    assert dispute_states.due_at(DisputeState.DECIDED, RECEIVED, WorkCalendar()) is None
