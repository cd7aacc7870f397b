"""Why goods go back, as signers choose it; what they add stands beside it."""

from enum import StrEnum


class RejectReason(StrEnum):
    """The usual reasons."""

    ROTTEN = "rotten"
    SHORT = "short"
    GRADE = "grade"
    PACKAGE = "package"
    TEMPERATURE = "temperature"
    EXPIRED = "expired"
    OTHER = "other"
