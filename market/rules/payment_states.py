"""A resident's payment: what providers say, in any order and any number of times, ends in one state.

Each state has a rank; a late lower word never moves a payment back. Money that comes after closing is booked and sent
back. A contradiction goes to a person.
"""

from enum import StrEnum

from core.states import StateTable, step


class PaymentState(StrEnum):
    """From the wish to be paid to the end."""

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

    @property
    def rank(self) -> int:
        """How far along: the order of the members."""
        return list(PaymentState).index(self)

    @property
    def has_money(self) -> bool:
        """Whether the supplier has, or had, the buyer's money."""
        return PaymentState.PAID.rank <= self.rank < PaymentState.REVIEW.rank


class PaymentEvent(StrEnum):
    """What is heard of a payment, or decided about it."""

    WAITING = "waiting"  # the provider knows it, the buyer has not paid
    CLOSE_ASKED = "close_asked"
    CLOSED = "closed"  # the provider's word, unpaid
    PAID = "paid"
    REFUND_SENT = "refund_sent"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    CONTRADICTION = "contradiction"  # wrong amount, wrong payee, refund above what was paid
    FOUND_PAID = "found_paid"
    FOUND_CLOSED = "found_closed"
    FOUND_REFUNDED = "found_refunded"


_S, _E = PaymentState, PaymentEvent
_PAID_WORDS = {
    _E.PAID: _S.PAID,
    _E.PART_REFUNDED: _S.PART_REFUNDED,
    _E.REFUNDED: _S.REFUNDED,
}
PAYMENT = StateTable(
    "payment",
    _S.CREATED,
    {
        (_S.CREATED, _E.WAITING): step(_S.PENDING, "provider"),
        (_S.CREATED, _E.CLOSE_ASKED): step(_S.CLOSING, "clock", "buyer"),
        (_S.PENDING, _E.CLOSE_ASKED): step(_S.CLOSING, "clock", "buyer"),
        **{(at, _E.CLOSED): step(_S.CLOSED, "provider") for at in (_S.CREATED, _S.PENDING, _S.CLOSING)},
        **{
            (at, event): step(to, "provider")
            for at in (_S.CREATED, _S.PENDING, _S.CLOSING)
            for event, to in _PAID_WORDS.items()
        },
        (_S.CLOSED, _E.PAID): step(_S.PAID_LATE, "provider"),
        (_S.PAID_LATE, _E.REFUND_SENT): step(_S.REFUNDING, "clock"),
        **{(at, _E.PART_REFUNDED): step(at, "provider") for at in (_S.PART_REFUNDED, _S.PAID_LATE, _S.REFUNDING)},
        (_S.PAID, _E.PART_REFUNDED): step(_S.PART_REFUNDED, "provider"),
        **{
            (at, _E.REFUNDED): step(_S.REFUNDED, "provider")
            for at in (_S.CLOSED, _S.PAID, _S.PAID_LATE, _S.PART_REFUNDED, _S.REFUNDING)
        },
        # A part refund of a closed payment cannot be true.
        (_S.CLOSED, _E.PART_REFUNDED): step(_S.REVIEW, "provider"),
        **{(at, _E.CONTRADICTION): step(_S.REVIEW, "provider") for at in _S if at is not _S.REVIEW},
        (_S.REVIEW, _E.FOUND_PAID): step(_S.PAID, "person"),
        (_S.REVIEW, _E.FOUND_CLOSED): step(_S.CLOSED, "person"),
        (_S.REVIEW, _E.FOUND_REFUNDED): step(_S.REFUNDED, "person"),
    },
)
"""What moves a payment. A contradiction goes to review from anywhere, and only a person leads out of it."""


def hear(state: PaymentState, event: PaymentEvent) -> PaymentState:
    """The state after an event that may be late, repeated or out of order.

    What has no row is news of a step already passed: nothing changes.
    """
    found = PAYMENT.steps.get((state, event))
    return found.next if found else state
