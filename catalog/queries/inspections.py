"""Site inspections: one's own to do, one with its list, findings and pictures, all of an application."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from catalog.models.certification import Certification, CertificationCheck, Finding, Inspection, InspectionPhoto
from catalog.models.supplier import Supplier
from catalog.queries import certifications
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import CertificationState, SiteVerdict
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Membership, Organisation
from core.people.models import Person

MOST = 100


@dataclass(frozen=True)
class Visit:
    """One inspection in a list."""

    inspection_id: int
    certification_id: int
    application_no: str
    kind: CertificateKind
    goods: str
    supplier_name: str
    address: str
    round: int
    planned_on: date
    lead_name: str
    second_name: str
    is_exited: bool
    is_closed: bool
    signed: int
    mine: bool


@dataclass(frozen=True)
class Item:
    """One item of the list with what was found there; verdict None: nobody looked yet."""

    check_id: int
    name: str
    verdict: SiteVerdict | None
    note: str
    person: str
    at: datetime | None
    photos: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """An inspection for its page."""

    row: Inspection
    application: Certification
    supplier_name: str
    address: str
    lead_name: str
    second_name: str
    items: tuple[Item, ...]
    photos: tuple[str, ...]


def due(for_: Actor) -> list[Visit]:
    """The open inspections that the actor was chosen for, the next first."""
    query = _visits(for_).where(sa.not_(Inspection.is_closed), _is_mine(for_), _stands())
    return _shown(query.order_by(Inspection.planned_on, Inspection.id))


def done(for_: Actor) -> list[Visit]:
    """The closed ones, the newest first."""
    query = _visits(for_).where(Inspection.is_closed, _is_mine(for_))
    return _shown(query.order_by(Inspection.planned_on.desc(), Inspection.id.desc()))


def due_count(for_: Actor) -> int:
    """How many inspections still want something of the actor: a finding, or a signature."""
    signed = sa.case(
        (Inspection.lead_id == for_.person_id, Inspection.lead_signed_at), else_=Inspection.second_signed_at
    )
    query = (
        sa.select(sa.func.count())
        .select_from(Inspection)
        .join(Certification, Certification.id == Inspection.certification_id)
        .where(sa.not_(Inspection.is_closed), _is_mine(for_), _stands(), signed.is_(None))
    )
    return db.session.scalar(query) or 0


def of_application(certification_id: int) -> list[tuple[Inspection, str, str]]:
    """All visits with their inspectors' names, the newest first."""
    lead, second = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(Inspection, lead.name, second.name)
        .join(lead, lead.id == Inspection.lead_id)
        .join(second, second.id == Inspection.second_id)
        .where(Inspection.certification_id == certification_id)
        .order_by(Inspection.round.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def sheet(inspection_id: int, for_: Actor) -> Sheet:
    """One visit: for its two inspectors, the office, and, once it is signed, the applicant. Raises: Missing."""
    lead, second = aliased(Person), aliased(Person)
    row = db.session.execute(
        sa.select(Inspection, Certification, Organisation.name, Organisation.address, lead.name, second.name)
        .join(Certification, Certification.id == Inspection.certification_id)
        .join(Supplier, Supplier.id == Certification.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(lead, lead.id == Inspection.lead_id)
        .join(second, second.id == Inspection.second_id)
        .where(Inspection.id == inspection_id, certifications.may_see(for_), _may_see(for_))
    ).one_or_none()
    if row is None:
        raise Missing("no-such-inspection")
    photos = _photos(inspection_id)
    items = items_of(row[0], row[1].kind, photos)
    return Sheet(*row, items=items, photos=tuple(token for check, token in photos if check is None))


def items_of(
    inspection: Inspection, kind: CertificateKind, photos: list[tuple[int | None, str]] | None = None
) -> tuple[Item, ...]:
    """The list of the kind with the newest finding at each item."""
    newest = (
        sa.select(Finding.check_id, Finding.verdict, Finding.note, Finding.at, Person.name)
        .ext(distinct_on(Finding.check_id))
        .join(Person, Person.id == Finding.person_id)
        .where(Finding.inspection_id == inspection.id)
        .order_by(Finding.check_id, Finding.id.desc())
        .subquery()
    )
    rows = db.session.execute(
        sa.select(CertificationCheck.id, CertificationCheck.name, newest)
        .outerjoin(newest, newest.c.check_id == CertificationCheck.id)
        .where(CertificationCheck.kind == kind)
        .order_by(CertificationCheck.position)
    )
    shots = photos or []
    return tuple(
        Item(r[0], r[1], r.verdict, r.note or "", r[6] or "", r.at, tuple(t for check, t in shots if check == r[0]))
        for r in rows
    )


def inspectors(office_id: int) -> list[tuple[int, str]]:
    """Who may inspect for an office today."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == office_id,
            Membership.role == Role.CERTIFICATION_INSPECTOR,
            Membership.ended_at.is_(None),
            Membership.valid_from <= clock.today(),
            sa.or_(Membership.valid_to.is_(None), Membership.valid_to >= clock.today()),
        )
        .order_by(Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def _photos(inspection_id: int) -> list[tuple[int | None, str]]:
    rows = db.session.execute(
        sa.select(InspectionPhoto.check_id, StoredFile.token)
        .join(StoredFile, StoredFile.id == InspectionPhoto.file_id)
        .where(InspectionPhoto.inspection_id == inspection_id)
        .order_by(InspectionPhoto.file_id)
    )
    return [(row[0], row[1]) for row in rows]


def _is_mine(for_: Actor) -> sa.ColumnElement[bool]:
    return sa.or_(Inspection.lead_id == for_.person_id, Inspection.second_id == for_.person_id)


def _stands() -> sa.ColumnElement[bool]:
    return Certification.state == CertificationState.INSPECTION


def _may_see(for_: Actor) -> sa.ColumnElement[bool]:
    if for_.may(Right.CERTIFICATION_HANDLE):
        return sa.true()
    return _is_mine(for_) if for_.may(Right.INSPECT) else Inspection.is_closed.expression


def _visits(for_: Actor) -> sa.Select[*tuple[Any, ...]]:
    lead, second = aliased(Person), aliased(Person)
    signed = sa.cast(Inspection.lead_signed_at.is_not(None), sa.Integer) + sa.cast(
        Inspection.second_signed_at.is_not(None), sa.Integer
    )
    mine = sa.case((Inspection.lead_id == for_.person_id, Inspection.lead_signed_at), else_=Inspection.second_signed_at)
    return (
        sa.select(
            Inspection.id.label("inspection_id"),
            Inspection.certification_id,
            Certification.application_no,
            Certification.kind,
            Certification.goods,
            Organisation.name.label("supplier_name"),
            Organisation.address,
            Inspection.round,
            Inspection.planned_on,
            lead.name.label("lead_name"),
            second.name.label("second_name"),
            Certification.is_exited,
            Inspection.is_closed,
            signed.label("signed"),
            mine.is_not(None).label("mine"),
        )
        .join(Certification, Certification.id == Inspection.certification_id)
        .join(Supplier, Supplier.id == Certification.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(lead, lead.id == Inspection.lead_id)
        .join(second, second.id == Inspection.second_id)
        .limit(MOST)
    )


def _shown(query: sa.Select[*tuple[Any, ...]]) -> list[Visit]:
    return [Visit(**row) for row in db.session.execute(query).mappings()]
