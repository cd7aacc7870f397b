"""The other ninety percent: each canteen's monthly statement of spending outside this platform (rule 99)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step

_DUE_DAY = 10
_DECEMBER = 12


class StatementState(StrEnum):
    """Written by one, confirmed by another; a later version replaces the earlier."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class StatementAct(StrEnum):
    """What can be done with a version."""

    SUBMIT = "submit"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    REVISE = "revise"


_S, _A = StatementState, StatementAct
STATEMENT = StateTable(
    "spending-statement",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.SUBMITTED, "author"),
        (_S.SUBMITTED, _A.CONFIRM): step(_S.CONFIRMED, "second_person"),
        (_S.SUBMITTED, _A.SEND_BACK): step(_S.RETURNED, "second_person"),
        (_S.RETURNED, _A.REVISE): step(_S.DRAFT, "author"),
    },
)


@dataclass(frozen=True)
class StatedLine:
    """One category's sum of the month with the paper it is read from."""

    category_code: str
    amount_fen: int
    paper: str


def check_lines(lines: Iterable[StatedLine], *, is_nil: bool) -> int:
    """The total of a statement. A month without spending says so itself; it is not an empty sheet.

    Raises: Refused "statement-empty", "statement-nil-has-lines", "statement-line-amount", "statement-line-paper".
    """
    lines = list(lines)
    if is_nil == bool(lines):
        raise Refused("statement-nil-has-lines" if is_nil else "statement-empty")
    for line in lines:
        if line.amount_fen <= 0:
            raise Refused("statement-line-amount", category=line.category_code)
        if not line.paper.strip():
            raise Refused("statement-line-paper", category=line.category_code)
    return sum(line.amount_fen for line in lines)


def check_second_person(author_id: int, second_id: int) -> None:
    """Raises: Refused "statement-same-person"."""
    if author_id == second_id:
        raise Refused("statement-same-person")


def check_month(year: int, month: int, on: date) -> None:
    """A month is stated once it has begun. Raises: Refused "statement-month-ahead"."""
    if (year, month) > (on.year, on.month):
        raise Refused("statement-month-ahead", year=year, month=month)


def due_on(year: int, month: int) -> date:
    """The 10th of the following month."""
    return date(year + month // _DECEMBER, month % _DECEMBER + 1, _DUE_DAY)


@dataclass(frozen=True)
class CanteenYear:
    """A canteen's confirmed months of a year, and the days between which it was open (None: still is)."""

    confirmed: frozenset[int]
    opened_on: date
    closed_on: date | None = None

    def owes(self, year: int, month: int) -> bool:
        """Whether the canteen was open in a month at all."""
        begun = (self.opened_on.year, self.opened_on.month) <= (year, month)
        return begun and (self.closed_on is None or (year, month) <= (self.closed_on.year, self.closed_on.month))


def months_missing(year: int, on: date, canteens: Iterable[CanteenYear]) -> tuple[int, ...]:
    """Months of a unit that some canteen has not stated though the 10th after them has passed."""
    overdue = [month for month in range(1, 13) if on > due_on(year, month)]
    canteens = list(canteens)
    return tuple(m for m in overdue if any(c.owes(year, m) and m not in c.confirmed for c in canteens))


def months_due(year: int, on: date, canteens: Iterable[CanteenYear]) -> int:
    """How many months should be stated by now, for the 90 % test of the ranking (rule 43)."""
    canteens = list(canteens)
    return sum(1 for m in range(1, 13) if on > due_on(year, m) and any(c.owes(year, m) for c in canteens))
