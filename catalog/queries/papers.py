"""Certificates as those see them who keep them: the clerk its own, the offices the whole register."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.certificate import CertificateEvent, CertificateReminder
from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.models.supplier import Supplier
from catalog.queries import certified, suppliers
from catalog.rules import certificates as rules
from catalog.rules.certificates import BADGES, CertificateAct, CertificateKind, CertificateLife, CertificateStatus
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Missing
from core.files.models import Audience, StoredFile
from core.organisations.models import Organisation
from core.people.models import Person

MOST_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """One certificate as it stands today. `sold_g` counts the certificate year, as `approved_output_g` does.

    `applied_on`: the renewal was applied for on that day; `is_renewed`: a newer certificate follows.
    """

    certificate_id: int
    code: str
    kind: CertificateKind
    number: str
    holder_name: str
    is_own: bool
    authorised_to: date | None
    issuer: str
    valid_from: date
    valid_to: date
    status: CertificateStatus
    life: CertificateLife
    approved_output_g: int | None
    sold_g: int
    frozen_on: date | None
    applied_on: date | None
    is_renewed: bool
    file_token: str | None
    is_scan_open: bool
    authorisation_token: str | None
    supplier_id: int
    supplier_name: str
    covers: tuple[tuple[int, str], ...] = ()

    @property
    def covered_ids(self) -> tuple[int, ...]:
        """Ids of the products covered."""
        return tuple(product_id for product_id, _ in self.covers)

    @property
    def is_badge(self) -> bool:
        """Whether it earns a badge; a licence covers all goods of its supplier instead."""
        return self.kind in BADGES

    @property
    def sold_bp(self) -> int | None:
        """Sold of the approved output in basis points, rounded down; None without a limit."""
        return None if self.approved_output_g is None else self.sold_g * 10_000 // self.approved_output_g

    @property
    def renewal_due(self) -> date:
        """The last day on which a renewal of green food is applied for in time."""
        return rules.renewal_due(self.valid_to)

    @property
    def is_late(self) -> bool:
        """Applied for less than three months before the end (rule 72)."""
        return self.applied_on is not None and rules.is_late_renewal(self.applied_on, self.valid_to)


@dataclass(frozen=True)
class LifeStep:
    """One line of a certificate's life. `act` None: a reminder, `facts["days"]` before the end."""

    act: CertificateAct | None
    at: datetime
    person: str
    reason: str
    facts: dict[str, Any]


def own(for_: Actor) -> list[Sheet]:
    """The certificates of the actor's supplier, those that end first on top. Raises: Missing."""
    return of_supplier(suppliers.own(for_).id)


def of_supplier(supplier_id: int) -> list[Sheet]:
    """All certificates of a supplier, those that end first on top."""
    return read(select_sheets().where(Certificate.supplier_id == supplier_id))


def sheet(certificate_id: int, for_: Actor) -> Sheet:
    """One certificate. Raises: Missing for another's."""
    query = select_sheets().where(Certificate.id == certificate_id)
    if not for_.may(Right.CERTIFICATE_KEEP):
        query = query.where(Certificate.supplier_id == suppliers.own(for_).id)
    found = read(query)
    if not found:
        raise Missing("no-such-certificate")
    return found[0]


def life_line(certificate_id: int) -> list[LifeStep]:
    """What happened to the certificate, the newest first: acts and the reminders that were sent."""
    acts = db.session.execute(
        sa.select(CertificateEvent, Person.name)
        .outerjoin(Person, Person.id == CertificateEvent.person_id)
        .where(CertificateEvent.certificate_id == certificate_id)
        .order_by(CertificateEvent.id)
    )
    told = db.session.scalars(
        sa.select(CertificateReminder).where(
            CertificateReminder.certificate_id == certificate_id, CertificateReminder.is_sent
        )
    )
    steps = [LifeStep(event.act, event.at, name or "", event.reason, event.facts) for event, name in acts]
    steps += [LifeStep(None, reminder.at, "", "", {"days": reminder.days}) for reminder in told]
    return sorted(steps, key=lambda step: step.at)[::-1]


def to_verify_count() -> int:
    """How many wait for an office."""
    waiting = sa.select(sa.func.count()).where(Certificate.status == CertificateStatus.PENDING)
    return db.session.scalar(waiting) or 0


def ending(for_: Actor, on: date) -> list[date]:
    """Last days of the actor's certificates that end within 180 days (or have ended) and that no newer one continues,
    and of its own licence within 30, the earliest first (rules 66, 72).
    """
    seller = suppliers.own(for_)
    last = sa.select(Certificate.valid_to).where(
        Certificate.supplier_id == seller.id,
        Certificate.status.in_([CertificateStatus.ACTIVE, CertificateStatus.PENDING]),
        Certificate.valid_to <= on + timedelta(days=max(rules.REMINDER_DAYS)),
        ~certified.is_renewed(on),
    )
    days = list(db.session.scalars(last))
    if seller.licence_valid_to is not None and seller.licence_valid_to <= on + timedelta(days=30):
        days.append(seller.licence_valid_to)
    return sorted(days)


def frozen_count(for_: Actor) -> int:
    """How many badges of the actor's supplier are off because more was sold than approved."""
    frozen = sa.select(sa.func.count()).where(
        Certificate.supplier_id == suppliers.own(for_).id, Certificate.frozen_on.is_not(None)
    )
    return db.session.scalar(frozen) or 0


def select_sheets() -> sa.Select[*tuple[Any, ...]]:
    """One row a certificate, columns named as the fields of `Sheet`; joined with `Supplier` and `Organisation`."""
    today, authorisation = clock.today(), aliased(StoredFile)
    return (
        sa.select(
            Certificate.id.label("certificate_id"),
            Certificate.code,
            Certificate.kind,
            Certificate.number,
            sa.func.coalesce(sa.func.nullif(Certificate.holder_name, ""), Organisation.name).label("holder_name"),
            Certificate.is_own,
            Certificate.authorised_to,
            Certificate.issuer,
            Certificate.valid_from,
            Certificate.valid_to,
            Certificate.status,
            certified.life_on(today).label("life"),
            Certificate.approved_output_g,
            certified.sold_g(today).label("sold_g"),
            Certificate.frozen_on,
            certified.applied_on().label("applied_on"),
            certified.is_renewed(today).label("is_renewed"),
            StoredFile.token.label("file_token"),
            (StoredFile.audience == Audience.PUBLIC).label("is_scan_open"),
            authorisation.token.label("authorisation_token"),
            Certificate.supplier_id,
            Organisation.name.label("supplier_name"),
        )
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == Certificate.file_id)
        .outerjoin(authorisation, authorisation.id == Certificate.authorisation_file_id)
        .order_by(Certificate.valid_to, Certificate.id)
        .limit(MOST_ROWS)
    )


def read(query: sa.Select[*tuple[Any, ...]]) -> list[Sheet]:
    """The sheets of a `select_sheets` with the products they cover: two statements, however many rows."""
    rows = db.session.execute(query).mappings().all()
    sheets = [_sheet(row) for row in rows]
    covers = _covers([sheet.certificate_id for sheet in sheets])
    return [replace(sheet, covers=tuple(covers.get(sheet.certificate_id, ()))) for sheet in sheets]


def _sheet(row: Any) -> Sheet:
    said = row["applied_on"]
    return Sheet(
        **{
            **row,
            "life": CertificateLife(row["life"]),
            "applied_on": date.fromisoformat(said) if said else None,
            "is_scan_open": bool(row["is_scan_open"]),
        }
    )


def _covers(certificate_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    rows = db.session.execute(
        sa.select(CertificateProduct.certificate_id, Product.id, Product.name)
        .join(Product, Product.id == CertificateProduct.product_id)
        .where(any_of(CertificateProduct.certificate_id, list(certificate_ids)))
        .order_by(Product.id)
    )
    out: dict[int, list[tuple[int, str]]] = {}
    for certificate_id, product_id, name in rows:
        out.setdefault(certificate_id, []).append((product_id, name))
    return out
