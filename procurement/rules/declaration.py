"""The reserve declaration 预留份额填报: what a filing must hold before it goes on (rules 12–19)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from core.errors import Refused
from core.money import ceil_share
from core.states import StateTable, step
from procurement.rules.scheme import Approver, SchemeTerms


class CanteenStatus(StrEnum):
    """How a unit feeds its people in a year."""

    OWN = "own"
    OUTSOURCED = "outsourced"
    SHARED_LEAD = "shared_lead"
    SHARED_MEMBER = "shared_member"
    NONE = "none"

    @property
    def has_total(self) -> bool:
        """Whether the unit files a total of its own. A member's is in its lead's; without canteen there is none."""
        return self in (CanteenStatus.OWN, CanteenStatus.OUTSOURCED, CanteenStatus.SHARED_LEAD)


class PartKind(StrEnum):
    """What the total is made of."""

    STAFF_MEALS = "staff_meals"
    RECEPTION = "reception"
    PUPIL_MEALS = "pupil_meals"
    SUBSIDIES = "subsidies"
    CONTRACTOR = "contractor"


class DeclarationState(StrEnum):
    """Only confirmed is in force; submitted is shown as provisional."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class DeclarationAct(StrEnum):
    """What can be done with a version."""

    SUBMIT = "submit"
    SUBMIT_DIRECT = "submit_direct"  # a first-level unit has no superior to review it
    REVIEW = "review"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    REVISE = "revise"


_S, _A = DeclarationState, DeclarationAct
DECLARATION = StateTable(
    "declaration",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.SUBMITTED, "unit"),
        (_S.DRAFT, _A.SUBMIT_DIRECT): step(_S.REVIEWED, "unit"),
        (_S.SUBMITTED, _A.REVIEW): step(_S.REVIEWED, "superior"),
        (_S.SUBMITTED, _A.SEND_BACK): step(_S.RETURNED, "superior"),
        (_S.REVIEWED, _A.CONFIRM): step(_S.CONFIRMED, "finance"),
        (_S.REVIEWED, _A.SEND_BACK): step(_S.RETURNED, "finance"),
        (_S.RETURNED, _A.REVISE): step(_S.DRAFT, "unit"),
    },
)
"""A confirmed version stays as it is: a change is a new version (rule 20)."""


def submit_act(*, first_level: bool) -> DeclarationAct:
    """How a unit submits: a first-level unit goes straight to finance (rule 12)."""
    return DeclarationAct.SUBMIT_DIRECT if first_level else DeclarationAct.SUBMIT


@dataclass(frozen=True)
class Part:
    """One part of the total with the paper it is read from."""

    kind: PartKind
    amount_fen: int
    paper: str


@dataclass(frozen=True)
class Contractor:
    """Who runs an outsourced canteen, and that the contract obliges them (rule 16)."""

    name: str
    uscc: str
    has_contract_file: bool
    clause_ticked: bool

    @property
    def is_complete(self) -> bool:
        """All four are there. Whether the code is valid is the catalogue's question."""
        return bool(self.name and self.uscc and self.has_contract_file and self.clause_ticked)


@dataclass(frozen=True)
class Lead:
    """What is known of the unit that a shared member names (rule 15)."""

    unit_id: int
    canteen: CanteenStatus
    fiscal_year: int
    county_code: str


@dataclass(frozen=True)
class RatioException:
    """A document that lets a unit reserve less under one scheme (rule 17)."""

    scheme: str
    min_bp: int
    document: str
    approver: Approver
    valid_from: date
    valid_to: date

    def covers(self, terms: SchemeTerms, on: date) -> bool:
        """Whether it is a paper of somebody who may allow it, for this scheme, on this day."""
        fits = self.scheme == terms.code and self.approver in terms.exception_by and bool(self.document)
        return fits and self.valid_from <= on <= self.valid_to


@dataclass(frozen=True)
class Filing:
    """One version as filed: one total, its parts, one reserve per scheme code. Money in fen."""

    unit_id: int
    county_code: str
    fiscal_year: int
    canteen: CanteenStatus
    total_fen: int
    parts: tuple[Part, ...] = ()
    reserves: Mapping[str, int] = field(default_factory=dict)
    contractor: Contractor | None = None
    lead: Lead | None = None
    explanation: str = ""
    exceptions: tuple[RatioException, ...] = ()


@dataclass(frozen=True)
class Before:
    """What is known from before: last year's actual and reserves, this year's actual to date. None: not known."""

    actual_fen: int | None = None
    reserves: Mapping[str, int] = field(default_factory=dict)
    spent_to_date_fen: int = 0


@dataclass(frozen=True)
class Remark:
    """Something finance should see though the filing goes on: a finding code, or a warning about a scheme."""

    code: str
    scheme: str | None = None


def least_reserve(total_fen: int, terms: SchemeTerms, exceptions: tuple[RatioException, ...], on: date) -> int:
    """The least reserve for a total: by the scheme's minimum, or by the lowest exception that covers the day."""
    rates = [e.min_bp for e in exceptions if e.covers(terms, on)]
    return ceil_share(total_fen, min([terms.min_bp, *rates]))


def check(filing: Filing, schemes: Mapping[str, SchemeTerms], on: date, before: Before | None = None) -> list[Remark]:
    """Refuses what may not be submitted; answers what finance should look at.

    `schemes`: the versions judging the year. Raises: Refused "declaration-…" with the figures that are wrong.
    """
    _check_parts(filing)
    _check_canteen(filing)
    remarks = [
        remark
        for code, terms in schemes.items()
        for remark in _check_reserve(filing, code, terms, on, (before or Before()).reserves.get(code))
    ]
    return remarks + _check_against_actual(filing, before or Before())


def _check_parts(filing: Filing) -> None:
    for part in filing.parts:
        if part.amount_fen < 0:
            raise Refused("declaration-part-negative", part=part.kind.value)
        if part.amount_fen and not part.paper:
            raise Refused("declaration-part-without-paper", part=part.kind.value)
    parts_fen = sum(part.amount_fen for part in filing.parts)
    if parts_fen != filing.total_fen:
        raise Refused("declaration-parts-differ", total_fen=filing.total_fen, parts_fen=parts_fen)


def _check_canteen(filing: Filing) -> None:
    if filing.canteen.has_total != (filing.total_fen > 0):
        code = "declaration-total-missing" if filing.canteen.has_total else "declaration-total-not-zero"
        raise Refused(code, canteen=filing.canteen.value, total_fen=filing.total_fen)
    if filing.canteen is CanteenStatus.OUTSOURCED and not (filing.contractor and filing.contractor.is_complete):
        raise Refused("declaration-contractor-incomplete")
    if filing.canteen is CanteenStatus.SHARED_MEMBER:
        _check_lead(filing, filing.lead)


def _check_lead(filing: Filing, lead: Lead | None) -> None:
    if lead is None:
        raise Refused("declaration-lead-missing")
    if lead.unit_id == filing.unit_id or lead.canteen is not CanteenStatus.SHARED_LEAD:
        raise Refused("declaration-lead-is-none", lead_id=lead.unit_id)
    if (lead.fiscal_year, lead.county_code) != (filing.fiscal_year, filing.county_code):
        raise Refused("declaration-lead-elsewhere", lead_id=lead.unit_id)


def _check_reserve(filing: Filing, code: str, terms: SchemeTerms, on: date, last_fen: int | None) -> list[Remark]:
    reserve_fen = filing.reserves.get(code, 0)
    if reserve_fen < 0 or reserve_fen > filing.total_fen:
        raise Refused("declaration-reserve-beyond-total", scheme=code, reserve_fen=reserve_fen)
    least_fen = least_reserve(filing.total_fen, terms, filing.exceptions, on)
    if reserve_fen < least_fen:
        raise Refused("declaration-reserve-too-low", scheme=code, reserve_fen=reserve_fen, least_fen=least_fen)
    if last_fen is None or reserve_fen >= last_fen or not filing.canteen.has_total:
        return []
    if terms.no_decrease:
        raise Refused("declaration-reserve-decreases", scheme=code, reserve_fen=reserve_fen, last_fen=last_fen)
    return [Remark("reserve-decreases", code)]


def _check_against_actual(filing: Filing, before: Before) -> list[Remark]:
    """Rule 18: a total below 85 % of last year's actual, or below this year's to date, is explained and is F09."""
    if not filing.canteen.has_total:
        return []
    last_fen = before.actual_fen or 0
    if filing.total_fen * 100 >= last_fen * 85 and filing.total_fen >= before.spent_to_date_fen:
        return []
    if not filing.explanation.strip():
        raise Refused("declaration-needs-explanation", total_fen=filing.total_fen, last_fen=last_fen)
    return [Remark("F09")]


@dataclass(frozen=True)
class Window:
    """When a year is filed (rule 13): default 1 January to 31 March, a setting of each year."""

    opens_on: date
    closes_on: date

    @classmethod
    def shipped(cls, year: int) -> "Window":
        """1 January to 31 March."""
        return cls(date(year, 1, 1), date(year, 3, 31))

    def due_on(self, created_on: date | None = None) -> date:
        """The last day in time: a new unit has 30 days from its creation (rule 21)."""
        return max(self.closes_on, created_on + timedelta(days=30)) if created_on else self.closes_on

    def is_late(self, on: date, created_on: date | None = None) -> bool:
        """Later filing is accepted, and marked. Raises: Refused "declaration-window-not-open" before it opens."""
        if on < self.opens_on:
            raise Refused("declaration-window-not-open", opens_on=self.opens_on)
        return on > self.due_on(created_on)
