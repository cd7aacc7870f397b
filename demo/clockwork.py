"""When things happen: county days and hours, never later than now, so that any start date tells a true story."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import COUNTY, county_day


@dataclass(frozen=True)
class Days:
    """The demo's calendar: `now` is the start's moment; last year is told whole, this year up to it."""

    now: datetime

    @property
    def today(self) -> date:
        return county_day(self.now)

    @property
    def year(self) -> int:
        return self.today.year

    @property
    def first_on(self) -> date:
        """The first day of the story."""
        return date(self.year - 1, 1, 1)

    def at(self, on: date, hour: int, minute: int = 0) -> datetime:
        """That hour of a county day, but not later than now."""
        return min(datetime.combine(on, time(hour, minute), COUNTY), self.now)

    def months(self) -> Iterator[tuple[date, date]]:
        """(first, last day) of every month from the start of last year; the last one ends today."""
        first = self.first_on
        while first <= self.today:
            last = first.replace(day=monthrange(first.year, first.month)[1])
            yield first, min(last, self.today)
            first = last + timedelta(days=1)
