"""Delivery rounds: on which days a supplier drives where, and which run an order still catches.

County days and wall-clock minutes in Asia/Shanghai. A run's cut-off is so many days before it at a minute of the day;
an order at the very minute is late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import day_start
from core.workdays import WorkCalendar

_AHEAD = 60  # days a run is looked for
EVERY_DAY = 0b1111111


@dataclass(frozen=True)
class Round:
    """One round. `weekdays`: bit 0 Monday … bit 6 Sunday. `towns`: codes; none means the whole county.

    `rests_on_holidays`: it does not run on public holidays; a weekend day worked instead counts as a day of work.
    """

    id: int
    weekdays: int
    cutoff_days: int
    cutoff_minute: int
    min_stop_fen: int = 0
    towns: frozenset[str] = frozenset()
    rests_on_holidays: bool = True

    def serves(self, town: str | None) -> bool:
        """Whether it drives to a place; a place is inside a town when its code begins with the town's."""
        return not self.towns or any((town or "").startswith(code) for code in self.towns)

    def runs_on(self, on: date, calendar: WorkCalendar) -> bool:
        """Whether it runs on a county day."""
        if self.rests_on_holidays and on in calendar.holidays:
            return False
        return bool(self.weekdays >> on.weekday() & 1)

    def cutoff_at(self, on: date) -> datetime:
        """The instant from which an order misses the run of a day."""
        return day_start(on - timedelta(days=self.cutoff_days)) + timedelta(minutes=self.cutoff_minute)

    def catches(self, on: date, now: datetime, calendar: WorkCalendar) -> bool:
        """Whether an order placed now still goes with the run of that day."""
        return self.runs_on(on, calendar) and now < self.cutoff_at(on)


@dataclass(frozen=True)
class Run:
    """One run of a round."""

    round_id: int
    on: date
    min_stop_fen: int


def next_run(
    rounds: Iterable[Round], *, town: str | None, not_before: date, now: datetime, calendar: WorkCalendar
) -> Run | None:
    """The earliest run from a day on that an order placed now still catches; of one day the lowest minimum.

    None: no round drives to this place within 60 days.
    """
    serving = [one for one in rounds if one.serves(town)]
    for ahead in range(_AHEAD + 1):
        on = not_before + timedelta(days=ahead)
        fitting = [one for one in serving if one.catches(on, now, calendar)]
        if fitting:
            best = min(fitting, key=lambda one: (one.min_stop_fen, one.id))
            return Run(best.id, on, best.min_stop_fen)
    return None
