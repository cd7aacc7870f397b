"""Who speaks in a case."""

from enum import StrEnum


class Party(StrEnum):
    """Sides of a dispute; `clock` says what happened by itself."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    PLATFORM = "platform"
    CLOCK = "clock"
