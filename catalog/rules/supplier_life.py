"""What happens to a supplier after its admission: checks, the end of a licence, bans, recognition (rules 66, 67)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from core.errors import Refused

CHECK_MONTHS = 6
CHECK_AHEAD_DAYS = 30
"""So long before its day a re-verification stands in the township's inbox."""
WARN_DAYS = 30
"""So long before its last day a licence is warned of, once."""


def months_later(on: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def check_due(last_on: date, months: int = CHECK_MONTHS) -> date:
    """The day by which a supplier is looked at again: six months after the admission or the last look."""
    return months_later(last_on, months)


class LicenceStage(StrEnum):
    """How a business licence stands on a day; one without an end is always fine."""

    FINE = "fine"
    ENDING = "ending"
    ENDED = "ended"


def licence_stage(valid_to: date | None, today: date) -> LicenceStage:
    """The last day is a good day; the thirty before it warn; the day after suspends new orders."""
    if valid_to is None or valid_to - today > timedelta(days=WARN_DAYS):
        return LicenceStage.FINE
    return LicenceStage.ENDED if valid_to < today else LicenceStage.ENDING


class CheckOutcome(StrEnum):
    """What a re-verification found."""

    PASSED = "passed"
    FAILED = "failed"


class BanGround(StrEnum):
    """Why somebody is blacklisted."""

    BREACH = "breach"
    FOOD_SAFETY = "food_safety"


BAN_YEARS: Mapping[BanGround, int] = MappingProxyType({BanGround.BREACH: 2, BanGround.FOOD_SAFETY: 3})


def ban_until(ground: BanGround, on: date, years: int | None = None) -> date:
    """The last day of a ban from a day on; `years` may lengthen it. Raises: Refused "ban-too-short"."""
    least = BAN_YEARS[ground]
    if years is not None and years < least:
        raise Refused("ban-too-short", years=least)
    return months_later(on, 12 * (years or least)) - timedelta(days=1)


# --- lead enterprises --------------------------------------------------------------------------------


class LeadDecision(StrEnum):
    """Entries of the recognition's book; the newest holds."""

    RECOGNISED = "recognised"
    KEPT = "kept"
    LAPSED = "lapsed"
    REVOKED = "revoked"


HOLDING = frozenset({LeadDecision.RECOGNISED, LeadDecision.KEPT})


@dataclass(frozen=True)
class Criteria:
    """What a lead enterprise 帮扶龙头企业 has to show, by verified benefits only. Score in hundredths of a point."""

    households: int = 10
    verified_fen: int = 50_000_00
    score: int = 6_000


@dataclass(frozen=True)
class Shown:
    """What a supplier has to show."""

    households: int
    verified_fen: int
    score: int


def measured(criteria: Criteria, shown: Shown) -> list[tuple[str, int, int, bool]]:
    """Each criterion with what is asked, what is there, and whether it is met."""
    return [
        (name, asked, there, there >= asked)
        for name, asked, there in (
            ("households", criteria.households, shown.households),
            ("verified_fen", criteria.verified_fen, shown.verified_fen),
            ("score", criteria.score, shown.score),
        )
    ]


def meets(criteria: Criteria, shown: Shown) -> bool:
    """Whether every criterion is met."""
    return all(is_met for *_, is_met in measured(criteria, shown))


def recheck_on(decided_on: date) -> date:
    """The day on which a recognition is looked at again: a year later."""
    return months_later(decided_on, 12)
