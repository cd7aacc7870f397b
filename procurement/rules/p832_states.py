"""An 832 file from upload to undo. A worker steps in where a file is too large for one request."""

from enum import StrEnum

from core.states import StateTable, step
from procurement.rules.p832 import ImportState


class ImportAct(StrEnum):
    """What can happen to a file."""

    EXPLAIN = "explain"
    QUEUE = "queue"
    JUDGE = "judge"
    COMMIT = "commit"
    GIVE_UP = "give_up"
    UNDO = "undo"
    DISCARD = "discard"


_S, _A = ImportState, ImportAct
IMPORT = StateTable(
    "import",
    _S.MAPPING,
    {
        (_S.MAPPING, _A.EXPLAIN): step(_S.MAPPING, "sender"),
        (_S.MAPPING, _A.QUEUE): step(_S.READING, "sender"),
        (_S.MAPPING, _A.JUDGE): step(_S.PREVIEW, "sender"),
        (_S.MAPPING, _A.DISCARD): step(_S.DISCARDED, "sender"),
        (_S.READING, _A.JUDGE): step(_S.PREVIEW, "clock"),
        (_S.READING, _A.GIVE_UP): step(_S.DISCARDED, "clock"),
        (_S.READING, _A.DISCARD): step(_S.DISCARDED, "sender"),
        (_S.PREVIEW, _A.QUEUE): step(_S.COMMITTING, "sender"),
        (_S.PREVIEW, _A.COMMIT): step(_S.COMMITTED, "sender"),
        (_S.PREVIEW, _A.DISCARD): step(_S.DISCARDED, "sender"),
        (_S.COMMITTING, _A.COMMIT): step(_S.COMMITTED, "clock"),
        (_S.COMMITTING, _A.GIVE_UP): step(_S.PREVIEW, "clock"),
        (_S.COMMITTED, _A.UNDO): step(_S.UNDONE, "sender"),
    },
)
