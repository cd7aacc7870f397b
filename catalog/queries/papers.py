"""Certificates as the clerk and the operator see them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.models.supplier import Supplier
from catalog.queries import suppliers
from catalog.rules.certificates import CertificateKind, CertificateStatus
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation

MOST_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """One certificate with its supplier and the names of the products it covers."""

    certificate_id: int
    kind: CertificateKind
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    status: CertificateStatus
    file_token: str | None
    supplier_id: int
    supplier_name: str
    covers: tuple[str, ...]
    covered_ids: tuple[int, ...]


def own(for_: Actor) -> list[Sheet]:
    """The certificates of the actor's supplier, those that end first on top. Raises: Missing."""
    return _sheets(_select().where(Certificate.supplier_id == suppliers.own(for_).id))


def to_verify() -> list[Sheet]:
    """What waits for the operator, the oldest first."""
    query = _select().where(Certificate.status == CertificateStatus.PENDING)
    return _sheets(query.order_by(None).order_by(Certificate.created_at, Certificate.id))


def to_verify_count() -> int:
    """How many wait."""
    waiting = sa.select(sa.func.count()).where(Certificate.status == CertificateStatus.PENDING)
    return db.session.scalar(waiting) or 0


def ending(for_: Actor, on: date) -> list[date]:
    """Last days of the actor's certificates that end within 90 days (or have ended), and of its own licence within
    30, the earliest first (rules 66, 72).
    """
    seller = suppliers.own(for_)
    last = sa.select(Certificate.valid_to).where(
        Certificate.supplier_id == seller.id,
        Certificate.status.in_([CertificateStatus.ACTIVE, CertificateStatus.PENDING]),
        Certificate.valid_to <= on + timedelta(days=90),
    )
    days = list(db.session.scalars(last))
    if seller.licence_valid_to is not None and seller.licence_valid_to <= on + timedelta(days=30):
        days.append(seller.licence_valid_to)
    return sorted(days)


def sheet(certificate_id: int, for_: Actor) -> Sheet:
    """One certificate. Raises: Missing for another's."""
    query = _select().where(Certificate.id == certificate_id)
    if not for_.may(Right.CONTENT_APPROVE):
        query = query.where(Certificate.supplier_id == suppliers.own(for_).id)
    found = _sheets(query)
    if not found:
        raise Missing("no-such-certificate")
    return found[0]


def of_supplier(supplier_id: int) -> list[Sheet]:
    """All certificates of a supplier, for the operator."""
    return _sheets(_select().where(Certificate.supplier_id == supplier_id))


def _select() -> sa.Select[*tuple[object, ...]]:
    def covered(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        names = (
            sa.select(column)
            .join(CertificateProduct, CertificateProduct.product_id == Product.id)
            .where(CertificateProduct.certificate_id == Certificate.id)
            .order_by(Product.id)
            .correlate(Certificate)
        )
        return sa.func.array(names.scalar_subquery())

    return (
        sa.select(
            Certificate.id.label("certificate_id"),
            Certificate.kind,
            Certificate.number,
            Certificate.issuer,
            Certificate.valid_from,
            Certificate.valid_to,
            Certificate.status,
            StoredFile.token.label("file_token"),
            Certificate.supplier_id,
            Organisation.name.label("supplier_name"),
            covered(Product.name.expression).label("covers"),
            covered(Product.id.expression).label("covered_ids"),
        )
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == Certificate.file_id)
        .order_by(Certificate.valid_to, Certificate.id)
        .limit(MOST_ROWS)
    )


def _sheets(query: sa.Select[*tuple[object, ...]]) -> list[Sheet]:
    return [
        Sheet(**{**row, "covers": tuple(row["covers"]), "covered_ids": tuple(row["covered_ids"])})
        for row in db.session.execute(query).mappings()
    ]
