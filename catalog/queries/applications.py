"""Reading applications: one's own as the applicant, any of one's desk as a reviewer. A foreign one is Missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication, AdmissionPaper, AdmissionStep, AdmissionVersion
from catalog.models.supplier import Supplier
from catalog.queries.admission_effect import linked_codes
from catalog.rules import admission as rules
from catalog.rules.admission import AdmissionAct, AdmissionState, Dossier, FoodLicence, Lack, PaperKind
from catalog.rules.supplier import LinkageMode
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places

FACTS = (
    "entity_type", "name", "uscc", "legal_person", "phone", "village_code", "licence_valid_to", "bank_name",
    "bank_account_name", "bank_account_no", "goods", "sells_processed", "sc_no", "sc_from", "sc_to", "jy_no",
    "jy_from", "jy_to", "food_issuer", "recognition_no", "agreements", "producer_id",
)  # fmt: skip
"""What an applicant writes, and what a version keeps."""


def facts_of(found: AdmissionApplication) -> dict[str, Any]:
    """What is written now, as a version keeps it."""
    facts = {name: getattr(found, name) for name in FACTS}
    plain = {name: day.isoformat() for name, day in facts.items() if isinstance(day, date)}
    return {**facts, **plain, "entity_type": found.entity_type.value}


@dataclass(frozen=True)
class Reading:
    """What is written, for people to read: places and the producer by name, how many codes the register knows."""

    place: str
    producer: str
    agreements: tuple[tuple[str, LinkageMode, bool], ...]

    @property
    def linked(self) -> int:
        """Agreements with exited or watched households of the register."""
        return sum(is_linked for *_, is_linked in self.agreements)


def facts_for_reading(found: AdmissionApplication) -> Reading:
    """Names behind the codes; which household is linked is for officers' eyes."""
    place = places.names({found.village_code}).get(found.village_code)
    producer = db.session.scalar(
        sa.select(Organisation.name)
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .where(Supplier.id == found.producer_id)
    )
    known = linked_codes({str(each["code"]) for each in found.agreements})
    return Reading(
        place.full if place else found.village_code,
        producer or "",
        tuple((each["code"], LinkageMode(each["mode"]), each["code"] in known) for each in found.agreements),
    )


def get_own(application_no: str, by: Actor) -> AdmissionApplication:
    """One's own application. Raises: Missing."""
    found = db.session.execute(
        sa.select(AdmissionApplication).where(
            AdmissionApplication.application_no == application_no, AdmissionApplication.applicant_id == by.person_id
        )
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-application")
    return found


def listed_own(by: Actor) -> Sequence[AdmissionApplication]:
    """One's own applications, the newest first."""
    query = sa.select(AdmissionApplication).where(AdmissionApplication.applicant_id == by.person_id)
    return db.session.scalars(query.order_by(AdmissionApplication.id.desc())).all()


def within(by: Actor) -> sa.ColumnElement[bool]:
    """What a reviewer may read: everything that was handed in; a township only what grows on its land."""
    handed_in = AdmissionApplication.version_no > 0
    if by.organisation_kind is OrganisationKind.TOWNSHIP:
        return sa.and_(handed_in, AdmissionApplication.town_code == (by.place_code or ""))
    return handed_in if by.may(Right.ADMISSION_REVIEW) else sa.false()


def get_for_review(application_no: str, by: Actor) -> AdmissionApplication:
    """An application as a reviewer reads it. Raises: Missing for another township's."""
    found = db.session.execute(
        sa.select(AdmissionApplication).where(AdmissionApplication.application_no == application_no, within(by))
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-application")
    return found


@dataclass(frozen=True)
class PaperRow:
    """A document that stands now."""

    paper_id: int
    kind: PaperKind
    name: str
    token: str
    added_at: datetime


def papers(application_id: int) -> list[PaperRow]:
    """The documents in the order of their kinds."""
    rows = db.session.execute(
        sa.select(AdmissionPaper.id, AdmissionPaper.kind, StoredFile.name, StoredFile.token, AdmissionPaper.added_at)
        .join(StoredFile, StoredFile.id == AdmissionPaper.file_id)
        .where(AdmissionPaper.application_id == application_id, AdmissionPaper.dropped_at.is_(None))
        .order_by(AdmissionPaper.id)
    )
    order = list(PaperKind)
    return sorted((PaperRow(*row) for row in rows), key=lambda p: (order.index(p.kind), p.paper_id))


def paper_facts(application_id: int) -> list[dict[str, Any]]:
    """The documents as a version keeps them: kind and file."""
    rows = db.session.execute(
        sa.select(AdmissionPaper.kind, AdmissionPaper.file_id)
        .where(AdmissionPaper.application_id == application_id, AdmissionPaper.dropped_at.is_(None))
        .order_by(AdmissionPaper.id)
    )
    return [{"kind": kind.value, "file_id": file_id} for kind, file_id in rows]


@dataclass(frozen=True)
class CheckList:
    """What an application must bring, and what of it is missing."""

    needed: tuple[PaperKind, ...]
    lacks: tuple[Lack, ...]
    missing: tuple[PaperKind, ...]

    @property
    def count(self) -> int:
        """How many things are missing; 0: it may be handed in."""
        return len(self.lacks) + len(self.missing)


def check_list(found: AdmissionApplication) -> CheckList:
    """The application's completeness (rule 64)."""
    dossier = Dossier(
        found.entity_type, found.name, found.bank_account_name, found.sells_processed,
        FoodLicence(found.sc_no, found.food_issuer, found.sc_from, found.sc_to),
        FoodLicence(found.jy_no, found.food_issuer, found.jy_from, found.jy_to), len(found.agreements),
        found.recognition_no, found.producer_id is not None,
        frozenset(PaperKind(each["kind"]) for each in paper_facts(found.id)),
    )  # fmt: skip
    lacks, missing = rules.lacking(dossier, clock.today())
    needed = rules.papers_needed(dossier)
    return CheckList(tuple(kind for kind in PaperKind if kind in needed), tuple(lacks), tuple(missing))


@dataclass(frozen=True)
class StepRow:
    """One line of the timeline. `person` is empty for the clock, `organisation` for the applicant."""

    act: AdmissionAct
    from_state: AdmissionState
    to_state: AdmissionState
    version_no: int
    person: str
    organisation: str
    reason: str
    due_on: date | None
    at: datetime


def timeline(application_id: int) -> list[StepRow]:
    """What was done by whom, the newest first. One statement."""
    rows = db.session.execute(
        sa.select(
            AdmissionStep.act, AdmissionStep.from_state, AdmissionStep.to_state, AdmissionStep.version_no,
            sa.func.coalesce(Person.name, ""), sa.func.coalesce(Organisation.name, ""), AdmissionStep.reason,
            AdmissionStep.due_on, AdmissionStep.at,
        )
        .outerjoin(Person, Person.id == AdmissionStep.person_id)
        .outerjoin(Organisation, Organisation.id == AdmissionStep.organisation_id)
        .where(AdmissionStep.application_id == application_id)
        .order_by(AdmissionStep.id.desc())
    )  # fmt: skip
    return [
        StepRow(row[0], AdmissionState(row[1]), AdmissionState(row[2]), row[3], row[4], row[5], row[6], row[7], row[8])
        for row in rows
    ]


def last_version(application_id: int) -> AdmissionVersion | None:
    """What was handed in last."""
    query = sa.select(AdmissionVersion).where(AdmissionVersion.application_id == application_id)
    return db.session.scalars(query.order_by(AdmissionVersion.version_no.desc()).limit(1)).first()


@dataclass(frozen=True)
class Change:
    """A fact that differs from the version before."""

    name: str
    before: object
    after: object


def changes(found: AdmissionApplication) -> list[Change]:
    """What is new in the version handed in last against the one before; documents as their number of each kind."""
    query = sa.select(AdmissionVersion).where(AdmissionVersion.application_id == found.id)
    last = db.session.scalars(query.order_by(AdmissionVersion.version_no.desc()).limit(2)).all()
    if len(last) < 2:
        return []
    new, old = last[0].facts, last[1].facts
    found_changes = [Change(name, old.get(name), new.get(name)) for name in FACTS if old.get(name) != new.get(name)]
    if last[0].papers != last[1].papers:
        found_changes.append(Change("papers", _kinds(last[1].papers), _kinds(last[0].papers)))
    return found_changes


def _kinds(rows: list[Any]) -> list[str]:
    return [str(each["kind"]) for each in rows]
