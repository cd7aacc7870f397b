"""Certificates and licences: when a badge shows and what an expiry takes down (rules 71–73, 75)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalog.rules import identifiers
from core.errors import Refused


class CertificateKind(StrEnum):
    """Badges (green, organic, GI) and the licences that selling needs (SC, JY, quarantine)."""

    GREEN = "green"
    ORGANIC = "organic"
    GI = "gi"
    SC = "sc"
    JY = "jy"
    QUARANTINE = "quarantine"


class CertificateStatus(StrEnum):
    """Whether the issuer's word stands: believed once somebody has compared the paper with its issuer."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


BADGES = frozenset({CertificateKind.GREEN, CertificateKind.ORGANIC, CertificateKind.GI})
"""An expiry removes the badge, its filter and its price; the goods stay, unless the badge was why they were listed."""

LICENCES = frozenset({CertificateKind.SC, CertificateKind.JY, CertificateKind.QUARANTINE})
"""An expiry unlists: selling needs it."""

REMINDER_DAYS = (180, 120, 90, 30, 7)
_RENEWAL_DAYS = 90
_NUMBER_LENGTH = 40


@dataclass(frozen=True)
class Held:
    """A certificate as far as one product is concerned. Validity includes both days.

    `is_ours`: the holder is the supplier, or authorised it in writing; `covers`: the product is named in it.
    """

    kind: CertificateKind
    valid_from: date
    valid_to: date
    status: CertificateStatus = CertificateStatus.ACTIVE
    is_ours: bool = True
    covers: bool = True
    is_frozen: bool = False  # more sold than approved (rule 73)

    def is_active(self, on: date) -> bool:
        """Whether it holds for the product on a day: the expiry day still, the next day no more."""
        stands = self.status is CertificateStatus.ACTIVE and self.is_ours and self.covers
        return stands and self.valid_from <= on <= self.valid_to


def badges(held: Iterable[Held], on: date) -> frozenset[CertificateKind]:
    """The badges a product shows on a day. A lot keeps the badges of the day it was harvested."""
    return frozenset(h.kind for h in held if h.kind in BADGES and h.is_active(on) and not h.is_frozen)


def may_sell(needed: CertificateKind | None, held: Iterable[Held], on: date) -> bool:
    """Whether the licence that the category needs (None: none) is active on a day."""
    return needed is None or any(h.kind is needed and h.is_active(on) for h in held)


def is_oversold(sold_g: int, approved_g: int | None) -> bool:
    """Sold in the certificate year above the approved output: the badge freezes, finding F11. None: no limit."""
    return approved_g is not None and sold_g > approved_g


def reminders(valid_to: date) -> list[date]:
    """The days on which the holder is reminded (rule 72)."""
    return [valid_to - timedelta(days=days) for days in REMINDER_DAYS]


def is_late_renewal(applied_on: date, valid_to: date) -> bool:
    """Applied less than three months before the expiry: marked."""
    return (valid_to - applied_on).days < _RENEWAL_DAYS


_NUMBERS = {
    CertificateKind.GREEN: identifiers.green_number,
    CertificateKind.ORGANIC: identifiers.organic_number,
    CertificateKind.GI: identifiers.geographic_number,
    CertificateKind.SC: identifiers.production_licence,
    CertificateKind.JY: identifiers.operation_licence,
}


def number(kind: CertificateKind, text: str) -> str:
    """The tidy number of a kind. Quarantine proofs have no common shape.

    Raises: Refused of `identifiers`, "certificate-number-missing".
    """
    tidied = identifiers.tidy(text)
    if not tidied or len(tidied) > _NUMBER_LENGTH:
        raise Refused("certificate-number-missing")
    return _NUMBERS[kind](tidied) if kind in _NUMBERS else tidied


def check_validity(valid_from: date, valid_to: date) -> None:
    """Raises: Refused "certificate-ends-before-start"."""
    if valid_to < valid_from:
        raise Refused("certificate-ends-before-start")
