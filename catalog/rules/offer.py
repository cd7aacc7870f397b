"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class SaleMode(StrEnum):
    """Weighed at acceptance, or counted in packs."""

    BY_WEIGHT = "by_weight"
    BY_PACK = "by_pack"


class OfferAudience(StrEnum):
    """Whom a pack is for."""

    EVERYBODY = "everybody"
    UNITS = "units"


class StockMoveKind(StrEnum):
    """Why stock changed. `RESERVE`/`RELEASE` move the promise, the others the goods."""

    RECEIVE = "receive"
    ADJUST = "adjust"
    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    RETURN = "return"
