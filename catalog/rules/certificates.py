"""Certificates and licences: when a badge shows and what an expiry takes down (rules 71–73, 75)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalog.rules import identifiers
from core.errors import Refused
from core.states import StateTable, step


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


class CertificateAct(StrEnum):
    """What happens to a certificate. Those of the table below move its state, the others are only written down."""

    ADD = "add"
    COVER = "cover"
    AUTHORISE = "authorise"
    VERIFY = "verify"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    APPROVE_OUTPUT = "approve_output"
    FREEZE = "freeze"
    THAW = "thaw"
    APPLY_RENEWAL = "apply_renewal"
    RENEW = "renew"


_S, _A = CertificateStatus, CertificateAct
CERTIFICATE = StateTable(
    "certificate",
    _S.PENDING,
    {
        (_S.PENDING, _A.VERIFY): step(_S.ACTIVE, "office"),
        (_S.PENDING, _A.COVER): step(_S.PENDING, "supplier"),
        (_S.PENDING, _A.AUTHORISE): step(_S.PENDING, "supplier"),
        (_S.PENDING, _A.REVOKE): step(_S.REVOKED, "office"),
        # Covering more, or another authorisation, says more than what was compared with the issuer: once again.
        (_S.ACTIVE, _A.COVER): step(_S.PENDING, "supplier"),
        (_S.ACTIVE, _A.AUTHORISE): step(_S.PENDING, "supplier"),
        (_S.ACTIVE, _A.SUSPEND): step(_S.SUSPENDED, "office"),
        (_S.ACTIVE, _A.REVOKE): step(_S.REVOKED, "office"),
        (_S.SUSPENDED, _A.COVER): step(_S.SUSPENDED, "supplier"),
        (_S.SUSPENDED, _A.AUTHORISE): step(_S.SUSPENDED, "supplier"),
        (_S.SUSPENDED, _A.VERIFY): step(_S.ACTIVE, "office"),
        (_S.SUSPENDED, _A.REVOKE): step(_S.REVOKED, "office"),
    },
)

DOUBTS = frozenset({CertificateAct.SUSPEND, CertificateAct.REVOKE})
"""After these the badge is off at once and the buyers of the last 90 days are told (rule 75)."""
TOLD_DAYS = 90

BADGES = frozenset({CertificateKind.GREEN, CertificateKind.ORGANIC, CertificateKind.GI})
"""An expiry removes the badge, its filter and its price; the goods stay, unless the badge was why they were listed."""

LICENCES = frozenset({CertificateKind.SC, CertificateKind.JY, CertificateKind.QUARANTINE})
"""An expiry unlists: selling needs it."""

REMINDER_DAYS = (180, 120, 90, 30, 7)
ENDING_DAYS = 90
_RENEWAL_MONTHS = 3
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


def reminders_due(valid_to: date, on: date, noted: Iterable[int]) -> tuple[int | None, list[int]]:
    """(the reminder to send now, those it stands for) in days before the end, of what is not `noted` yet.

    A clock that stood still for weeks sends one, the most urgent; the missed ones are noted with it. Past the last day
    nothing is sent any more.
    """
    left = (valid_to - on).days
    due = sorted(days for days in set(REMINDER_DAYS) - set(noted) if left <= days)
    if not due or left < 0:
        return None, due
    return due[0], due[1:]


def renewal_due(valid_to: date) -> date:
    """The last day on which a renewal is applied for in time: three months before the end (绿色食品)."""
    return _months_back(valid_to, _RENEWAL_MONTHS)


def is_late_renewal(applied_on: date, valid_to: date) -> bool:
    """Applied less than three months before the expiry: marked."""
    return applied_on > renewal_due(valid_to)


def _months_back(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def certificate_year(valid_from: date, on: date) -> date:
    """The first day of the certificate year that a day lies in; the approved output is for one such year.

    Years begin on the anniversary of the first day (29 February: on 1 March); a day before it lies in the first.
    """
    begun = max(on.year - valid_from.year, 0)
    start = _anniversary(valid_from, begun)
    return start if start <= on or begun == 0 else _anniversary(valid_from, begun - 1)


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


class CertificateLife(StrEnum):
    """How a certificate stands on a day, in one word: its status, its dates, its holder and its sales together."""

    WAITING = "waiting"
    NOT_YET = "not_yet"
    ACTIVE = "active"
    ENDING = "ending"
    EXPIRED = "expired"
    FROZEN = "frozen"
    UNAUTHORISED = "unauthorised"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Term:
    """What `life` looks at. `authorised_to` None: the supplier holds it itself; `frozen_on` None: not frozen."""

    status: CertificateStatus
    valid_from: date
    valid_to: date
    authorised_to: date | None = None
    frozen_on: date | None = None


def life(term: Term, on: date) -> CertificateLife:
    """The strongest word first: what the issuer said, then the dates, then the authorisation, then the sales."""
    if term.status in _SAID:
        return _SAID[term.status]
    if term.valid_to < on:
        return CertificateLife.EXPIRED
    if term.status is CertificateStatus.PENDING:
        return CertificateLife.WAITING
    if on < term.valid_from:
        return CertificateLife.NOT_YET
    if term.authorised_to is not None and term.authorised_to < on:
        return CertificateLife.UNAUTHORISED
    if term.frozen_on is not None and term.frozen_on <= on:
        return CertificateLife.FROZEN
    last = min(term.valid_to, term.authorised_to or term.valid_to)
    return CertificateLife.ENDING if (last - on).days <= ENDING_DAYS else CertificateLife.ACTIVE


_SAID = {
    CertificateStatus.REVOKED: CertificateLife.REVOKED,
    CertificateStatus.SUSPENDED: CertificateLife.SUSPENDED,
}


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
