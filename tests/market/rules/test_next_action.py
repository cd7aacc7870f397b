"""Whose turn it is: each live state names one party, one act and its limit; what is over names nobody."""

from datetime import UTC, date, datetime

import pytest

from market.rules.next_action import NextAct, NextAction, Standing, Turn, next_action
from market.rules.order_states import RESIDENT_ORDER, UNIT_ORDER, OrderKind, OrderState

AT, ON = datetime(2026, 11, 24, 8, tzinfo=UTC), date(2026, 11, 25)
S, A, P = OrderState, NextAct, Turn


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        (S.PENDING_PAY, {"expires_at": AT}, NextAction(P.RESIDENT, A.PAY, AT)),
        (S.PENDING_PAY, {"expires_at": AT, "closing": True}, NextAction(P.PROVIDER, A.WAIT_FOR_CLOSE)),
        (S.PAID, {"send_on": ON}, NextAction(P.SUPPLIER, A.SEND, ON)),
        (S.SHIPPED, {"receive_by": AT}, NextAction(P.RESIDENT, A.RECEIVE, AT)),
        (S.SHIPPED, {"send_on": ON}, NextAction(P.SUPPLIER, A.SEND, ON)),  # all that was sent is received, more comes
        (S.RECEIVED, {}, None),
    ],
)
def test_a_resident_order(state: OrderState, facts: dict[str, object], expected: NextAction | None) -> None:
    assert next_action(Standing(OrderKind.RESIDENT, state, **facts)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [OrderKind.CANTEEN, OrderKind.UNION])
@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        (S.PLACED, {"confirm_by": AT}, NextAction(P.SUPPLIER, A.CONFIRM, AT)),
        (S.PLACED, {"confirm_by": AT, "answer_by": AT}, NextAction(P.UNIT, A.ANSWER, AT)),
        (S.CONFIRMED, {"send_on": ON}, NextAction(P.SUPPLIER, A.SEND, ON)),
        (S.CONFIRMED, {"under_way_on": ON}, NextAction(P.UNIT, A.COUNT, ON)),
        (S.CONFIRMED, {"under_way_on": ON, "counted": True}, NextAction(P.UNIT, A.SIGN)),
        (S.CONFIRMED, {"answer_by": AT, "counted": True}, NextAction(P.UNIT, A.ANSWER, AT)),
        (S.FULFILLED, {"settle_on": ON}, NextAction(P.UNIT, A.SETTLE, ON)),
    ],
)
def test_a_units_order(
    kind: OrderKind, state: OrderState, facts: dict[str, object], expected: NextAction | None
) -> None:
    assert next_action(Standing(kind, state, **facts)) == expected  # type: ignore[arg-type]


def test_only_an_order_that_is_over_leaves_nobody_to_act() -> None:
    for table, kind in ((UNIT_ORDER, OrderKind.CANTEEN), (RESIDENT_ORDER, OrderKind.RESIDENT)):
        nobody = {state for state in table.states() if next_action(Standing(kind, state)) is None}
        assert nobody == ({S.CLOSED, S.CANCELLED} | ({S.RECEIVED} if kind is OrderKind.RESIDENT else set()))
