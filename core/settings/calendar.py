"""The county's working days: the public holidays and the worked weekends that somebody entered, as they hold today."""

from datetime import date

from core import settings
from core.workdays import WorkCalendar

settings.register(calendar__holidays=[], calendar__worked=[])


def current() -> WorkCalendar:
    """The calendar with everything that has been entered so far. Two statements."""
    return WorkCalendar(_days("calendar.holidays"), _days("calendar.worked"))


def _days(key: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in settings.value(key))
