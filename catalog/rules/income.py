"""Income of households by quarter: the four incomes, net per head, growth, when a quarter may be entered (78, 79)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalog.rules.quarter import Quarter
from core.errors import Refused
from core.money import WHOLE_BP, half_up

LOCK_DAYS = 15


class IncomeKind(StrEnum):
    """The four incomes of the plan."""

    WAGE = "wage"
    OPERATING = "operating"
    PROPERTY = "property"
    TRANSFER = "transfer"


def due_on(quarter: Quarter) -> date:
    """The last day on which a village may enter or correct: 15 days after the quarter (78)."""
    return quarter.last_day + timedelta(days=LOCK_DAYS)


def is_locked(quarter: Quarter, on: date) -> bool:
    """Whether only a correction by the town or the county is possible."""
    return on > due_on(quarter)


def opens_on(quarter: Quarter, days_before: int) -> date:
    """From this day a village may enter it: the rounds begin before the quarter has ended."""
    return quarter.last_day - timedelta(days=days_before)


def parse_quarter(text: str) -> Quarter:
    """2026Q3. Raises: Refused "quarter-unreadable"."""
    try:
        return Quarter.parse(text)
    except ValueError:
        raise Refused("quarter-unreadable") from None


def due(on: date) -> Quarter:
    """The quarter whose turn it is: the one before until it is locked, then the running one."""
    current = Quarter.of(on)
    return current if is_locked(current.plus(-1), on) else current.plus(-1)


def four_up_to(quarter: Quarter) -> list[Quarter]:
    """The quarter and the three before it, the oldest first."""
    return [quarter.plus(n) for n in (-3, -2, -1, 0)]


@dataclass(frozen=True)
class Half:
    """Half a year: what is analysed (plan, section four: each year twice)."""

    year: int
    number: int

    @property
    def quarters(self) -> tuple[Quarter, Quarter]:
        """Its two quarters."""
        return Quarter(self.year, 2 * self.number - 1), Quarter(self.year, 2 * self.number)

    @property
    def last_year(self) -> "Half":
        """The same half a year ago."""
        return Half(self.year - 1, self.number)

    def __str__(self) -> str:
        return f"{self.year}H{self.number}"


def half_of(quarter: Quarter) -> Half:
    """The half a quarter lies in."""
    return Half(quarter.year, (quarter.number + 1) // 2)


def newest_half(on: date) -> Half:
    """The newest half of which both quarters are locked."""
    last = due(on).plus(-1)
    return half_of(last if last.number % 2 == 0 else last.plus(-1))


def parse_half(text: str) -> Half:
    """2026H1. Raises: Refused "quarter-unreadable"."""
    year, _, number = text.partition("H")
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and number in {"1", "2"}):
        raise Refused("quarter-unreadable")
    return Half(int(year), int(number))


@dataclass(frozen=True)
class Income:
    """A household's income in fen. The cost of the farm's or shop's operation is taken off."""

    wage_fen: int = 0
    operating_fen: int = 0
    operating_cost_fen: int = 0
    property_fen: int = 0
    transfer_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What is left (79)."""
        return self.wage_fen + self.operating_fen - self.operating_cost_fen + self.property_fen + self.transfer_fen

    def of(self, kind: IncomeKind) -> int:
        """One of the four, operating income after its cost."""
        net_operating = self.operating_fen - self.operating_cost_fen
        return {
            IncomeKind.WAGE: self.wage_fen,
            IncomeKind.OPERATING: net_operating,
            IncomeKind.PROPERTY: self.property_fen,
            IncomeKind.TRANSFER: self.transfer_fen,
        }[kind]

    def __add__(self, other: "Income") -> "Income":
        return Income(
            self.wage_fen + other.wage_fen,
            self.operating_fen + other.operating_fen,
            self.operating_cost_fen + other.operating_cost_fen,
            self.property_fen + other.property_fen,
            self.transfer_fen + other.transfer_fen,
        )


def per_head(net_fen: int, members: int) -> int:
    """Net income per head in fen, HALF_UP (79)."""
    return half_up(net_fen, members)


def growth_bp(now_fen: int, last_fen: int | None) -> int | None:
    """Growth over last year in basis points, HALF_UP; None when last year is missing or was not positive (79)."""
    if last_fen is None or last_fen <= 0:
        return None
    return half_up((now_fen - last_fen) * WHOLE_BP, last_fen)


def median(values: Sequence[int]) -> int | None:
    """The middle value, HALF_UP between two; None of nothing."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else half_up(ordered[middle - 1] + ordered[middle], 2)


class GrowthBand(StrEnum):
    """How a household's income per head moved against last year."""

    FELL_MUCH = "fell_much"  # by 10 % or more
    FELL = "fell"
    ROSE = "rose"  # 0 to 10 %
    ROSE_WELL = "rose_well"  # 10 to 20 %
    ROSE_MUCH = "rose_much"
    UNKNOWN = "unknown"


def band(growth: int | None) -> GrowthBand:
    """The band of a growth in basis points."""
    if growth is None:
        return GrowthBand.UNKNOWN
    if growth < 0:
        return GrowthBand.FELL_MUCH if growth <= -1000 else GrowthBand.FELL
    if growth < 1000:
        return GrowthBand.ROSE
    return GrowthBand.ROSE_WELL if growth < 2000 else GrowthBand.ROSE_MUCH


class RedReason(StrEnum):
    """Why a household stands on the red list."""

    BELOW_LINE = "below_line"
    FELL = "fell"


def red_reasons(
    year_per_head_fen: int | None, growth: int | None, *, line_fen: int, fall_bp: int
) -> tuple[RedReason, ...]:
    """Below the line over four quarters, or fallen by `fall_bp` or more against last year's quarter."""
    below = year_per_head_fen is not None and year_per_head_fen < line_fen
    fell = growth is not None and growth <= -fall_bp
    return (RedReason.BELOW_LINE,) * below + (RedReason.FELL,) * fell


class TargetKind(StrEnum):
    """What a town is to reach in a year."""

    PER_HEAD = "per_head"  # median net income per head of four quarters, in fen
    LIFTED = "lifted"  # households lifted above the line, that were under it the year before
