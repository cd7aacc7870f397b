"""The order's axis, for units and for residents. Payment, delivery and invoice have axes of their own."""

from enum import StrEnum

from core.states import StateTable, step


class OrderKind(StrEnum):
    """Who buys: a unit's canteen, a union, a resident."""

    CANTEEN = "canteen"
    UNION = "union"
    RESIDENT = "resident"


class OrderState(StrEnum):
    """Where an order stands."""

    PENDING_PAY = "pending_pay"
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OrderAct(StrEnum):
    """What can happen to an order."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    LAPSE = "lapse"  # nobody answered in time
    FULFIL = "fulfil"  # all lines accepted, or closed short
    PAY = "pay"
    EXPIRE = "expire"  # not paid in time
    SHIP = "ship"
    RECEIVE = "receive"
    REFUND = "refund"  # in full, before anything was sent
    CLOSE = "close"


_S, _A = OrderState, OrderAct

UNIT_ORDER = StateTable(
    "unit-order",
    _S.PLACED,
    {
        (_S.PLACED, _A.CONFIRM): step(_S.CONFIRMED, "supplier", "unit"),  # the unit: to what the supplier asked
        (_S.PLACED, _A.DECLINE): step(_S.CANCELLED, "supplier"),
        (_S.PLACED, _A.CANCEL): step(_S.CANCELLED, "unit"),
        (_S.PLACED, _A.LAPSE): step(_S.CANCELLED, "clock"),
        (_S.CONFIRMED, _A.CANCEL): step(_S.CANCELLED, "unit", "supplier"),
        (_S.CONFIRMED, _A.FULFIL): step(_S.FULFILLED, "acceptance", "unit"),
        (_S.FULFILLED, _A.CLOSE): step(_S.CLOSED, "payment"),
    },
)
"""An order of a canteen or union: agreed first, paid by transfer after acceptance. A confirmed order is cancelled only
before its first delivery (`check_cancel`); what was delivered of it stays in its deliveries."""

RESIDENT_ORDER = StateTable(
    "resident-order",
    _S.PENDING_PAY,
    {
        (_S.PENDING_PAY, _A.PAY): step(_S.PAID, "provider"),
        (_S.PENDING_PAY, _A.CANCEL): step(_S.CANCELLED, "resident"),
        (_S.PENDING_PAY, _A.EXPIRE): step(_S.CANCELLED, "clock"),
        (_S.PAID, _A.SHIP): step(_S.SHIPPED, "supplier"),
        (_S.PAID, _A.REFUND): step(_S.CANCELLED, "supplier", "provider"),
        (_S.SHIPPED, _A.SHIP): step(_S.SHIPPED, "supplier"),
        (_S.SHIPPED, _A.RECEIVE): step(_S.RECEIVED, "resident", "clock"),
        (_S.RECEIVED, _A.CLOSE): step(_S.CLOSED, "clock"),
    },
)
"""A resident's order: paid first. Money that comes after it expired is sent back by the payment, not by the order."""


def table_of(kind: OrderKind) -> StateTable[OrderState, OrderAct]:
    """The table an order of this kind lives by."""
    return RESIDENT_ORDER if kind is OrderKind.RESIDENT else UNIT_ORDER
