"""What is said of a listed product changes by a revision that the shop does not show until it was checked.

The township looks at it only when the origin changes. What a reviewer sees is the difference, word by word.
"""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from core.states import StateTable, step


class RevisionState(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"
    ORIGIN_CHECK = "origin_check"
    CONTENT_CHECK = "content_check"
    APPROVED = "approved"
    RETURNED = "returned"
    DROPPED = "dropped"


OPEN = (RevisionState.DRAFT, RevisionState.ORIGIN_CHECK, RevisionState.CONTENT_CHECK, RevisionState.RETURNED)
"""A product has at most one revision that is not over."""


class RevisionAct(StrEnum):
    """What can be done with a revision."""

    SUBMIT = "submit"  # the origin stays: straight to the platform
    SUBMIT_ORIGIN = "submit_origin"
    CONFIRM_ORIGIN = "confirm_origin"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REVISE = "revise"
    DROP = "drop"


_S, _A = RevisionState, RevisionAct
REVISION = StateTable(
    "revision",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.CONTENT_CHECK, "supplier"),
        (_S.DRAFT, _A.SUBMIT_ORIGIN): step(_S.ORIGIN_CHECK, "supplier"),
        (_S.ORIGIN_CHECK, _A.CONFIRM_ORIGIN): step(_S.CONTENT_CHECK, "township"),
        (_S.ORIGIN_CHECK, _A.SEND_BACK): step(_S.RETURNED, "township"),
        (_S.CONTENT_CHECK, _A.APPROVE): step(_S.APPROVED, "platform"),
        (_S.CONTENT_CHECK, _A.SEND_BACK): step(_S.RETURNED, "platform"),
        (_S.RETURNED, _A.REVISE): step(_S.DRAFT, "supplier"),
        (_S.ORIGIN_CHECK, _A.REVISE): step(_S.DRAFT, "supplier"),
        (_S.CONTENT_CHECK, _A.REVISE): step(_S.DRAFT, "supplier"),
        **{(at, _A.DROP): step(_S.DROPPED, "supplier", "platform") for at in OPEN},
    },
)


class PriceChangeState(StrEnum):
    """Where a price that jumps stands (rule 68). Until it is approved the old one holds."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class PriceChangeAct(StrEnum):
    """What can be done with it."""

    APPROVE = "approve"
    SEND_BACK = "send_back"
    TAKE_BACK = "take_back"


_P, _B = PriceChangeState, PriceChangeAct
PRICE_CHANGE = StateTable(
    "price_change",
    _P.WAITING,
    {
        (_P.WAITING, _B.APPROVE): step(_P.APPROVED, "platform"),
        (_P.WAITING, _B.SEND_BACK): step(_P.RETURNED, "platform"),
        (_P.WAITING, _B.TAKE_BACK): step(_P.WITHDRAWN, "supplier"),
    },
)


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A run of words and what became of it."""

    change: Change
    text: str


_WORD = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.DOTALL)


def words_of(text: str) -> list[str]:
    """Latin words and numbers whole, every Chinese character a word of its own: the grain of a difference."""
    return _WORD.findall(text)


def difference(old: str, new: str) -> list[Piece]:
    """Both texts woven together: without the NEW pieces it reads as the old one, without the GONE as the new one."""
    left, right = words_of(old), words_of(new)
    pieces: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(left[i:j])))
            continue
        if i < j:
            pieces.append(Piece(Change.GONE, "".join(left[i:j])))
        if k < m:
            pieces.append(Piece(Change.NEW, "".join(right[k:m])))
    return pieces
