"""Complaints to the platform: an answer within three working days, asked again as often as needed."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import county_day, day_start
from core.states import StateTable, step
from core.workdays import WorkCalendar

ANSWER_WORKDAYS = 3
CLOSE_DAYS = 15


class ComplaintKind(StrEnum):
    """What it is about."""

    GOODS = "goods"
    SHOP = "shop"
    PLATFORM = "platform"
    PERSONAL_DATA = "personal_data"
    OTHER = "other"


class ComplaintState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class ComplaintAct(StrEnum):
    """What can happen to it."""

    ANSWER = "answer"
    ASK_AGAIN = "ask_again"
    CLOSE = "close"


_S, _A = ComplaintState, ComplaintAct
COMPLAINT = StateTable(
    "complaint",
    _S.OPEN,
    {
        (_S.OPEN, _A.ANSWER): step(_S.ANSWERED, "platform"),
        (_S.OPEN, _A.ASK_AGAIN): step(_S.OPEN, "buyer"),
        (_S.ANSWERED, _A.ANSWER): step(_S.ANSWERED, "platform"),
        (_S.ANSWERED, _A.ASK_AGAIN): step(_S.OPEN, "buyer"),
        (_S.OPEN, _A.CLOSE): step(_S.CLOSED, "buyer"),
        (_S.ANSWERED, _A.CLOSE): step(_S.CLOSED, "buyer", "clock"),
    },
)


def due_at(state: ComplaintState, since: datetime, calendar: WorkCalendar) -> datetime | None:
    """Until when the platform answers; after an answer, when it closes by itself."""
    day = county_day(since)
    if state is _S.OPEN:
        return day_start(calendar.after(day, ANSWER_WORKDAYS) + timedelta(days=1))
    return day_start(day + timedelta(days=CLOSE_DAYS + 1)) if state is _S.ANSWERED else None
