"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class CertificateKind(StrEnum):
    """Badges (green, organic, GI) and the licences that selling needs (SC, JY, quarantine)."""

    GREEN = "green"
    ORGANIC = "organic"
    GI = "gi"
    SC = "sc"
    JY = "jy"
    QUARANTINE = "quarantine"


class CertificateStatus(StrEnum):
    """Whether the issuer's word still stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
