"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class OrderKind(StrEnum):
    """Who buys: a unit's canteen, a union, a resident."""

    CANTEEN = "canteen"
    UNION = "union"
    RESIDENT = "resident"


class OrderState(StrEnum):
    """The order's axis; payment, delivery and invoice have their own."""

    PENDING_PAY = "pending_pay"
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    CANCELLED = "cancelled"
