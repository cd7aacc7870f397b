import pytest

from core.errors import Refused
from core.states import advance
from market.rules.order_states import RESIDENT_ORDER, UNIT_ORDER, OrderAct, OrderKind, OrderState, table_of


def walk(table, *acts):
    state = table.start
    for act, by in acts:
        state = advance(table, state, OrderAct(act), by)
    return state


def test_a_units_order_from_placing_to_the_file():
    end = walk(UNIT_ORDER, ("confirm", "supplier"), ("fulfil", "acceptance"), ("close", "payment"))

    assert end is OrderState.CLOSED


def test_a_residents_order_from_paying_to_the_end():
    acts = [("pay", "provider"), ("ship", "supplier"), ("ship", "supplier"), ("receive", "clock"), ("close", "clock")]

    assert walk(RESIDENT_ORDER, *acts) is OrderState.CLOSED


def test_only_the_provider_says_paid():
    with pytest.raises(Refused, match="state-forbids-party"):
        walk(RESIDENT_ORDER, ("pay", "resident"))


def test_what_was_sent_is_not_cancelled_and_what_expired_is_not_paid():
    with pytest.raises(Refused, match="state-forbids-act"):
        walk(RESIDENT_ORDER, ("pay", "provider"), ("ship", "supplier"), ("refund", "supplier"))
    with pytest.raises(Refused, match="state-forbids-act"):
        walk(RESIDENT_ORDER, ("expire", "clock"), ("pay", "provider"))


def test_each_kind_has_its_table():
    assert table_of(OrderKind.RESIDENT) is RESIDENT_ORDER
    assert table_of(OrderKind.UNION) is table_of(OrderKind.CANTEEN) is UNIT_ORDER
    ends = {state for table in (UNIT_ORDER, RESIDENT_ORDER) for state in table.states() if not table.acts_in(state)}
    assert ends == {OrderState.CLOSED, OrderState.CANCELLED}
