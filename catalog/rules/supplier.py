"""Who sells and how they are bound to households: words, and the life of a supplier (rules 64, 66, 67)."""

from enum import StrEnum

from core.states import StateTable, step


class EntityType(StrEnum):
    """Legal form of a supplier."""

    COOPERATIVE = "cooperative"
    FAMILY_FARM = "family_farm"
    COLLECTIVE = "collective"
    FIRM = "firm"
    TRADER = "trader"


class SupplierStatus(StrEnum):
    """Only an active supplier's goods are seen; evidence stays whatever happens (rule 67)."""

    APPLYING = "applying"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    BLACKLISTED = "blacklisted"


class SupplierAct(StrEnum):
    """What can be done with a supplier."""

    ADMIT = "admit"
    DECLINE = "decline"
    SUSPEND = "suspend"
    RESUME = "resume"
    REMOVE = "remove"
    BLACKLIST = "blacklist"
    LET_APPLY = "let_apply"


_S, _A = SupplierStatus, SupplierAct
SUPPLIER = StateTable(
    "supplier",
    _S.APPLYING,
    {
        (_S.APPLYING, _A.ADMIT): step(_S.ACTIVE, "admission"),
        (_S.APPLYING, _A.DECLINE): step(_S.REMOVED, "admission"),
        (_S.ACTIVE, _A.SUSPEND): step(_S.SUSPENDED, "platform", "township", "clock"),
        (_S.SUSPENDED, _A.RESUME): step(_S.ACTIVE, "platform", "renewal"),
        (_S.ACTIVE, _A.REMOVE): step(_S.REMOVED, "platform", "supplier"),
        (_S.SUSPENDED, _A.REMOVE): step(_S.REMOVED, "platform", "supplier"),
        (_S.ACTIVE, _A.BLACKLIST): step(_S.BLACKLISTED, "platform"),
        (_S.SUSPENDED, _A.BLACKLIST): step(_S.BLACKLISTED, "platform"),
        (_S.REMOVED, _A.BLACKLIST): step(_S.BLACKLISTED, "platform"),
        (_S.REMOVED, _A.LET_APPLY): step(_S.APPLYING, "platform", "admission"),
        (_S.BLACKLISTED, _A.LET_APPLY): step(_S.APPLYING, "platform", "admission"),
    },
)
"""Open orders go on when a supplier is suspended; the clock suspends for an expired licence, and a renewed one that the
township has compared undoes just that; only the whole way of an
application (`catalog.rules.admission`) admits. A ban has to be over before somebody may apply again.
"""


class HouseholdCategory(StrEnum):
    """What a household is to the policy."""

    EXITED = "exited"
    MONITORED = "monitored"
    ORDINARY = "ordinary"


class LinkageMode(StrEnum):
    """How a supplier is bound to a household."""

    PURCHASE = "purchase"
    WAGE = "wage"
    DIVIDEND = "dividend"
    GUARANTEED = "guaranteed"
    LAND_RENT = "land_rent"
    CUSTODY = "custody"
    PROCESSING = "processing"
