"""Working days: Monday to Friday, less public holidays, plus the weekend days worked instead (调休)."""

from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """The State Council's yearly notice as data; empty sets mean plain weekdays."""

    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_workday(self, on: date) -> bool:
        """Whether offices are open on a county day."""
        return on in self.worked or (on.weekday() < _SATURDAY and on not in self.holidays)

    def after(self, on: date, working_days: int) -> date:
        """The n-th working day after `on`; the day itself never counts. n ≥ 0."""
        if working_days < 0:
            raise ValueError("working days are counted forward")
        while working_days:
            on += _ONE_DAY
            working_days -= self.is_workday(on)
        return on

    def between(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and with `until`; 0 where `until` is not later."""
        days = (until - after).days
        return sum(self.is_workday(after + timedelta(days=n)) for n in range(1, days + 1))
