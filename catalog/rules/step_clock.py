"""A step's clock in working days: it stands while the office waits for the applicant (rule 74).

Marks are facts: from this day on the clock runs, or stands. A day is the office's when the clock ran as the day began,
so a run from day a to day b has used the working days after a, up to and with b. Hence the parts of a run add up to the
run, and to ask and be answered on one day costs nobody anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.workdays import WorkCalendar


@dataclass(frozen=True)
class Mark:
    """From county day `on`, the clock runs or stands."""

    on: date
    runs: bool


@dataclass(frozen=True)
class Reckoning:
    """Where a step stands on a day, in working days. `due_on`: its last good day; None while the clock stands."""

    limit_days: int
    used_days: int
    due_on: date | None

    @property
    def left_days(self) -> int:
        """Negative: days over the limit."""
        return self.limit_days - self.used_days

    @property
    def stands(self) -> bool:
        """Whether it waits for the applicant (or has ended)."""
        return self.due_on is None

    @property
    def is_over(self) -> bool:
        """More used than allowed. A clock that stands beyond its limit is over as well."""
        return self.left_days < 0


def used_days(marks: Sequence[Mark], today: date, calendar: WorkCalendar) -> int:
    """Working days that the office has used up to and with `today`. Marks in order of time, none ahead of today."""
    ends = [mark.on for mark in marks[1:]] + [today]
    return sum(calendar.between(mark.on, end) for mark, end in zip(marks, ends, strict=True) if mark.runs)


def reckon(marks: Sequence[Mark], limit_days: int, today: date, calendar: WorkCalendar) -> Reckoning:
    """The step on a day. `marks`: of this step only, its start first."""
    used = used_days(marks, today, calendar)
    return Reckoning(limit_days, used, due_on(marks, limit_days, calendar))


def due_on(marks: Sequence[Mark], limit_days: int, calendar: WorkCalendar) -> date | None:
    """The last day on which the step is in time if nothing stops it again; None while it stands.

    It depends on the marks alone, never on today, so it may be kept beside them. Where the limit was used up before the
    clock ran on, it is the day on which it ran out.
    """
    if not marks or not marks[-1].runs:
        return None
    left = limit_days
    for mark, end in zip(marks, [mark.on for mark in marks[1:]], strict=False):
        if mark.runs:
            used = calendar.between(mark.on, end)
            if used > left:
                return _end(mark.on, left, calendar)
            left -= used
    return _end(marks[-1].on, left, calendar)


def _end(on: date, left: int, calendar: WorkCalendar) -> date:
    # Used up to the day before the clock ran on: it runs out on the newest working day, not on a Sunday.
    while not left and not calendar.is_workday(on):
        on -= timedelta(days=1)
    return calendar.after(on, left)
