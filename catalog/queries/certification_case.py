"""One application with everything that belongs to it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.certification import (
    Certification,
    CertificationEvent,
    CertificationMaterial,
    CertificationPaper,
    CertificationProduct,
    CertificationVillage,
    FeeCase,
    FeeLetter,
    Monitoring,
)
from catalog.models.product import Certificate, Product
from catalog.models.supplier import Supplier
from catalog.queries import certification_clock, certifications, villages
from catalog.rules.certification import CertificationAct, CertificationState, MaterialState
from catalog.rules.step_clock import Reckoning
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places


@dataclass(frozen=True)
class Ground:
    """A village of the application, as it is today."""

    code: str
    full: str
    scale_x100: int
    is_exited: bool


@dataclass(frozen=True)
class Paper:
    """One line of the list of papers."""

    material_id: int
    name: str
    hint: str
    reasons: tuple[str, ...]
    is_required: bool
    state: MaterialState
    reason: str
    file_token: str | None


@dataclass(frozen=True)
class Event:
    """What happened, by whom."""

    act: CertificationAct
    state: CertificationState
    at: datetime
    reason: str
    limit_days: int | None
    person: str


@dataclass(frozen=True)
class Measured:
    """A monitoring report, or why there is none."""

    row: Monitoring
    file_token: str | None


@dataclass(frozen=True)
class Case:
    """The application for its page. `clock`: of the step it stands in."""

    row: Certification
    supplier_name: str
    supplier_phone: str
    clock: Reckoning | None
    grounds: tuple[Ground, ...]
    products: tuple[tuple[int, str], ...]
    papers: tuple[Paper, ...]
    events: tuple[Event, ...]
    measured: tuple[Measured, ...]
    fee: FeeCase | None
    letters: tuple[FeeLetter, ...]
    renews: Certificate | None
    certificate: Certificate | None


def get(certification_id: int, for_: Actor) -> Case:
    """Raises: Missing for what the actor may not see."""
    head = db.session.execute(
        sa.select(Certification, Organisation.name, Organisation.phone)
        .join(Supplier, Supplier.id == Certification.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Certification.id == certification_id, certifications.may_see(for_))
    ).one_or_none()
    if head is None:
        raise Missing("no-such-certification")
    row: Certification = head[0]
    return Case(
        row=row,
        supplier_name=head[1],
        supplier_phone=head[2] or "",
        clock=certification_clock.reckonings([row.id]).get(row.id),
        grounds=_grounds(row.id),
        products=_products(row.id),
        papers=papers_of(row.id),
        events=_events(row.id),
        measured=_measured(row.id),
        fee=newest_fee(row.id),
        letters=tuple(
            db.session.scalars(
                sa.select(FeeLetter).where(FeeLetter.certification_id == row.id).order_by(FeeLetter.id.desc())
            )
        ),
        renews=db.session.get(Certificate, row.renews_id) if row.renews_id else None,
        certificate=db.session.get(Certificate, row.certificate_id) if row.certificate_id else None,
    )


def newest_fee(certification_id: int) -> FeeCase | None:
    """The fee case that holds."""
    query = sa.select(FeeCase).where(FeeCase.certification_id == certification_id)
    return db.session.scalars(query.order_by(FeeCase.id.desc()).limit(1)).one_or_none()


def letter(letter_id: int, for_: Actor) -> tuple[FeeLetter, Case]:
    """A letter with its application. Raises: Missing."""
    found = db.session.get(FeeLetter, letter_id)
    if found is None:
        raise Missing("no-such-letter")
    return found, get(found.certification_id, for_)


def papers_of(certification_id: int) -> tuple[Paper, ...]:
    """The list of papers in its order."""
    rows = db.session.execute(
        sa.select(
            CertificationMaterial.id,
            CertificationMaterial.name,
            CertificationMaterial.hint,
            CertificationMaterial.reasons,
            CertificationMaterial.is_required,
            CertificationPaper.state,
            CertificationPaper.reason,
            StoredFile.token,
        )
        .join(CertificationPaper, CertificationPaper.material_id == CertificationMaterial.id)
        .outerjoin(StoredFile, StoredFile.id == CertificationPaper.file_id)
        .where(CertificationPaper.certification_id == certification_id)
        .order_by(CertificationMaterial.position)
    )
    return tuple(Paper(r[0], r[1], r[2], tuple(r[3].splitlines()), r[4], r[5], r[6], r[7]) for r in rows)


def _grounds(certification_id: int) -> tuple[Ground, ...]:
    rows = db.session.execute(
        sa.select(CertificationVillage.village_code, CertificationVillage.scale_x100)
        .where(CertificationVillage.certification_id == certification_id)
        .order_by(CertificationVillage.scale_x100.desc(), CertificationVillage.village_code)
    ).all()
    codes = {row.village_code for row in rows}
    named, now = places.names(codes), villages.origins_on(codes, clock.today())
    return tuple(Ground(code, named[code].full, scale, now[code].is_exited) for code, scale in rows)


def _products(certification_id: int) -> tuple[tuple[int, str], ...]:
    rows = db.session.execute(
        sa.select(Product.id, Product.name)
        .join(CertificationProduct, CertificationProduct.product_id == Product.id)
        .where(CertificationProduct.certification_id == certification_id)
        .order_by(Product.id)
    )
    return tuple((row.id, row.name) for row in rows)


def _events(certification_id: int) -> tuple[Event, ...]:
    rows = db.session.execute(
        sa.select(
            CertificationEvent.act,
            CertificationEvent.state,
            CertificationEvent.at,
            CertificationEvent.reason,
            CertificationEvent.limit_days,
            Person.name,
        )
        .join(Person, Person.id == CertificationEvent.person_id)
        .where(CertificationEvent.certification_id == certification_id)
        .order_by(CertificationEvent.id)
    )
    return tuple(Event(*row) for row in rows)


def _measured(certification_id: int) -> tuple[Measured, ...]:
    rows = db.session.execute(
        sa.select(Monitoring, StoredFile.token)
        .outerjoin(StoredFile, StoredFile.id == Monitoring.file_id)
        .where(Monitoring.certification_id == certification_id)
        .order_by(Monitoring.id.desc())
    )
    return tuple(Measured(row[0], row[1]) for row in rows)
