"""The applicant's side: write, add documents, hand in, hand in again, take back. Only one's own application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from catalog.models.admission import AdmissionApplication, AdmissionPaper, AdmissionVersion
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import SupplierBan
from catalog.queries import applications as queries
from catalog.rules import admission as rules
from catalog.rules import identifiers
from catalog.rules.admission import EDITABLE, AdmissionAct, AdmissionState, ApplicantKind, PaperKind
from catalog.rules.certificates import check_validity
from catalog.rules.supplier import EntityType, LinkageMode, SupplierStatus
from catalog.services import admission_steps as steps
from core import clock, numbers
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role, clash
from core.db import db, savepoint, violated
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.organisations.queries import seats_of
from core.places.models import Place, PlaceLevel
from core.terms import services as terms
from core.terms.rules import TermsKind

MOST_AGREEMENTS, MOST_PAPERS = 300, 30
_OPEN_USCC = "uq_admission_application_open_uscc"


@dataclass(frozen=True)
class Agreement:
    """A signed agreement with a household, by its code."""

    code: str
    mode: LinkageMode


@dataclass(frozen=True)
class Draft:
    """What an applicant writes. The village is where the goods grow; where the seller is registered is not asked."""

    kind: ApplicantKind
    name: str
    uscc: str
    legal_person: str
    phone: str
    village_code: str
    bank_name: str
    bank_account_name: str
    bank_account_no: str
    goods: str
    licence_valid_to: date | None = None
    sells_processed: bool = False
    sc_no: str = ""
    jy_no: str = ""
    sc_from: date | None = None
    sc_to: date | None = None
    jy_from: date | None = None
    jy_to: date | None = None
    food_issuer: str = ""
    recognition_no: str = ""
    agreements: Sequence[Agreement] = ()
    producer_id: int | None = None


def start(draft: Draft, *, by: Actor) -> AdmissionApplication:
    """A new application of one's own, not yet handed in.

    Raises: Refused "grower-needs-aggregator" for a natural person, those of the identifiers, "village-needed",
    "agreements-too-many", "consent-needed" (what is written may be sensitive); Missing for an unknown producer.
    """
    terms.check(TermsKind.SENSITIVE, by=by)
    row_id, number = numbers.take(AdmissionApplication, "RZ")
    now = clock.now()
    made = AdmissionApplication(
        id=row_id, application_no=number, applicant_id=by.person_id, state=AdmissionState.DRAFT, version_no=0,
        rank=3, rank_facts={}, step_at=now, step_on=clock.today(), limit_days=0, spent_days=0, created_at=now,
        updated_at=now, **_facts(draft),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def save(application_no: str, draft: Draft, *, by: Actor) -> AdmissionApplication:
    """Change what is written, before it is handed in or after a return. Raises: as `start`; "admission-closed"."""
    found = _own(application_no, by)
    for name, value in _facts(draft).items():
        setattr(found, name, value)
    found.updated_at = clock.now()
    db.session.flush()
    return found


def add_paper(application_no: str, kind: PaperKind, file_id: int, *, by: Actor) -> AdmissionPaper:
    """A document, a file that one has uploaded. Raises: Refused "papers-too-many", "admission-closed"; Missing."""
    found = _own(application_no, by)
    file = db.session.get(StoredFile, file_id)
    if file is None or file.uploaded_by_id != by.person_id:
        raise Missing("no-such-file")
    count = sa.select(sa.func.count()).where(AdmissionPaper.application_id == found.id)
    if (db.session.scalar(count) or 0) >= MOST_PAPERS:
        raise Refused("papers-too-many", most=MOST_PAPERS)
    made = AdmissionPaper(application_id=found.id, kind=kind, file_id=file_id, added_at=clock.now())
    db.session.add(made)
    found.updated_at = clock.now()
    db.session.flush()
    return made


def drop_paper(application_no: str, paper_id: int, *, by: Actor) -> None:
    """Take a document back; what was handed in with a version stays with it. Raises: Missing."""
    found = _own(application_no, by)
    paper = db.session.get(AdmissionPaper, paper_id)
    if paper is None or paper.application_id != found.id or paper.dropped_at is not None:
        raise Missing("no-such-paper")
    paper.dropped_at = found.updated_at = clock.now()


def submit(application_no: str, *, by: Actor) -> AdmissionApplication:
    """Hand it in, or again: a version is kept, the right desk gets it.

    Raises: Refused "application-incomplete", "admission-closed", "admission-uscc-open", "admission-sells-already",
    "admission-banned", "applicant-role-clash", "producer-not-active", "nothing-changed".
    """
    found = _own(application_no, by)
    check_list = queries.check_list(found)
    if check_list.count:
        raise Refused("application-incomplete", count=check_list.count)
    _check_person(by)
    _check_code(found)
    _check_producer(found)
    changed = _new_version(found)
    act = AdmissionAct.SUBMIT
    if found.state is AdmissionState.RETURNED and found.returned_from is not None:
        act = rules.way_back(found.returned_from, changed)
    try:
        with savepoint():
            steps.move(found, act, "applicant", by=by, right=Right.APPLY)
    except IntegrityError as error:
        if violated(error) != _OPEN_USCC:
            raise
        raise Refused("admission-uscc-open") from error
    return found


def withdraw(application_no: str, *, by: Actor) -> AdmissionApplication:
    """Take it back for good. Raises: Refused "state-forbids-act" for an ended one; Missing."""
    found = steps.locked(
        AdmissionApplication.application_no == application_no, AdmissionApplication.applicant_id == by.person_id
    )
    steps.move(found, AdmissionAct.WITHDRAW, "applicant", by=by, right=Right.APPLY)
    return found


def _own(application_no: str, by: Actor) -> AdmissionApplication:
    found = steps.locked(
        AdmissionApplication.application_no == application_no, AdmissionApplication.applicant_id == by.person_id
    )
    if found.state not in EDITABLE:
        raise Refused("admission-closed", state=found.state)
    return found


def _facts(draft: Draft) -> dict[str, Any]:
    """The columns of what is written, numbers checked and tidy."""
    entity = rules.entity_of(draft.kind)
    for since, until in ((draft.sc_from, draft.sc_to), (draft.jy_from, draft.jy_to)):
        if since is not None and until is not None:
            check_validity(since, until)
    if len(draft.agreements) > MOST_AGREEMENTS:
        raise Refused("agreements-too-many", most=MOST_AGREEMENTS)
    village = db.session.get(Place, draft.village_code)
    if village is None or village.level not in {PlaceLevel.VILLAGE, PlaceLevel.COMMUNITY}:
        raise Refused("village-needed")
    agreements = {identifiers.tidy(each.code)[:20]: each.mode.value for each in draft.agreements}
    return {
        "entity_type": entity, "name": draft.name, "uscc": identifiers.credit_code(draft.uscc),
        "legal_person": draft.legal_person, "phone": identifiers.mobile(draft.phone),
        "village_code": village.code, "town_code": village.parent_code, "bank_name": draft.bank_name,
        "bank_account_name": draft.bank_account_name, "goods": draft.goods,
        "bank_account_no": identifiers.bank_account(draft.bank_account_no),
        "licence_valid_to": draft.licence_valid_to, "sells_processed": draft.sells_processed,
        "sc_no": identifiers.production_licence(draft.sc_no) if draft.sc_no else "",
        "jy_no": identifiers.operation_licence(draft.jy_no) if draft.jy_no else "",
        "sc_from": draft.sc_from, "sc_to": draft.sc_to, "jy_from": draft.jy_from, "jy_to": draft.jy_to,
        "food_issuer": draft.food_issuer, "recognition_no": draft.recognition_no,
        "agreements": [{"code": code, "mode": mode} for code, mode in agreements.items() if code],
        "producer_id": _producer(draft.producer_id) if entity is EntityType.TRADER else None,
    }  # fmt: skip


def _producer(producer_id: int | None) -> int | None:
    if producer_id is None:
        return None
    found = db.session.get(Supplier, producer_id)
    if found is None or found.entity_type is EntityType.TRADER:
        raise Missing("no-such-supplier")
    return found.id


def _new_version(found: AdmissionApplication) -> frozenset[str]:
    """Keep what is handed in; the names of the facts that differ from the last time."""
    last = queries.last_version(found.id)
    facts, papers = queries.facts_of(found), queries.paper_facts(found.id)
    before: dict[str, Any] = last.facts if last else {}
    changed = frozenset(name for name, value in facts.items() if last is not None and before.get(name) != value)
    if last is not None and not changed and papers == last.papers:
        raise Refused("nothing-changed")
    found.version_no += 1
    db.session.add(
        AdmissionVersion(
            application_id=found.id, version_no=found.version_no, facts=facts, papers=papers, submitted_at=clock.now()
        )
    )
    return changed


def _check_person(by: Actor) -> None:
    """A supplier's people buy nothing for a unit and supervise nobody (rule 88): better said now than at the end."""
    held = frozenset(role for seat in seats_of(by.person_id) for role in seat.roles)
    if other := clash(held, Role.SUPPLIER_CLERK):
        raise Refused("applicant-role-clash", other=other)


def _check_code(found: AdmissionApplication) -> None:
    """One credit code has one open application, no second supplier, and no ban that runs."""
    twin = sa.exists().where(
        AdmissionApplication.uscc == found.uscc,
        AdmissionApplication.id != found.id,
        AdmissionApplication.state.in_([*rules.DESKS, AdmissionState.RETURNED]),
    )
    if db.session.scalar(sa.select(twin)):
        raise Refused("admission-uscc-open")
    if found.licence_valid_to is not None and found.licence_valid_to < clock.today():
        raise Refused("licence-ended", valid_to_on=found.licence_valid_to)
    known = db.session.execute(
        sa.select(Supplier.id, Supplier.status)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Organisation.uscc == found.uscc)
    ).first()
    if known is None:
        return
    if known.status in {SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED}:
        raise Refused("admission-sells-already")
    until = db.session.scalar(sa.select(sa.func.max(SupplierBan.until_on)).where(SupplierBan.supplier_id == known.id))
    if until is not None and until >= clock.today():
        raise Refused("admission-banned", until_on=until)


def _check_producer(found: AdmissionApplication) -> None:
    if found.producer_id is None:
        return
    if db.session.get_one(Supplier, found.producer_id).status is not SupplierStatus.ACTIVE:
        raise Refused("producer-not-active")
