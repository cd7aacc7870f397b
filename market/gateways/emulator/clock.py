"""The emulator's time: the machine's, or one that stands still until told to move. Milliseconds since the epoch."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))  # every time Alipay writes is in GMT+8
STAMP = "%Y-%m-%d %H:%M:%S"
SECOND_MS = 1000
DAY_MS = 24 * 3600 * SECOND_MS


@dataclass
class Clock:
    """`fixed_ms` set: time stands there. Otherwise the machine's time plus `offset_ms`. Both only move forward."""

    fixed_ms: int | None = None
    offset_ms: int = 0

    @classmethod
    def of(cls, text: str) -> "Clock":
        """`real`, or an ISO date or time at which the clock stands still (without a zone: GMT+8)."""
        if text == "real":
            return cls()
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=CHINA)
        return cls(fixed_ms=round(at.timestamp() * 1000))

    @property
    def stands(self) -> bool:
        return self.fixed_ms is not None

    def now_ms(self) -> int:
        if self.fixed_ms is not None:
            return self.fixed_ms
        return time.time_ns() // 1_000_000 + self.offset_ms

    def move_to(self, at_ms: int) -> None:
        """Forward to `at_ms`; an earlier time changes nothing."""
        gap_ms = max(0, at_ms - self.now_ms())
        if self.fixed_ms is not None:
            self.fixed_ms += gap_ms
        else:
            self.offset_ms += gap_ms


def local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(CHINA)


def stamp(at_ms: int) -> str:
    """`2026-11-23 09:05:00`, as in every Alipay message."""
    return local(at_ms).strftime(STAMP)


def day(at_ms: int) -> str:
    """`20261123`"""
    return local(at_ms).strftime("%Y%m%d")


def read_stamp(text: str) -> int | None:
    """Milliseconds of a stamp; None if it is not exactly one."""
    try:
        at = datetime.strptime(text, STAMP).replace(tzinfo=CHINA)
    except ValueError:
        return None
    return round(at.timestamp() * 1000) if at.strftime(STAMP) == text else None


def month_bounds(iso_month: str) -> tuple[int, int] | None:
    """First millisecond of a `YYYY-MM` month in China and of the next; None if it is not a month."""
    first = day_bounds(f"{iso_month}-01")
    if first is None:
        return None
    later = local(first[0] + 31 * DAY_MS).replace(day=1)
    return first[0], round(later.timestamp() * 1000)


def next_midnight(at_ms: int) -> int:
    """The first millisecond of the next day in China."""
    start = local(at_ms).replace(hour=0, minute=0, second=0, microsecond=0)
    return round(start.timestamp() * 1000) + DAY_MS


def day_bounds(iso_day: str) -> tuple[int, int] | None:
    """First millisecond of a `YYYY-MM-DD` day in China and of the next; None if it is not a day."""
    try:
        at = datetime.strptime(iso_day, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError:
        return None
    start = round(at.timestamp() * 1000)
    return start, start + DAY_MS
