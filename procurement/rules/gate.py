"""How hard the gate of the envelope is on a day: dated settings by scheme and kind of unit (rules 96, 99, 104)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Gate(StrEnum):
    """What a line that eats the reserve meets, in this order: each level includes the ones before."""

    OFF = "off"
    WARN = "warn"
    REASON = "reason"  # a reason from the list, and the approver's tap
    STOP = "stop"  # released only by more eligible lines, a higher total or the head's emergency release

    @property
    def height(self) -> int:
        """0 (off) to 3 (stop)."""
        return list(Gate).index(self)

    def raised(self, by: int = 1) -> "Gate":
        """So many levels higher, stop at most."""
        return list(Gate)[min(self.height + by, Gate.STOP.height)]


def strictest(levels: Iterable[Gate]) -> Gate:
    """The hardest of the gates of all schemes; off when there is none."""
    return max(levels, key=lambda level: level.height, default=Gate.OFF)


@dataclass(frozen=True)
class GateStep:
    """From this day of each year on, this level."""

    month: int
    day: int
    level: Gate


@dataclass(frozen=True)
class GateSchedule:
    """One dated setting: the year's steps for a scheme and a kind of unit; None stands for any of them.

    `headline` True: for the scheme that is the headline on the day, whatever its code.
    """

    valid_from: date
    steps: tuple[GateStep, ...]
    headline: bool = False
    scheme: str | None = None
    unit_kind: str | None = None

    def fits(self, *, scheme: str, is_headline: bool, unit_kind: str) -> bool:
        """Whether the setting is about this scheme and kind of unit."""
        about_scheme = is_headline if self.headline else self.scheme in (None, scheme)
        return about_scheme and self.unit_kind in (None, unit_kind)

    @property
    def precision(self) -> int:
        """The more a setting says about whom it is for, the more it weighs."""
        return 4 * (self.unit_kind is not None) + 2 * (self.scheme is not None) + self.headline

    def level_on(self, on: date) -> Gate:
        """The level of the last step reached in the year of `on`; off before the first."""
        reached = [s for s in self.steps if (s.month, s.day) <= (on.month, on.day)]
        return max(reached, key=lambda s: (s.month, s.day)).level if reached else Gate.OFF


_SHIPPED_FROM = date(2021, 1, 1)
SHIPPED = (
    GateSchedule(
        _SHIPPED_FROM,
        (
            GateStep(1, 1, Gate.WARN),
            GateStep(7, 1, Gate.REASON),
            GateStep(10, 1, Gate.STOP),
        ),
        headline=True,
    ),
    GateSchedule(_SHIPPED_FROM, (GateStep(1, 1, Gate.WARN),)),
)


def gate_level(schedules: Iterable[GateSchedule], on: date, *, scheme: str, is_headline: bool, unit_kind: str) -> Gate:
    """What the settings say for a day: the most precise fitting one, and of those the latest begun."""
    fitting = [
        s
        for s in schedules
        if s.valid_from <= on and s.fits(scheme=scheme, is_headline=is_headline, unit_kind=unit_kind)
    ]
    if not fitting:
        return Gate.OFF
    return max(fitting, key=lambda s: (s.precision, s.valid_from)).level_on(on)


def effective_level(level: Gate, *, overdrawn: bool, months_missing: bool, after_shortfall: bool = False) -> Gate:
    """The level a unit meets: one higher for an overdrawn envelope, one higher for a missing month (rule 99).

    After a year with a shortfall the gate stands at reason from 1 January (rule 104).
    """
    if after_shortfall:
        level = strictest((level, Gate.REASON))
    return level.raised(int(overdrawn) + int(months_missing))


class Passage(StrEnum):
    """What happens to a line at the gate."""

    FREE = "free"
    WARNED = "warned"
    NEEDS_REASON = "needs_reason"
    STOPPED = "stopped"


def passage(level: Gate, *, eats_reserve: bool) -> Passage:
    """What a line meets at a gate of this level."""
    if not eats_reserve:
        return Passage.FREE
    return list(Passage)[level.height]
