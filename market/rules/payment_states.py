"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class PaymentState(StrEnum):
    """Monotone: a late lower event never moves a payment back."""

    CREATED = "created"
    PENDING = "pending"
    CLOSING = "closing"
    CLOSED = "closed"
    PAID = "paid"
    PAID_LATE = "paid_late"
    PART_REFUNDED = "part_refunded"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REVIEW = "review"
