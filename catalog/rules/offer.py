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


class InvoiceKind(StrEnum):
    """What invoice a buyer gets. A farmer without one has the tax office issue it."""

    ORDINARY = "ordinary"  # 普票
    SPECIAL = "special"  # 专票
    PROXY = "proxy"  # 税务代开


class StockMoveKind(StrEnum):
    """Why stock changed. `RESERVE`/`RELEASE` move the promise, the others the goods."""

    RECEIVE = "receive"
    ADJUST = "adjust"
    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    RETURN = "return"
    LOSS = "loss"  # spoiled, eaten, broken
    ISSUE = "issue"  # sold or given away elsewhere
