"""A unit's dispute about an accepted line: both sides' evidence, a time for the answer, a decision (rules 25, 48).

Whatever becomes of it, only the disputed amount waits; the rest of the line is payable.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import county_day, day_start
from core.states import StateTable, step
from core.workdays import WorkCalendar

ANSWER_WORKDAYS = 3
DECISION_WORKDAYS = 7


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"  # the supplier disagrees
    CONCEDED = "conceded"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"

    @property
    def is_open(self) -> bool:
        """Whether the amount still waits."""
        return self in {DisputeState.OPEN, DisputeState.ANSWERED}


class DisputeAct(StrEnum):
    """What can happen to a dispute."""

    ANSWER = "answer"
    CONCEDE = "concede"
    WITHDRAW = "withdraw"
    SILENCE = "silence"  # nobody answered: the platform decides on what lies there
    DECIDE = "decide"


_S, _A = DisputeState, DisputeAct
DISPUTE = StateTable(
    "dispute",
    _S.OPEN,
    {
        (_S.OPEN, _A.ANSWER): step(_S.ANSWERED, "supplier"),
        (_S.OPEN, _A.SILENCE): step(_S.ANSWERED, "clock"),
        **{(at, _A.CONCEDE): step(_S.CONCEDED, "supplier") for at in (_S.OPEN, _S.ANSWERED)},
        **{(at, _A.WITHDRAW): step(_S.WITHDRAWN, "buyer") for at in (_S.OPEN, _S.ANSWERED)},
        (_S.ANSWERED, _A.DECIDE): step(_S.DECIDED, "platform"),
    },
)


def due_at(state: DisputeState, since: datetime, calendar: WorkCalendar) -> datetime | None:
    """Until when the supplier answers, or the platform decides; None at an end."""
    days = {_S.OPEN: ANSWER_WORKDAYS, _S.ANSWERED: DECISION_WORKDAYS}.get(state)
    return None if days is None else day_start(calendar.after(county_day(since), days) + timedelta(days=1))
