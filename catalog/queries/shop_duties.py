"""What the law has a shop show of itself: licence, real name, phone (电子商务法 第十五条)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Certificate
from catalog.models.supplier import Supplier
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.supplier import EntityType
from core import clock
from core.db import db
from core.organisations.models import Organisation


@dataclass(frozen=True)
class Licence:
    """A licence or certificate in force; `code` opens its page."""

    kind: CertificateKind
    number: str
    issuer: str
    valid_to: date
    code: str


@dataclass(frozen=True)
class ShopDuties:
    """The body behind a shop, as registered."""

    name: str
    entity_type: EntityType
    uscc: str | None
    legal_person: str
    address: str
    phone: str
    licence_valid_to: date | None
    licences: tuple[Licence, ...]


def of(supplier_id: int) -> ShopDuties | None:
    """What is shown of a shop. Two statements."""
    row = db.session.execute(
        sa.select(
            *(Organisation.name, Supplier.entity_type, Organisation.uscc, Supplier.legal_person),
            *(Organisation.address, Organisation.phone, Supplier.licence_valid_to),
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Supplier.id == supplier_id)
    ).one_or_none()
    if row is None:
        return None
    held = db.session.execute(
        sa.select(Certificate.kind, Certificate.number, Certificate.issuer, Certificate.valid_to, Certificate.code)
        .where(
            Certificate.supplier_id == supplier_id,
            Certificate.status == CertificateStatus.ACTIVE,
            Certificate.valid_from <= clock.today(),
            Certificate.valid_to >= clock.today(),
        )
        .order_by(Certificate.kind, Certificate.id)
    )
    return ShopDuties(*row, tuple(Licence(*one) for one in held))
