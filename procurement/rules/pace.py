"""Where a unit should be by now: the pace line, its status, and the checkpoints of the year (rules 21, 41, 42, 100)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.money import reaches, share_bp


class PaceStatus(StrEnum):
    """How completion stands against the pace line (rule 41)."""

    DONE = "done"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    CRITICAL = "critical"
    NO_DUTY = "no_duty"


@dataclass(frozen=True)
class PaceSettings:
    """Dated settings of rule 41: points behind the line in bp, and the day after which nothing bought is critical."""

    behind_bp: int = 1000
    critical_bp: int = 3000
    zero_after: tuple[int, int] = (6, 30)


@dataclass(frozen=True)
class OpenDays:
    """Canteen days of one month: how many are open in all, and how many of them have passed."""

    passed: int
    planned: int


def pace_bp(days: Mapping[int, OpenDays], curve: Sequence[int] = ()) -> int | None:
    """Share of open canteen days to date, weighted by the county's season curve (12 weights; even if empty).

    Truncated basis points; None when the year has no open day, then the caller takes `calendar_pace_bp`.
    """
    weight = dict(enumerate(curve, start=1)) if curve else dict.fromkeys(range(1, 13), 1)
    if len(weight) != 12 or min(weight.values()) < 0:
        raise ValueError("a season curve has twelve non-negative weights")
    passed = sum(weight[month] * d.passed for month, d in days.items())
    return share_bp(passed, sum(weight[month] * d.planned for month, d in days.items()))


def calendar_pace_bp(on: date) -> int:
    """The linear line: days of the year passed by the end of `on`, truncated basis points."""
    first, following = date(on.year, 1, 1), date(on.year + 1, 1, 1)
    return ((on - first).days + 1) * 10_000 // (following - first).days


def status(
    *, completed_fen: int, reserve_fen: int, line_bp: int, on: date, settings: PaceSettings | None = None
) -> PaceStatus:
    """The status of a unit with `reserve_fen` to fill on a day when the pace line stands at `line_bp`."""
    settings = settings or PaceSettings()
    if reserve_fen <= 0:
        return PaceStatus.NO_DUTY
    if completed_fen >= reserve_fen:
        return PaceStatus.DONE
    if completed_fen <= 0 and (on.month, on.day) > settings.zero_after:
        return PaceStatus.CRITICAL
    if reaches(completed_fen, reserve_fen, line_bp - settings.behind_bp):
        return PaceStatus.ON_TRACK
    if reaches(completed_fen, reserve_fen, line_bp - settings.critical_bp):
        return PaceStatus.BEHIND
    return PaceStatus.CRITICAL


@dataclass(frozen=True)
class Checkpoint:
    """By the end of this day of the year, this part of the reserve. There is no official one: these are settings."""

    month: int
    day: int
    bp: int


SHIPPED_CHECKPOINTS = (
    Checkpoint(6, 30, 2500),
    Checkpoint(9, 30, 6000),
    Checkpoint(11, 30, 8500),
    Checkpoint(12, 31, 10_000),
)

_NEW_UNIT_GRACE = timedelta(days=60)
_MISSES_UNTIL_PLAN = 2


def applying(checkpoints: Sequence[Checkpoint], year: int, created_on: date | None = None) -> list[Checkpoint]:
    """The checkpoints that bind a unit in a year: none before 60 days after it was created (rule 21)."""
    from_on = created_on + _NEW_UNIT_GRACE if created_on else date.min
    return [c for c in checkpoints if date(year, c.month, c.day) >= from_on]


def missed(checkpoints: Sequence[Checkpoint], completed_on: Mapping[Checkpoint, int], reserve_fen: int) -> int:
    """How many passed checkpoints were missed. `completed_on`: fen completed by the end of each passed one."""
    return sum(1 for c in checkpoints if c in completed_on and not reaches(completed_on[c], reserve_fen, c.bp))


def needs_catch_up_plan(missed_checkpoints: int) -> bool:
    """Two missed: a 补足计划 is due within ten working days (rule 100)."""
    return missed_checkpoints >= _MISSES_UNTIL_PLAN
