"""Publications and their objections: the public sees the applicant and the answers, the platform who objected."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.admission import AdmissionAnswer, AdmissionApplication, AdmissionObjection, AdmissionStep
from catalog.rules.admission import CHECKS, AdmissionAct, AdmissionState, Voices
from catalog.rules.supplier import EntityType
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places.models import Place


def voices(found: AdmissionApplication) -> Voices:
    """The objections of the publication that runs; those of an earlier one were dealt with by its return."""
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(AdmissionAnswer.objection_id.is_(None)),
            sa.func.count().filter(AdmissionAnswer.is_upheld),
        )
        .select_from(AdmissionObjection)
        .outerjoin(AdmissionAnswer, AdmissionAnswer.objection_id == AdmissionObjection.id)
        .where(AdmissionObjection.application_id == found.id, AdmissionObjection.at >= found.step_at)
    ).one()
    return Voices(*row)


def has_waiting(application_id: int, person_id: int) -> bool:
    """Whether the person has an objection here that nobody answered yet."""
    answered = sa.exists().where(AdmissionAnswer.objection_id == AdmissionObjection.id)
    waiting = sa.exists().where(
        AdmissionObjection.application_id == application_id, AdmissionObjection.person_id == person_id, ~answered
    )
    return bool(db.session.scalar(sa.select(waiting)))


def waiting_count() -> int:
    """Objections against running publications that wait for an answer."""
    answered = sa.exists().where(AdmissionAnswer.objection_id == AdmissionObjection.id)
    query = (
        sa.select(sa.func.count())
        .select_from(AdmissionObjection)
        .join(AdmissionApplication, AdmissionApplication.id == AdmissionObjection.application_id)
        .where(AdmissionApplication.state == AdmissionState.PUBLICATION, ~answered)
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class PublicRow:
    """An applicant as everybody may read it. No person but the bearer's office, no account, no phone."""

    application_no: str
    name: str
    entity_type: EntityType
    uscc: str
    town_name: str
    village_name: str
    goods: str
    published_on: date
    objections_until: date
    state: AdmissionState


def _select() -> sa.Select[*tuple[object, ...]]:
    town = sa.orm.aliased(Place)
    return (
        sa.select(
            AdmissionApplication.application_no, AdmissionApplication.name, AdmissionApplication.entity_type,
            AdmissionApplication.uscc, town.name.label("town_name"), Place.name.label("village_name"),
            AdmissionApplication.goods, AdmissionApplication.published_on, AdmissionApplication.objections_until,
            AdmissionApplication.state,
        )
        .join(Place, Place.code == AdmissionApplication.village_code)
        .join(town, town.code == AdmissionApplication.town_code)
    )  # fmt: skip


def listed(*, limit: int = 50) -> list[PublicRow]:
    """Running publications, those that end first on top."""
    query = _select().where(AdmissionApplication.state == AdmissionState.PUBLICATION)
    ordered = query.order_by(AdmissionApplication.objections_until, AdmissionApplication.id).limit(limit)
    return [PublicRow(**row) for row in db.session.execute(ordered).mappings()]


def get(application_no: str) -> PublicRow:
    """A publication that runs, or one that led to an admission. Raises: Missing for any other application."""
    query = _select().where(
        AdmissionApplication.application_no == application_no,
        AdmissionApplication.state.in_([AdmissionState.PUBLICATION, AdmissionState.ACTIVE]),
        AdmissionApplication.published_on.is_not(None),
    )
    row = db.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Missing("no-such-publication")
    return PublicRow(**row)


@dataclass(frozen=True)
class Check:
    """A check that was passed: by which office, by whom, when."""

    step: AdmissionState
    organisation: str
    person: str
    at: datetime


def checks(application_no: str) -> list[Check]:
    """The last passing of each desk, in the order of the desks: each reviewer is named (rule 64)."""
    rows = db.session.execute(
        sa.select(AdmissionStep.from_state, Organisation.name, Person.name, AdmissionStep.at)
        .join(AdmissionApplication, AdmissionApplication.id == AdmissionStep.application_id)
        .join(Person, Person.id == AdmissionStep.person_id)
        .join(Organisation, Organisation.id == AdmissionStep.organisation_id)
        .where(AdmissionApplication.application_no == application_no, AdmissionStep.act == AdmissionAct.PASS)
        .order_by(AdmissionStep.id)
    )
    last = {row[0]: Check(AdmissionState(row[0]), row[1], row[2], row[3]) for row in rows}
    return [last[desk.value] for desk in CHECKS if desk.value in last]


@dataclass(frozen=True)
class ObjectionRow:
    """An objection with its answer. `person` and `file_token` are for the platform alone."""

    objection_id: int
    text: str
    at: datetime
    person_id: int
    person: str
    file_token: str | None
    answer: str | None
    is_upheld: bool | None
    answered_at: datetime | None


def objections(application_no: str) -> list[ObjectionRow]:
    """All objections against an applicant, the oldest first."""
    rows = db.session.execute(
        sa.select(
            AdmissionObjection.id, AdmissionObjection.text, AdmissionObjection.at, AdmissionObjection.person_id,
            Person.name, StoredFile.token, AdmissionAnswer.text, AdmissionAnswer.is_upheld, AdmissionAnswer.at,
        )
        .join(AdmissionApplication, AdmissionApplication.id == AdmissionObjection.application_id)
        .join(Person, Person.id == AdmissionObjection.person_id)
        .outerjoin(StoredFile, StoredFile.id == AdmissionObjection.file_id)
        .outerjoin(AdmissionAnswer, AdmissionAnswer.objection_id == AdmissionObjection.id)
        .where(AdmissionApplication.application_no == application_no)
        .order_by(AdmissionObjection.id)
    )  # fmt: skip
    return [ObjectionRow(*row) for row in rows]


@dataclass(frozen=True)
class WaitingRow:
    """An objection that waits for the platform, with what it is about."""

    objection_id: int
    application_no: str
    name: str
    text: str
    at: datetime
    person: str
    file_token: str | None
    objections_until: date | None


def waiting(*, limit: int = 100) -> list[WaitingRow]:
    """Objections without an answer, the oldest first."""
    answered = sa.exists().where(AdmissionAnswer.objection_id == AdmissionObjection.id)
    rows = db.session.execute(
        sa.select(
            AdmissionObjection.id, AdmissionApplication.application_no, AdmissionApplication.name,
            AdmissionObjection.text, AdmissionObjection.at, Person.name, StoredFile.token,
            AdmissionApplication.objections_until,
        )
        .join(AdmissionApplication, AdmissionApplication.id == AdmissionObjection.application_id)
        .join(Person, Person.id == AdmissionObjection.person_id)
        .outerjoin(StoredFile, StoredFile.id == AdmissionObjection.file_id)
        .where(AdmissionApplication.state == AdmissionState.PUBLICATION, ~answered)
        .order_by(AdmissionObjection.id)
        .limit(limit)
    )  # fmt: skip
    return [WaitingRow(*row) for row in rows]
