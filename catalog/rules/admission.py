"""How somebody comes to sell: the steps of an application, what it must bring, and its clock (rules 39, 64, 65).

Nowhere is it asked where a seller is registered: what counts is where the goods grow and who is paid (rule 39). The
township that checks is therefore the one of the growing village, not of the register.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from catalog.rules.supplier import EntityType
from core.errors import Refused
from core.states import StateTable, step
from core.workdays import WorkCalendar


class AdmissionState(StrEnum):
    """Where an application stands. The four in the middle are somebody's desk."""

    DRAFT = "draft"
    TOWNSHIP = "township"
    AGRICULTURE = "agriculture"
    LINKAGE = "linkage"
    PUBLICATION = "publication"
    RETURNED = "returned"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AdmissionAct(StrEnum):
    """What can be done with an application. A return keeps the step it came from: three ways back."""

    SUBMIT = "submit"
    PASS = "pass"  # noqa: S105 - a verdict
    SEND_BACK = "send_back"
    REFUSE = "refuse"
    AGAIN_TOWNSHIP = "again_township"
    AGAIN_AGRICULTURE = "again_agriculture"
    AGAIN_LINKAGE = "again_linkage"
    ACTIVATE = "activate"
    WITHDRAW = "withdraw"


_S, _A = AdmissionState, AdmissionAct
ADMISSION = StateTable(
    "admission",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.TOWNSHIP, "applicant"),
        (_S.DRAFT, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
        (_S.TOWNSHIP, _A.PASS): step(_S.AGRICULTURE, "township"),
        (_S.TOWNSHIP, _A.SEND_BACK): step(_S.RETURNED, "township"),
        (_S.TOWNSHIP, _A.REFUSE): step(_S.REFUSED, "township"),
        (_S.TOWNSHIP, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
        (_S.AGRICULTURE, _A.PASS): step(_S.LINKAGE, "agriculture"),
        (_S.AGRICULTURE, _A.SEND_BACK): step(_S.RETURNED, "agriculture"),
        (_S.AGRICULTURE, _A.REFUSE): step(_S.REFUSED, "agriculture"),
        (_S.AGRICULTURE, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
        (_S.LINKAGE, _A.PASS): step(_S.PUBLICATION, "linkage"),
        (_S.LINKAGE, _A.SEND_BACK): step(_S.RETURNED, "linkage"),
        (_S.LINKAGE, _A.REFUSE): step(_S.REFUSED, "linkage"),
        (_S.LINKAGE, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
        (_S.PUBLICATION, _A.ACTIVATE): step(_S.ACTIVE, "platform", "clock"),
        (_S.PUBLICATION, _A.SEND_BACK): step(_S.RETURNED, "platform"),
        (_S.PUBLICATION, _A.REFUSE): step(_S.REFUSED, "platform"),
        (_S.PUBLICATION, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
        (_S.RETURNED, _A.AGAIN_TOWNSHIP): step(_S.TOWNSHIP, "applicant"),
        (_S.RETURNED, _A.AGAIN_AGRICULTURE): step(_S.AGRICULTURE, "applicant"),
        (_S.RETURNED, _A.AGAIN_LINKAGE): step(_S.LINKAGE, "applicant"),
        (_S.RETURNED, _A.WITHDRAW): step(_S.WITHDRAWN, "applicant"),
    },
)
CHECKS = (_S.TOWNSHIP, _S.AGRICULTURE, _S.LINKAGE)
"""Desks with a limit in working days, in their order."""
DESKS = (*CHECKS, _S.PUBLICATION)
EDITABLE = frozenset({_S.DRAFT, _S.RETURNED})
ENDED = frozenset({_S.ACTIVE, _S.REFUSED, _S.WITHDRAWN})

LIMITS: Mapping[str, int] = MappingProxyType({_S.TOWNSHIP.value: 5, _S.AGRICULTURE.value: 5, _S.LINKAGE.value: 5})
"""Working days a desk has unless a dated setting says another number (rule 64 names the township's five)."""
PUBLICATION_DAYS = 7


class ApplicantKind(StrEnum):
    """What the form offers. A grower as a natural person is offered so that the answer can tell the way."""

    COOPERATIVE = "cooperative"
    FAMILY_FARM = "family_farm"
    COLLECTIVE = "collective"
    FIRM = "firm"
    TRADER = "trader"
    GROWER = "grower"


AGGREGATORS = frozenset({EntityType.COOPERATIVE, EntityType.COLLECTIVE})
"""Through whom a grower without a licence sells."""


def entity_of(kind: ApplicantKind) -> EntityType:
    """The legal form of an applicant. Raises: Refused "grower-needs-aggregator" for a natural person."""
    if kind is ApplicantKind.GROWER:
        raise Refused("grower-needs-aggregator")
    return EntityType(kind.value)


class PaperKind(StrEnum):
    """Documents of an application."""

    LICENCE = "licence"
    BANK = "bank"
    ORIGIN = "origin"
    AGREEMENTS = "agreements"
    RECOGNITION = "recognition"
    SC = "sc"
    JY = "jy"
    AUTHORISATION = "authorisation"
    OTHER = "other"


@dataclass(frozen=True)
class FoodLicence:
    """A food licence as an application names it: it flows into the register of certificates with these."""

    number: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_whole(self, on: date) -> bool:
        """Whether everything that the register needs is said, and it holds on the day."""
        if not (self.number and self.issuer and self.valid_from and self.valid_to):
            return False
        return self.valid_from <= self.valid_to and on <= self.valid_to


@dataclass(frozen=True)
class Dossier:
    """What an application says and holds, as far as its completeness is concerned."""

    entity: EntityType
    name: str
    bank_account_name: str
    sells_processed: bool
    sc: FoodLicence
    jy: FoodLicence
    agreements: int
    recognition_no: str
    has_producer: bool
    papers: frozenset[PaperKind]


def papers_needed(dossier: Dossier) -> frozenset[PaperKind]:
    """The documents that such an application must bring (rules 64, 65)."""
    needed = {PaperKind.LICENCE, PaperKind.BANK, PaperKind.ORIGIN}
    is_trader = dossier.entity is EntityType.TRADER
    if is_trader:
        needed.add(PaperKind.AUTHORISATION)
    elif dossier.agreements:
        needed.add(PaperKind.AGREEMENTS)
    elif dossier.recognition_no:
        needed.add(PaperKind.RECOGNITION)
    if dossier.sells_processed:
        needed.add(PaperKind.JY if is_trader else PaperKind.SC)
    return frozenset(needed)


class Lack(StrEnum):
    """What keeps an application from being handed in, beside missing documents."""

    LINKAGE = "linkage"  # neither agreement nor recognised product
    PRODUCER = "producer"
    BANK_NAME = "bank_name"
    SC_NO = "sc_no"
    JY_NO = "jy_no"
    SC_TERM = "sc_term"
    JY_TERM = "jy_term"


def lacking(dossier: Dossier, on: date) -> tuple[list[Lack], list[PaperKind]]:
    """What is missing on a day, in the order of the form; nothing for a complete application."""
    is_trader = dossier.entity is EntityType.TRADER
    lacks = {
        Lack.BANK_NAME: dossier.bank_account_name.strip() != dossier.name.strip(),
        Lack.LINKAGE: not is_trader and not dossier.agreements and not dossier.recognition_no,
        Lack.PRODUCER: is_trader and not dossier.has_producer,
        Lack.SC_NO: dossier.sells_processed and not is_trader and not dossier.sc.number,
        Lack.JY_NO: dossier.sells_processed and is_trader and not dossier.jy.number,
        Lack.SC_TERM: bool(dossier.sc.number) and not dossier.sc.is_whole(on),
        Lack.JY_TERM: bool(dossier.jy.number) and not dossier.jy.is_whole(on),
    }
    missing = papers_needed(dossier) - dossier.papers
    return [lack for lack, is_so in lacks.items() if is_so], [kind for kind in PaperKind if kind in missing]


IDENTITY = frozenset({"uscc", "name", "entity_type", "village_code", "legal_person", "producer_id"})
"""Facts that the first desk judged: who changes one of them starts at the first desk again."""


def way_back(returned_from: AdmissionState, changed: Collection[str]) -> AdmissionAct:
    """The act by which a returned application is handed in again: to the desk that returned it, to the township when
    what it judged has changed, to the linkage check when it came back out of the publication.
    """
    if returned_from is _S.TOWNSHIP or IDENTITY & set(changed):
        return _A.AGAIN_TOWNSHIP
    return _A.AGAIN_AGRICULTURE if returned_from is _S.AGRICULTURE else _A.AGAIN_LINKAGE


# --- the clock ---------------------------------------------------------------------------------------


def due_on(calendar: WorkCalendar, since: date, limit_days: int, spent_days: int = 0) -> date:
    """The last day of a desk: what was spent before a return is not given twice, but one day is left always."""
    return calendar.after(since, max(1, limit_days - spent_days))


def spent(calendar: WorkCalendar, since: date, until: date) -> int:
    """Working days that a desk used: the day it came does not count, the day it left does."""
    return calendar.between(since, until)


def publication_last(published_on: date, days: int = PUBLICATION_DAYS) -> date:
    """The last day on which somebody may object: `days` whole days after the day of publication."""
    return published_on + timedelta(days=days)


@dataclass(frozen=True)
class Voices:
    """The objections against one application."""

    waiting: int = 0
    upheld: int = 0


def check_activation(today: date, last: date, voices: Voices) -> None:
    """Whether a published applicant may sell from today on.

    Raises: Refused "publication-runs", "objection-unanswered", "objection-upheld".
    """
    if today <= last:
        raise Refused("publication-runs", until_on=last)
    if voices.waiting:
        raise Refused("objection-unanswered", count=voices.waiting)
    if voices.upheld:
        raise Refused("objection-upheld")
