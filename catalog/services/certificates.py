"""A supplier's certificates: brought in by its clerk, believed once an office has compared the paper with its issuer.

What stands on the paper never changes; everything that happens to it is a fact of its own (`CertificateEvent`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.certificate import CertificateEvent
from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.models.supplier import Supplier
from catalog.queries import suppliers
from catalog.rules import certificates as rules
from catalog.rules.certificates import CertificateAct, CertificateKind, CertificateStatus
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read, open_to_all
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream

READERS = (OrganisationKind.PLATFORM, OrganisationKind.AGRICULTURE)
"""Who reads a scan besides its owner: the offices that compare it with its issuer."""


@dataclass(frozen=True)
class Paper:
    """What stands on a certificate; `file_id` is its scan, `approved_output_g` is for one certificate year.

    `holder_name` "" is the supplier itself; for another holder its written authorisation until `authorised_to`.
    `renews_id`: the certificate that this one continues.
    """

    kind: CertificateKind
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    file_id: int | None = None
    approved_output_g: int | None = None
    holder_name: str = ""
    authorisation_file_id: int | None = None
    authorised_to: date | None = None
    renews_id: int | None = None


def add(paper: Paper, product_ids: Iterable[int] = (), *, by: Actor) -> Certificate:
    """A certificate of the actor's supplier that covers its products; it shows nothing until it is verified.

    Raises: Refused of `rules.certificates.number`, "certificate-ends-before-start", "certificate-number-taken",
    "certificate-needs-authorisation"; Missing for another's product or certificate.
    """
    return _add(suppliers.own(by), paper, product_ids, Right.SELL, by)


def add_granted(paper: Paper, product_ids: Iterable[int], *, supplier_id: int, by: Actor) -> Certificate:
    """A certificate that the county's help brought in, entered by the agriculture office for its applicant.

    It is pending as any other until an office has compared it with its issuer. Raises: as `add`; Missing.
    """
    seller = db.session.get(Supplier, supplier_id)
    if seller is None:
        raise Missing("no-such-supplier")
    made = _add(seller, paper, product_ids, Right.CERTIFICATION_HANDLE, by)
    if paper.file_id is not None:
        let_read(paper.file_id, seller.organisation_id)
    return made


def add_admitted(paper: Paper, *, supplier_id: int, by: Actor | None) -> Certificate:
    """A licence that an admitted application named; `by` None: the clock ended its publication. Raises: as `add`."""
    made = _add(db.session.get_one(Supplier, supplier_id), paper, (), Right.ADMIT, by)
    if paper.file_id is not None:
        let_read(paper.file_id, holder_organisation(supplier_id))
    return made


def is_known(kind: CertificateKind, number: str) -> bool:
    """Whether the register has a certificate with this number, whoever shows it."""
    same = sa.exists().where(Certificate.kind == kind, Certificate.number == rules.number(kind, number))
    return bool(db.session.scalar(sa.select(same)))


def holder_organisation(supplier_id: int) -> int:
    """The organisation that a supplier is."""
    return db.session.scalars(sa.select(Supplier.organisation_id).where(Supplier.id == supplier_id)).one()


def _add(seller: Supplier, paper: Paper, product_ids: Iterable[int], right: Right, by: Actor | None) -> Certificate:
    number = rules.number(paper.kind, paper.number)
    rules.check_validity(paper.valid_from, paper.valid_to)
    holder, is_own = _holder(seller, paper)
    _check_number(seller, paper, number, is_own=is_own)
    made = Certificate(
        supplier_id=seller.id,
        kind=paper.kind,
        number=number,
        holder_name=holder,
        is_own=is_own,
        authorisation_file_id=None if is_own else paper.authorisation_file_id,
        authorised_to=None if is_own else paper.authorised_to,
        issuer=paper.issuer,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        status=CertificateStatus.PENDING,
        approved_output_g=paper.approved_output_g if paper.kind in rules.BADGES else None,
        renews_id=_renewed(seller, paper, right, by),
        file_id=paper.file_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _let_offices_read(paper.file_id, made.authorisation_file_id)
    _cover(made, set(product_ids))
    note(made, CertificateAct.ADD, file_id=paper.file_id, by=by)
    _record("certificate-added", made, right, by)
    return made


def _holder(seller: Supplier, paper: Paper) -> tuple[str, bool]:
    """The holder's name and whether it is the supplier. Raises: Refused "certificate-needs-authorisation"."""
    own_name = db.session.get_one(Organisation, seller.organisation_id).name
    named = paper.holder_name.strip()
    if named in {"", own_name}:
        return own_name, True
    if paper.authorisation_file_id is None or paper.authorised_to is None:
        raise Refused("certificate-needs-authorisation", holder=named)
    return named, False


def _check_number(seller: Supplier, paper: Paper, number: str, *, is_own: bool) -> None:
    """One holder for a number; its renewals follow each other. Raises: Refused "certificate-number-taken"."""
    same = sa.and_(Certificate.kind == paper.kind, Certificate.number == number)
    overlapping = sa.and_(
        Certificate.supplier_id == seller.id,
        Certificate.valid_from <= paper.valid_to,
        Certificate.valid_to >= paper.valid_from,
    )
    anothers = sa.and_(Certificate.supplier_id != seller.id, Certificate.is_own) if is_own else sa.false()
    if db.session.scalar(sa.select(sa.exists().where(same, sa.or_(overlapping, anothers)))):
        raise Refused("certificate-number-taken", number=number)


def _renewed(seller: Supplier, paper: Paper, right: Right, by: Actor | None) -> int | None:
    """The id of the certificate that is continued, its own life line told. Raises: Missing."""
    if paper.renews_id is None:
        return None
    before = _locked(paper.renews_id)
    if before.supplier_id != seller.id or before.kind is not paper.kind:
        raise Missing("no-such-certificate")
    note(before, CertificateAct.RENEW, number=paper.number, by=by)
    _record("certificate-renewed", before, right, by)
    return before.id


def _let_offices_read(*file_ids: int | None) -> None:
    # A scan may show more than the certificate says: its owner and the offices read it, others once it is opened.
    offices = list(db.session.scalars(sa.select(Organisation.id).where(Organisation.kind.in_(READERS))))
    for file_id in file_ids:
        if file_id is not None:
            let_read(file_id, *offices)


def cover(certificate_id: int, product_ids: Iterable[int], *, by: Actor) -> Certificate:
    """Which products one's certificate covers. A verified one is looked at again: it says more than before.

    Raises: Missing for another's certificate or product; Refused "certificate-settled".
    """
    found = _own(certificate_id, by)
    _advance(found, CertificateAct.COVER, "supplier")
    db.session.execute(sa.delete(CertificateProduct).where(CertificateProduct.certificate_id == found.id))
    _cover(found, set(product_ids))
    search_index.mark_supplier(found.supplier_id)
    note(found, CertificateAct.COVER, products=sorted(set(product_ids)), by=by)
    _record("certificate-covers", found, Right.SELL, by)
    return found


def authorise(certificate_id: int, file_id: int | None, until: date, *, by: Actor) -> Certificate:
    """A new written authorisation of the holder, looked at again. Raises: Missing for one's own or another's
    certificate; Refused "certificate-needs-authorisation", "certificate-settled".
    """
    found = _own(certificate_id, by)
    if found.is_own:
        raise Missing("no-such-certificate")
    if file_id is None:
        raise Refused("certificate-needs-authorisation", holder=found.holder_name)
    _advance(found, CertificateAct.AUTHORISE, "supplier")
    found.authorisation_file_id, found.authorised_to = file_id, until
    _let_offices_read(file_id)
    search_index.mark_supplier(found.supplier_id)
    note(found, CertificateAct.AUTHORISE, file_id=file_id, until_on=until.isoformat(), by=by)
    _record("certificate-authorised", found, Right.SELL, by, until_on=until)
    return found


def apply_renewal(certificate_id: int, applied_on: date, *, by: Actor) -> bool:
    """The supplier has applied for the renewal with the issuer. True: late by rule 72, which is marked.

    Raises: Missing; Refused "certificate-settled", "renewal-ahead", "renewal-known".
    """
    found = _own(certificate_id, by)
    if found.status is CertificateStatus.REVOKED:
        raise Refused("certificate-settled", status=found.status)
    if applied_on > clock.today():
        raise Refused("renewal-ahead")
    applied = sa.exists().where(
        CertificateEvent.certificate_id == found.id, CertificateEvent.act == CertificateAct.APPLY_RENEWAL
    )
    if db.session.scalar(sa.select(applied)):
        raise Refused("renewal-known")
    is_late = rules.is_late_renewal(applied_on, found.valid_to)
    note(found, CertificateAct.APPLY_RENEWAL, applied_on=applied_on.isoformat(), is_late=is_late, by=by)
    _record("certificate-renewal-applied", found, Right.SELL, by, applied_on=applied_on)
    return is_late


def verify(certificate_id: int, *, opens_scan: bool = False, by: Actor) -> Certificate:
    """An office has compared the number with its issuer. `opens_scan`: everybody may see the scan from now on.

    Raises: Refused "certificate-settled", "authorisation-ended"; Missing.
    """
    found = _locked(certificate_id)
    if found.authorised_to is not None and found.authorised_to < clock.today():
        raise Refused("authorisation-ended", authorised_to_on=found.authorised_to)
    if opens_scan and found.file_id is not None:
        open_to_all(found.file_id)
    return _set(found, CertificateAct.VERIFY, "certificate-verified", by)


def suspend(certificate_id: int, reason: str, *, by: Actor) -> Certificate:
    """The badge is off (or the goods unlisted) at once, until it is verified again; buyers are told (rule 75).

    Raises: as `verify`, "certificate-reason-missing".
    """
    return _doubt(certificate_id, CertificateAct.SUSPEND, "certificate-suspended", reason, by)


def revoke(certificate_id: int, reason: str, *, by: Actor) -> Certificate:
    """For good (rule 75). Raises: as `suspend`."""
    return _doubt(certificate_id, CertificateAct.REVOKE, "certificate-revoked", reason, by)


def _doubt(certificate_id: int, act: CertificateAct, action: str, reason: str, by: Actor) -> Certificate:
    if not reason:
        raise Refused("certificate-reason-missing")
    return _set(_locked(certificate_id), act, action, by, reason=reason)


def _set(found: Certificate, act: CertificateAct, action: str, by: Actor, reason: str = "") -> Certificate:
    _advance(found, act, "office")
    search_index.mark_supplier(found.supplier_id)
    note(found, act, by=by, reason=reason)
    _record(action, found, Right.CERTIFICATE_KEEP, by, reason=reason)
    return found


def _advance(found: Certificate, act: CertificateAct, party: str) -> None:
    if found.status is CertificateStatus.REVOKED:
        raise Refused("certificate-settled", status=found.status)
    found.status = advance(rules.CERTIFICATE, found.status, act, party)


def note(
    found: Certificate,
    act: CertificateAct,
    *,
    by: Actor | None,
    reason: str = "",
    file_id: int | None = None,
    **facts: Any,
) -> None:
    """One line of the certificate's life, in the caller's transaction. `by` None: the clock."""
    db.session.add(
        CertificateEvent(
            certificate_id=found.id,
            act=act,
            reason=reason,
            facts=facts,
            file_id=file_id,
            person_id=by.person_id if by else None,
            at=clock.now(),
        )
    )


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


def _own(certificate_id: int, by: Actor) -> Certificate:
    found = _locked(certificate_id)
    if found.supplier_id != suppliers.own(by).id:
        raise Missing("no-such-certificate")
    return found


def _locked(certificate_id: int) -> Certificate:
    query = sa.select(Certificate).where(Certificate.id == certificate_id).with_for_update()
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-certificate")
    return found


def _record(action: str, found: Certificate, right: Right, by: Actor | None, **facts: Any) -> None:
    trail.record(
        Stream.CATALOGUE,
        action,
        "certificate",
        found.id,
        by=by,
        right=right if by else None,
        after={"status": found.status.value, "valid_to": found.valid_to.isoformat()},
        kind=found.kind.value,
        number=found.number,
        **facts,
    )
