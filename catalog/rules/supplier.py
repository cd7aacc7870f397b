"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


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
