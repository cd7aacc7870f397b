"""A supplier's certificates: brought in by its clerk, believed once the operator has looked at the paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.models.supplier import Supplier
from catalog.queries import suppliers
from catalog.rules import certificates as rules
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.organisations.models import Organisation
from core.trail.models import Stream


@dataclass(frozen=True)
class Paper:
    """What stands on a certificate; `file_id` is its scan."""

    kind: CertificateKind
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    file_id: int | None = None
    approved_output_g: int | None = None


def add(paper: Paper, product_ids: Iterable[int] = (), *, by: Actor) -> Certificate:
    """A certificate of the actor's supplier that covers its products; it shows nothing until it is verified.

    Raises: Refused of `rules.certificates.number`, "certificate-ends-before-start", "certificate-number-taken";
    Missing for another's product.
    """
    return _enter(paper, product_ids, supplier_id=suppliers.own(by).id, right=Right.SELL, by=by)


def add_granted(paper: Paper, product_ids: Iterable[int], *, supplier_id: int, by: Actor) -> Certificate:
    """A certificate that the county's help brought in, entered by the agriculture office for its applicant.

    It is pending as any other until the operator has compared it with its issuer: two offices look at it.
    Raises: as `add`.
    """
    made = _enter(paper, product_ids, supplier_id=supplier_id, right=Right.CERTIFICATION_HANDLE, by=by)
    if paper.file_id is not None:
        let_read(paper.file_id, holder_organisation(supplier_id))
    return made


def holder_organisation(supplier_id: int) -> int:
    """The organisation that a supplier is."""
    return db.session.scalars(sa.select(Supplier.organisation_id).where(Supplier.id == supplier_id)).one()


def _enter(paper: Paper, product_ids: Iterable[int], *, supplier_id: int, right: Right, by: Actor) -> Certificate:
    number = rules.number(paper.kind, paper.number)
    rules.check_validity(paper.valid_from, paper.valid_to)
    taken = sa.exists().where(Certificate.kind == paper.kind, Certificate.number == number)
    if db.session.scalar(sa.select(taken)):
        raise Refused("certificate-number-taken", number=number)
    made = Certificate(
        supplier_id=supplier_id,
        kind=paper.kind,
        number=number,
        issuer=paper.issuer,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        status=CertificateStatus.PENDING,
        approved_output_g=paper.approved_output_g,
        file_id=paper.file_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    if paper.file_id is not None:
        # A scan may show more than the certificate says: its owner and the operator read it, nobody else.
        platforms = sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.PLATFORM)
        let_read(paper.file_id, *db.session.scalars(platforms))
    _cover(made, set(product_ids))
    _record("certificate-added", made, right, by)
    return made


def cover(certificate_id: int, product_ids: Iterable[int], *, by: Actor) -> Certificate:
    """Which products one's certificate covers. A verified one is looked at again: it says more than before.

    Raises: Missing for another's certificate or product.
    """
    found = _locked(certificate_id)
    if found.supplier_id != suppliers.own(by).id:
        raise Missing("no-such-certificate")
    db.session.execute(sa.delete(CertificateProduct).where(CertificateProduct.certificate_id == found.id))
    _cover(found, set(product_ids))
    if found.status is CertificateStatus.ACTIVE:
        found.status = CertificateStatus.PENDING
    search_index.mark_supplier(found.supplier_id)
    _record("certificate-covers", found, Right.SELL, by)
    return found


def verify(certificate_id: int, *, by: Actor) -> Certificate:
    """The operator has compared the number with its issuer. Raises: Refused "certificate-settled"; Missing."""
    found = _locked(certificate_id)
    if found.status is CertificateStatus.REVOKED:
        raise Refused("certificate-settled", status=found.status)
    return _set(found, CertificateStatus.ACTIVE, "certificate-verified", by)


def suspend(certificate_id: int, reason: str, *, by: Actor) -> Certificate:
    """The badge is off (or the goods unlisted) at once, until it is verified again. Raises: as `verify`."""
    found = _locked(certificate_id)
    if found.status is CertificateStatus.REVOKED:
        raise Refused("certificate-settled", status=found.status)
    return _set(found, CertificateStatus.SUSPENDED, "certificate-suspended", by, reason=reason)


def revoke(certificate_id: int, reason: str, *, by: Actor) -> Certificate:
    """For good (rule 75)."""
    return _set(_locked(certificate_id), CertificateStatus.REVOKED, "certificate-revoked", by, reason=reason)


def _set(found: Certificate, status: CertificateStatus, action: str, by: Actor, **facts: str) -> Certificate:
    found.status = status
    search_index.mark_supplier(found.supplier_id)
    _record(action, found, Right.CONTENT_APPROVE, by, **facts)
    return found


def _cover(certificate: Certificate, product_ids: set[int]) -> None:
    own = set(
        db.session.scalars(
            sa.select(Product.id).where(Product.id.in_(product_ids), Product.supplier_id == certificate.supplier_id)
        )
    )
    if own != product_ids:
        raise Missing("no-such-product")
    db.session.add_all(CertificateProduct(certificate_id=certificate.id, product_id=i) for i in sorted(own))
    db.session.flush()
    search_index.mark(own)


def _locked(certificate_id: int) -> Certificate:
    query = sa.select(Certificate).where(Certificate.id == certificate_id).with_for_update()
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-certificate")
    return found


def _record(action: str, found: Certificate, right: Right, by: Actor, **facts: Any) -> None:
    trail.record(
        Stream.CATALOGUE,
        action,
        "certificate",
        found.id,
        by=by,
        right=right,
        after={"status": found.status.value, "valid_to": found.valid_to.isoformat()},
        kind=found.kind.value,
        number=found.number,
        **facts,
    )
