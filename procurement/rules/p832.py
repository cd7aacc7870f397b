"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class ImportSide(StrEnum):
    """A unit's own report, or finance's check file."""

    SELF = "self"
    CHECK = "check"


class ImportState(StrEnum):
    """Looked at, taken over, undone by reversal."""

    PREVIEW = "preview"
    COMMITTED = "committed"
    UNDONE = "undone"
    DISCARDED = "discarded"


class RowVerdict(StrEnum):
    """What a row means against what is known."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


class PurchaseType(StrEnum):
    """采购类型 as the platform says it."""

    CANTEEN = "canteen"
    UNION = "union"
    BOTH = "both"
    OTHER = "other"
