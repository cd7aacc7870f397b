"""When things are due: acceptance, payment, interest, prepaid orders, residents' receipt (rules 46–49, 57, 83).

Days are county days; a limit of n days after a day ends with that day + n. The first day late is the day after.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.clock import day_start
from core.errors import Refused
from core.money import half_up
from core.workdays import WorkCalendar

PAY_DAYS = 30
PAY_DAYS_MAX = 60
_STATEMENT_WORKDAYS = 5
_PREPAY_DAYS, _PREPAY_EXTENSION = 30, 15
_UNPAID_MINUTES = 30


class DueFrom(StrEnum):
    """What starts the payment clock, by the contract on the order."""

    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    STATEMENT = "statement"


@dataclass(frozen=True)
class Terms:
    """Payment terms frozen on an order. Default: 30 days from acceptance; fresh goods are accepted within a day."""

    due_from: DueFrom = DueFrom.ACCEPTANCE
    pay_days: int = PAY_DAYS
    is_fresh: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.pay_days <= PAY_DAYS_MAX:
            raise Refused("pay-term-too-long", days=self.pay_days, most=PAY_DAYS_MAX)

    @property
    def accept_days(self) -> int:
        """Days after which the clock starts although nobody accepted."""
        return 1 if self.is_fresh else 3


@dataclass(frozen=True)
class Progress:
    """What has happened to a delivery so far; None: not yet."""

    delivered_on: date
    accepted_on: date | None = None
    statement_sent_on: date | None = None
    statement_confirmed_on: date | None = None


def clock_starts(terms: Terms, progress: Progress, calendar: WorkCalendar) -> date | None:
    """The day the payment clock starts from, by the event agreed or by itself when the unit lets it wait (rule 46).

    None: a statement that nobody has sent yet.
    """
    if terms.due_from is DueFrom.DELIVERY:
        return progress.delivered_on
    if terms.due_from is DueFrom.ACCEPTANCE:
        by_itself = progress.delivered_on + timedelta(days=terms.accept_days)
        return min(progress.accepted_on or by_itself, by_itself)
    if progress.statement_sent_on is None:
        return progress.statement_confirmed_on
    by_itself = calendar.after(progress.statement_sent_on, _STATEMENT_WORKDAYS)
    return min(progress.statement_confirmed_on or by_itself, by_itself)


def due_date(started_on: date, terms: Terms) -> date:
    """The last day to pay in time."""
    return started_on + timedelta(days=terms.pay_days)


def days_late(due_on: date, on: date) -> int:
    """The day after the due date is day 1."""
    return max(0, (on - due_on).days)


def interest(unpaid_fen: int, due_on: date, on: date) -> int:
    """Interest so far: 0.05 % a day, simple, half up (rule 47; 保障中小企业款项支付条例)."""
    return half_up(unpaid_fen * 5 * days_late(due_on, on), 10_000)


@dataclass(frozen=True)
class Owed:
    """Part of a delivery's money with its own due date; a disputed part has none until it is settled (rule 48)."""

    amount_fen: int
    due_on: date | None


def owed(accepted_fen: int, disputed_fen: int, due_on: date) -> list[Owed]:
    """The undisputed part keeps its due date, whatever becomes of the rest."""
    parts = [Owed(accepted_fen - disputed_fen, due_on), Owed(disputed_fen, None)]
    return [part for part in parts if part.amount_fen > 0]


def prepay_until(placed_on: date, *, extended: bool = False) -> date:
    """The last day to pay a prepaid unit order: 30 days, once 15 more (rule 49)."""
    return placed_on + timedelta(days=_PREPAY_DAYS + (_PREPAY_EXTENSION if extended else 0))


def prepay_lapses_at(placed_on: date, *, extended: bool = False) -> datetime:
    """The instant a prepaid order is cancelled and its stock released: midnight after the last day."""
    return day_start(prepay_until(placed_on, extended=extended) + timedelta(days=1))


def checkout_expires_at(placed_at: datetime) -> datetime:
    """A resident's unpaid order holds its stock for 30 minutes (rule 83)."""
    return placed_at + timedelta(minutes=_UNPAID_MINUTES)


def acceptance_reminders(delivered_at: datetime, *, is_fresh: bool) -> tuple[datetime, datetime]:
    """When the unit is reminded to accept, and when it is escalated. Nothing is ever accepted by itself (rule 57)."""
    remind, escalate = (4, 48) if is_fresh else (24, 7 * 24)
    return delivered_at + timedelta(hours=remind), delivered_at + timedelta(hours=escalate)


def auto_receive_at(delivered_at: datetime, *, is_fresh: bool, extended: bool = False) -> datetime:
    """When a resident's order counts as received: 7 days after delivery, fresh 3, once 3 more (rule 57)."""
    days = (3 if is_fresh else 7) + (3 if extended else 0)
    return delivered_at + timedelta(days=days)
