"""A resident asks back the money of a paid order before it is sent.

While nobody has begun to pack it, it goes back at once. Once packing has begun the shop answers within a day; its
silence is consent.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.states import StateTable, step

ANSWER_HOURS = 24


class AskBackState(StrEnum):
    """Where it stands."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AskBackAct(StrEnum):
    """What can happen to it."""

    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


_S, _A = AskBackState, AskBackAct
ASK_BACK = StateTable(
    "ask-back",
    _S.ASKED,
    {
        (_S.ASKED, _A.AGREE): step(_S.AGREED, "supplier", "clock"),
        (_S.ASKED, _A.DECLINE): step(_S.DECLINED, "supplier"),
        (_S.ASKED, _A.WITHDRAW): step(_S.WITHDRAWN, "resident"),
    },
)


def answer_until(asked_at: datetime, *, is_packing: bool) -> datetime:
    """Until when the shop may say no: at once over where nothing is packed."""
    return asked_at + timedelta(hours=ANSWER_HOURS) if is_packing else asked_at
