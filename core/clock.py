"""The one clock: instants are aware UTC, days and years are the county's (Asia/Shanghai).

Rule 8: a payment at 2026-12-31 23:59:59 county time belongs to 2026, one second later to 2027, whatever UTC says.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

COUNTY = ZoneInfo("Asia/Shanghai")


def _real() -> datetime:
    return datetime.now(UTC)


# A context variable, not a module global: a frozen test or demo run never moves the clock of another thread.
_source: ContextVar[Callable[[], datetime]] = ContextVar("clock", default=_real)


def now() -> datetime:
    """This instant, aware UTC, with microseconds."""
    return _source.get()()


def today() -> date:
    """The county day of `now()`."""
    return county_day(now())


def county_day(at: datetime) -> date:
    """The day on the county's wall calendar at an aware instant. Raises: ValueError for a naive one."""
    return _aware(at).astimezone(COUNTY).date()


def day_start(on: date) -> datetime:
    """The first instant of a county day, as UTC."""
    return datetime.combine(on, time.min, COUNTY).astimezone(UTC)


def fiscal_year(at_or_day: date | datetime) -> int:
    """The county's fiscal year (= calendar year) of an instant or a county day."""
    return _day(at_or_day).year


def month_of(at_or_day: date | datetime) -> int:
    """The county's month, 1–12, of an instant or a county day."""
    return _day(at_or_day).month


def days_in_year(year: int) -> int:
    """365 or 366."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Within the block `now()` is always `at` (aware). For tests and demo data, in this thread or task only."""
    fixed = _aware(at).astimezone(UTC)
    with _running_on(lambda: fixed):
        yield


@contextmanager
def shifted(delta: timedelta) -> Iterator[None]:
    """Within the block the clock runs on, `delta` away from the clock outside. Blocks may be nested."""
    outer = _source.get()
    with _running_on(lambda: outer() + delta):
        yield


@contextmanager
def _running_on(source: Callable[[], datetime]) -> Iterator[None]:
    mark = _source.set(source)
    try:
        yield
    finally:
        _source.reset(mark)


def _day(at_or_day: date | datetime) -> date:
    return county_day(at_or_day) if isinstance(at_or_day, datetime) else at_or_day


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant needs its zone")
    return at
