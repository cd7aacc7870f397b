"""Who has to do what until when: the next step of an order, for everybody who looks at it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from market.rules.order_states import OrderKind, OrderState


class Turn(StrEnum):
    """Whose turn it is."""

    RESIDENT = "resident"
    UNIT = "unit"
    SUPPLIER = "supplier"
    PROVIDER = "provider"


class NextAct(StrEnum):
    """What is to be done."""

    PAY = "pay"
    WAIT_FOR_CLOSE = "wait_for_close"
    CONFIRM = "confirm"
    ANSWER = "answer"
    SEND = "send"
    RECEIVE = "receive"
    COUNT = "count"
    SIGN = "sign"
    SETTLE = "settle"


@dataclass(frozen=True)
class Standing:
    """An order as far as its next step depends on it. Instants are aware, days county days.

    `under_way_on`: the earliest day of a delivery that nobody has counted; `counted`: one waits for its second
    signature; `receive_by`: when the clock receives for a resident; `answer_by`: an ask of the supplier is open;
    `settle_on`: the last day to pay what was accepted.
    """

    kind: OrderKind
    state: OrderState
    expires_at: datetime | None = None
    closing: bool = False
    confirm_by: datetime | None = None
    answer_by: datetime | None = None
    send_on: date | None = None
    under_way_on: date | None = None
    counted: bool = False
    receive_by: datetime | None = None
    settle_on: date | None = None


@dataclass(frozen=True)
class NextAction:
    """Whose turn, for what, until when (an instant, or a county day with the day included; None: no limit)."""

    party: Turn
    act: NextAct
    until: datetime | date | None = None


def next_action(of: Standing) -> NextAction | None:
    """The one next step; None when nothing is left to do. Rules 46, 49, 57, 58, 83."""
    return _of_resident(of) if of.kind is OrderKind.RESIDENT else _of_unit(of)


def _of_resident(of: Standing) -> NextAction | None:
    match of.state:
        case OrderState.PENDING_PAY if of.closing:
            return NextAction(Turn.PROVIDER, NextAct.WAIT_FOR_CLOSE)
        case OrderState.PENDING_PAY:
            return NextAction(Turn.RESIDENT, NextAct.PAY, of.expires_at)
        case OrderState.PAID:
            return NextAction(Turn.SUPPLIER, NextAct.SEND, of.send_on)
        case OrderState.SHIPPED:
            if of.receive_by is None:
                return NextAction(Turn.SUPPLIER, NextAct.SEND, of.send_on)
            return NextAction(Turn.RESIDENT, NextAct.RECEIVE, of.receive_by)
        case _:
            return None


def _of_unit(of: Standing) -> NextAction | None:
    live = of.state in {OrderState.PLACED, OrderState.CONFIRMED}
    if live and of.answer_by is not None:
        return NextAction(Turn.UNIT, NextAct.ANSWER, of.answer_by)
    if of.state is OrderState.PLACED:
        return NextAction(Turn.SUPPLIER, NextAct.CONFIRM, of.confirm_by)
    if of.state is OrderState.CONFIRMED:
        if of.counted:
            return NextAction(Turn.UNIT, NextAct.SIGN)
        if of.under_way_on is not None:
            return NextAction(Turn.UNIT, NextAct.COUNT, of.under_way_on)
        return NextAction(Turn.SUPPLIER, NextAct.SEND, of.send_on)
    return NextAction(Turn.UNIT, NextAct.SETTLE, of.settle_on) if of.state is OrderState.FULFILLED else None
