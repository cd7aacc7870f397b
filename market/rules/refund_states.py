"""Money on its way back: asked for once, sent under one number, tried until the provider gives its word."""

from datetime import timedelta
from enum import StrEnum

from core.states import StateTable, step


class RefundState(StrEnum):
    """From the wish to the provider's word."""

    WAITING = "waiting"  # a second person has to agree
    ASKED = "asked"  # to be sent
    SENT = "sent"  # under way, or its outcome is not known
    HELD = "held"  # the payee's balance or authorisation does not allow it now: tried again daily
    DONE = "done"
    FAILED = "failed"  # the provider's final no: a person settles it
    REFUSED = "refused"  # the second person's no

    @property
    def takes(self) -> bool:
        """Whether its amount can no longer be asked for again."""
        return self not in {RefundState.FAILED, RefundState.REFUSED}


class RefundAct(StrEnum):
    """What moves a refund."""

    WITHHOLD = "withhold"  # a large one: not without a second person
    AGREE = "agree"
    REFUSE = "refuse"
    SEND = "send"
    POSTPONE = "postpone"  # it never left us
    HOLD = "hold"
    DONE = "done"
    FAIL = "fail"


_S, _A = RefundState, RefundAct
_OPEN = (_S.ASKED, _S.SENT, _S.HELD)
REFUND = StateTable(
    "refund",
    _S.ASKED,
    {
        (_S.ASKED, _A.WITHHOLD): step(_S.WAITING, "clock"),
        (_S.WAITING, _A.AGREE): step(_S.ASKED, "second"),
        (_S.WAITING, _A.REFUSE): step(_S.REFUSED, "second"),
        **{(at, _A.SEND): step(_S.SENT, "clock") for at in _OPEN},
        (_S.SENT, _A.POSTPONE): step(_S.ASKED, "clock"),
        **{(at, _A.HOLD): step(_S.HELD, "provider") for at in _OPEN},
        **{(at, _A.FAIL): step(_S.FAILED, "provider") for at in _OPEN},
        # Also after a no: the provider's books are the truth about its own money.
        **{(at, _A.DONE): step(_S.DONE, "provider") for at in (*_OPEN, _S.WAITING, _S.FAILED, _S.REFUSED)},
    },
)
"""What moves a refund. A refund that is done stays done."""

_PAUSES_S = (15, 30, 60, 300, 900, 3600)
DAILY = timedelta(days=1)


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th attempt whose outcome is not known; longer each time, an hour at most."""
    return timedelta(seconds=_PAUSES_S[min(max(attempts, 1), len(_PAUSES_S)) - 1])
