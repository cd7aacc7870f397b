"""Our books against the provider's bill: what can differ, who settles it, and what the provider may take as its fee."""

from enum import StrEnum

from core.states import StateTable, step


class RowKind(StrEnum):
    """What a row of a provider's bill moved."""

    PAYMENT = "payment"
    REFUND = "refund"


class ExceptionKind(StrEnum):
    """How our books and the provider's differ."""

    REMOTE_ONLY = "remote_only"  # 长款: their money, our payment knew nothing of it
    LOCAL_ONLY = "local_only"  # 短款: our money, their bill does not have it
    AMOUNT = "amount"
    STATUS = "status"  # their money on a payment that we cannot take it for
    DUPLICATE = "duplicate"
    FEE = "fee"
    UNKNOWN = "unknown"  # a number that is not ours, or another shop's
    DAY_CUT = "day_cut"  # at midnight: waits for the next day's bill
    CONTRADICTION = "contradiction"  # the provider's signed word does not fit our payment
    REFUND_FAILED = "refund_failed"


class ExceptionState(StrEnum):
    """From the finding to two persons' word."""

    OPEN = "open"
    CARRIED = "carried"
    PROPOSED = "proposed"
    CLOSED = "closed"
    HEALED = "healed"


class ExceptionAct(StrEnum):
    """What moves an exception."""

    CARRY = "carry"
    ARRIVE = "arrive"  # the next day's bill has it
    MISS = "miss"  # nor has the next day's bill
    HEAL = "heal"
    PROPOSE = "propose"
    AGREE = "agree"
    OBJECT = "object"
    CLOSE = "close"  # a small one: one person's word


class Resolution(StrEnum):
    """What came out. The first three decide where a payment in review goes."""

    FOUND_PAID = "found_paid"
    FOUND_CLOSED = "found_closed"
    FOUND_REFUNDED = "found_refunded"
    PROVIDER_ERROR = "provider_error"
    OUR_ERROR = "our_error"
    SETTLED_OUTSIDE = "settled_outside"
    NO_LOSS = "no_loss"


_S, _A = ExceptionState, ExceptionAct
EXCEPTION = StateTable(
    "payment-exception",
    _S.OPEN,
    {
        (_S.OPEN, _A.CARRY): step(_S.CARRIED, "clock"),
        (_S.CARRIED, _A.ARRIVE): step(_S.CLOSED, "clock"),
        (_S.CARRIED, _A.MISS): step(_S.OPEN, "clock"),
        (_S.OPEN, _A.HEAL): step(_S.HEALED, "clock"),
        (_S.OPEN, _A.CLOSE): step(_S.CLOSED, "person"),
        (_S.OPEN, _A.PROPOSE): step(_S.PROPOSED, "person"),
        (_S.PROPOSED, _A.AGREE): step(_S.CLOSED, "second"),
        (_S.PROPOSED, _A.OBJECT): step(_S.OPEN, "second"),
    },
)
"""What moves an exception. A large one, and every contradiction, is closed by two persons."""


def needs_second(kind: ExceptionKind, difference_fen: int, limit_fen: int) -> bool:
    """Whether two persons close it: a contradiction always, anything else from the limit on."""
    return kind is ExceptionKind.CONTRADICTION or abs(difference_fen) >= limit_fen


def fee_fen(amount_fen: int, fee_bp: int) -> int:
    """The provider's fee for an amount, rounded half up to the fen."""
    return (2 * amount_fen * fee_bp + 10_000) // 20_000
