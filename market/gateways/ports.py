"""What the market asks of whoever moves money: one small interface, no provider's words in it.

Amounts are integer fen, instants aware UTC. Every call ends in one of four ways: a result; `Declined`, final, nothing
happened; `NotSent`, nothing happened and the same call may be repeated; `UnknownOutcome`, it may have happened: ask
with `query` or `find_refund`, then repeat with the same numbers. Nothing here assumes forms, yuan, or one event kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from market.rules.reconciliation import RowKind


class Decline(StrEnum):
    """Why a provider said no, for good."""

    ABSENT = "absent"  # it knows no such payment (a code nobody has scanned is not known either)
    ALREADY_PAID = "already-paid"
    ALREADY_CLOSED = "already-closed"
    FINISHED = "finished"  # past its refund window
    WRONG_STATE = "wrong-state"  # ask it where the payment stands
    NUMBER_REUSED = "number-reused"  # the number stands for another amount or payee
    AMOUNT = "amount"  # more than is left
    BALANCE_SHORT = "balance-short"  # the payee's balance does not cover the refund: later, perhaps
    NOT_AUTHORISED = "not-authorised"  # the payee's authorisation is missing, expired or withdrawn
    MISCONFIGURED = "misconfigured"  # keys, application, parameters: our fault
    NO_STATEMENT = "no-statement"  # nothing happened that day, or it is not ready yet
    OTHER = "other"


class ProviderProblem(Exception):
    """A call did not simply succeed. `code` is for rules, `detail` for logs (no secrets, no personal data)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Declined(ProviderProblem):
    """Final: the provider answered, with a signature, that it will not. `code` is a `Decline`."""

    def __init__(self, code: Decline, detail: str = "") -> None:
        super().__init__(code, detail)
        self.decline = code


class NotSent(ProviderProblem):
    """The provider was not reached: nothing happened, repeat when you like."""


class UnknownOutcome(ProviderProblem):
    """Sent, but no trustworthy answer: it may have happened. Never repeat with new numbers."""


class EventRejected(ProviderProblem):
    """A message that is not provably from the provider, or not for us. Nothing in it may be believed."""


class NextKind(StrEnum):
    """What the payer does next."""

    QR = "qr"
    REDIRECT = "redirect"
    TRANSFER_SLIP = "transfer_slip"
    NONE = "none"


@dataclass(frozen=True)
class NextAction:
    """`text`: what the code holds (on a phone the same link is opened), where to go, or what the slip says."""

    kind: NextKind
    text: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Payee:
    """Whose money it becomes: an account at the provider and the authorisation it gave us (empty for our own)."""

    account_no: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Intent:
    """One wish to be paid. `payment_no` is ours, unique for ever; `event_url` is where the provider may tell us."""

    payment_no: str
    amount_fen: int
    subject: str
    payee: Payee
    expires_at: datetime
    event_url: str = ""
    return_url: str = ""


@dataclass(frozen=True)
class PaymentRef:
    payment_no: str
    payee: Payee


@dataclass(frozen=True)
class RefundOrder:
    """`refund_no` fixes the refund: the same number moves money at most once."""

    payment_no: str
    refund_no: str
    amount_fen: int
    reason: str
    payee: Payee


class Standing(StrEnum):
    """Where a payment stands at the provider."""

    ABSENT = "absent"
    PENDING = "pending"
    PAID = "paid"  # also after part refunds
    FINISHED = "finished"  # paid, no longer refundable
    REFUNDED = "refunded"  # given back in full
    CLOSED = "closed"  # never paid, never will be


@dataclass(frozen=True)
class QueryResult:
    standing: Standing
    provider_no: str = ""
    amount_fen: int = 0
    paid_at: datetime | None = None


@dataclass(frozen=True)
class RefundResult:
    """`moved_now`: by this very call; False if an earlier call with the number had done it."""

    refund_no: str
    amount_fen: int
    moved_now: bool
    refunded_at: datetime | None


class EventKind(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FINISHED = "finished"
    REFUNDED = "refunded"  # in part or in full
    CLOSED = "closed"


@dataclass(frozen=True)
class Event:
    """One proven fact. Equal facts have equal `key`s, however often and in whatever message they arrive.

    Of a refund some providers tell its own amount (`refund_fen`), some the sum so far (`refunded_fen`), some both; 0 is
    what they do not tell.
    """

    key: str
    kind: EventKind
    payment_no: str
    provider_no: str
    payee_no: str
    amount_fen: int
    refund_no: str = ""
    refund_fen: int = 0
    refunded_fen: int = 0
    happened_at: datetime | None = None


@dataclass(frozen=True)
class RawEvent:
    """A message as it came in, before anything is believed."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What the provider wants to hear: the whole answer of the door, constant and free of facts."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class StatementRow:
    """One movement of a day in the provider's books. Refunds and fees are negative."""

    kind: RowKind
    payment_no: str
    provider_no: str
    refund_no: str
    amount_fen: int
    fee_fen: int
    happened_at: datetime


class PaymentProvider(Protocol):
    """Calls raise Declined, NotSent or UnknownOutcome; none may be made inside a database transaction."""

    @property
    def name(self) -> str: ...

    def create(self, intent: Intent) -> NextAction:
        """Offer the payment. The same intent again is harmless."""

    def query(self, ref: PaymentRef) -> QueryResult:
        """Where it stands; `ABSENT` instead of a refusal."""

    def close(self, ref: PaymentRef) -> Standing:
        """Make it unpayable: `CLOSED`, or `ABSENT`, which is no proof that nobody pays later."""

    def refund(self, order: RefundOrder) -> RefundResult:
        """Give money back, once per number."""

    def find_refund(self, order: RefundOrder) -> RefundResult | None:
        """What became of a refund; None if the provider never did it."""

    def parse_event(self, raw: RawEvent) -> list[Event]:
        """Proven facts of a message, oldest first; empty for kinds that do not concern us. Raises: EventRejected."""

    def receipt(self, accepted: bool) -> Receipt:
        """How to answer a message: `accepted` also for facts we could not place, so that they are not sent again."""

    def fetch_statement(self, day: date, payee: Payee) -> list[StatementRow]:
        """The payee's movements of a county day. Raises also: Declined "no-statement"."""
