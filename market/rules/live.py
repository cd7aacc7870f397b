"""Live-stream sessions: when one runs, and which orders came through it."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Refused

LONGEST = timedelta(hours=12)
AFTER = timedelta(hours=24)
"""So long after its end an order of somebody who came through the session is still counted to it."""
KEPT_YEARS = 3
"""Records of sessions are kept so long at least (网络直播营销管理办法); we never delete them."""


class LiveStage(StrEnum):
    """Where a session stands at a moment."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


def stage(now: datetime, starts_at: datetime, ends_at: datetime, *, cancelled: bool) -> LiveStage:
    """Its stage: from the first moment to the last, both included."""
    if cancelled:
        return LiveStage.CANCELLED
    if now < starts_at:
        return LiveStage.AHEAD
    return LiveStage.RUNNING if now <= ends_at else LiveStage.OVER


def counts(ordered_at: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether an order of a visitor of the session belongs to its sales."""
    return starts_at <= ordered_at <= ends_at + AFTER


def check(*, title: str, starts_at: datetime, ends_at: datetime, goods: int, now: datetime) -> None:
    """Raises: Refused "live-title-missing", "live-times", "live-too-long", "live-in-the-past", "live-no-goods"."""
    if not title.strip():
        raise Refused("live-title-missing")
    if ends_at <= starts_at:
        raise Refused("live-times")
    if ends_at - starts_at > LONGEST:
        raise Refused("live-too-long", hours=int(LONGEST.total_seconds() // 3600))
    if ends_at < now:
        raise Refused("live-in-the-past")
    if not goods:
        raise Refused("live-no-goods")
