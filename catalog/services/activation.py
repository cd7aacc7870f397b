"""An admitted applicant becomes a supplier: organisation, supplier row, agreements, the applicant's seat."""

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication, AdmissionPaper
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.queries import applications as queries
from catalog.queries.visibility import LINKED
from catalog.rules.admission import PaperKind
from catalog.rules.certificates import CertificateKind
from catalog.rules.supplier import SUPPLIER, LinkageMode, SupplierAct, SupplierStatus
from catalog.services import certificates, search_index
from catalog.services.certificates import Paper
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import any_of, db
from core.errors import Refused
from core.organisations import services as organisations
from core.organisations.models import Membership, Organisation
from core.people.models import Person
from core.states import advance

SEATS = (Role.SUPPLIER_CLERK, Role.ORGANISATION_ADMIN)
"""The applicant sells, and invites colleagues."""


def found_supplier(found: AdmissionApplication, *, by: Actor | None) -> Supplier:
    """The supplier of an application whose publication is over; one that sold before comes back under its old row.

    Raises: Refused "licence-ended", "admission-sells-already", "producer-not-active", "roles-clash".
    """
    if found.licence_valid_to is not None and found.licence_valid_to < clock.today():
        raise Refused("licence-ended", valid_to_on=found.licence_valid_to)
    body = _organisation(found, by)
    supplier = _supplier(found, body)
    _agreements(found, supplier)
    _authorisation(found, supplier)
    _food_licences(found, supplier, by)
    _seats(found, body, by)
    search_index.mark_supplier(supplier.id)
    return supplier


def _organisation(found: AdmissionApplication, by: Actor | None) -> Organisation:
    known = db.session.scalars(sa.select(Organisation).where(Organisation.uscc == found.uscc)).one_or_none()
    if known is None:
        return organisations.found(
            OrganisationKind.SUPPLIER, found.name, by=by, uscc=found.uscc, place_code=found.town_code,
            phone=found.phone,
        )  # fmt: skip
    if known.kind is not OrganisationKind.SUPPLIER:
        raise Refused("uscc-known", uscc=found.uscc)
    known.closed_on = None
    return known


def _supplier(found: AdmissionApplication, body: Organisation) -> Supplier:
    made = db.session.scalars(
        sa.select(Supplier).where(Supplier.organisation_id == body.id).with_for_update()
    ).one_or_none()
    if made is None:
        made = Supplier(organisation_id=body.id, status=SupplierStatus.APPLYING, created_at=clock.now())
        db.session.add(made)
    elif made.status in {SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED}:
        raise Refused("admission-sells-already")
    elif made.status is not SupplierStatus.APPLYING:
        made.status = advance(SUPPLIER, made.status, SupplierAct.LET_APPLY, "admission")
    made.entity_type, made.town_code, made.legal_person = found.entity_type, found.town_code, found.legal_person
    made.licence_valid_to, made.bank_name = found.licence_valid_to, found.bank_name
    made.bank_account_name, made.bank_account_no = found.bank_account_name, found.bank_account_no
    made.admitted_on = made.checked_on = clock.today()
    made.halted_for = None
    made.status = advance(SUPPLIER, made.status, SupplierAct.ADMIT, "admission")
    db.session.flush()
    return made


def _agreements(found: AdmissionApplication, supplier: Supplier) -> None:
    """Agreements with linked households of the register that are not there yet. The linkage desk saw them signed when
    they were handed in.
    """
    modes = {str(each["code"]): LinkageMode(each["mode"]) for each in found.agreements}
    if not modes:
        return
    homes = db.session.execute(
        sa.select(Household.id, Household.code).where(
            any_of(Household.code, list(modes), sa.String), Household.category.in_(LINKED)
        )
    ).all()
    there = db.session.execute(
        sa.select(LinkageAgreement.household_id, LinkageAgreement.mode).where(
            LinkageAgreement.supplier_id == supplier.id
        )
    )
    held = {(home, mode) for home, mode in there}
    last = queries.last_version(found.id)
    seen_on = clock.county_day(last.submitted_at) if last else clock.today()
    db.session.add_all(
        LinkageAgreement(
            supplier_id=supplier.id, household_id=home, mode=modes[code], valid_from=clock.today(), signed_on=seen_on
        )
        for home, code in homes
        if (home, modes[code]) not in held
    )
    db.session.flush()


def _authorisation(found: AdmissionApplication, supplier: Supplier) -> None:
    """A trader's producer, who still has to sell itself (rule 65)."""
    if found.producer_id is None:
        return
    if db.session.get_one(Supplier, found.producer_id).status is not SupplierStatus.ACTIVE:
        raise Refused("producer-not-active")
    db.session.add(
        ProducerAuthorisation(
            trader_id=supplier.id, producer_id=found.producer_id, valid_from=clock.today(),
            file_id=_scan(found, PaperKind.AUTHORISATION),
            person_id=found.applicant_id, at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def _scan(found: AdmissionApplication, kind: PaperKind) -> int | None:
    """The newest document of a kind."""
    paper = sa.select(AdmissionPaper.file_id).where(
        AdmissionPaper.application_id == found.id, AdmissionPaper.kind == kind, AdmissionPaper.dropped_at.is_(None)
    )
    return db.session.scalar(paper.order_by(AdmissionPaper.id.desc()).limit(1))


def _food_licences(found: AdmissionApplication, supplier: Supplier, by: Actor | None) -> None:
    """SC and JY go on into the register of certificates, where an office compares them with their issuer as any other.

    One that stands there already (whoever sold before) or that another holds stays out: the applicant's own number
    was judged by the desks, and a doubt about it must not keep the clock from ending the publication.
    """
    terms = (
        (CertificateKind.SC, PaperKind.SC, found.sc_no, found.sc_from, found.sc_to),
        (CertificateKind.JY, PaperKind.JY, found.jy_no, found.jy_from, found.jy_to),
    )
    for kind, paper, number, since, until in terms:
        if not number or since is None or until is None or certificates.is_known(kind, number):
            continue
        said = Paper(kind, number, found.food_issuer, since, until, file_id=_scan(found, paper))
        certificates.add_admitted(said, supplier_id=supplier.id, by=by)


def _seats(found: AdmissionApplication, body: Organisation, by: Actor | None) -> None:
    person = db.session.get_one(Person, found.applicant_id)
    held = set(
        db.session.scalars(
            sa.select(Membership.role).where(
                Membership.person_id == person.id, Membership.organisation_id == body.id, Membership.ended_at.is_(None)
            )
        )
    )
    for role in SEATS:
        if role not in held:
            organisations.grant(person, body, role, by=by)
