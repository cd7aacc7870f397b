"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class ApprovalLevel(StrEnum):
    """Who has to approve by the unit's limits (rule 62)."""

    RULE = "rule"
    HEAD = "head"
    COLLECTIVE = "collective"


class LineChannel(StrEnum):
    """Bought here, or from an ordinary vendor."""

    PLATFORM = "platform"
    ORDINARY = "ordinary"


class ReleaseKind(StrEnum):
    """The three ways out of a stop (rule 97); adding eligible lines needs no record."""

    RAISED_TOTAL = "raised_total"
    EMERGENCY = "emergency"
    REASON = "reason"
