"""Lead enterprises 帮扶龙头企业: recognised by an officer on the figures, published, looked at again every year."""

from dataclasses import asdict

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LeadEntry
from catalog.queries import admission_terms, leads
from catalog.rules.supplier import EntityType, SupplierStatus
from catalog.rules.supplier_life import HOLDING, LeadDecision, meets, recheck_on
from catalog.services import search_index
from catalog.services.admission import locked
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.organisations.models import Organisation
from core.text import sentence
from core.trail.models import Stream


def recognise(supplier_id: int, *, document: str, by: Actor) -> LeadEntry:
    """Recognise a supplier by a document; its figures of the day stand in the book.

    Raises: Refused "document-needed", "lead-already", "lead-criteria", "not-a-producer"; Missing.
    """
    found = locked(supplier_id)
    if not document.strip():
        raise Refused("document-needed")
    if found.status is not SupplierStatus.ACTIVE or found.entity_type is EntityType.TRADER:
        raise Refused("not-a-producer")
    if _holds(supplier_id):
        raise Refused("lead-already")
    if not _meets(supplier_id):
        raise Refused("lead-criteria")
    return _enter(found, LeadDecision.RECOGNISED, by=by, document=document.strip())


def revoke(supplier_id: int, *, reason: str, by: Actor) -> LeadEntry:
    """End a recognition. Raises: Refused "reason-needed", "lead-not"; Missing."""
    found = locked(supplier_id)
    if not reason.strip():
        raise Refused("reason-needed")
    if not _holds(supplier_id):
        raise Refused("lead-not")
    return _enter(found, LeadDecision.REVOKED, by=by, document=_document(supplier_id), reason=reason.strip())


def recheck_due() -> int:
    """The clock's act: recognitions a year old are kept on the figures of today, or lapse. How many were looked at."""
    book = leads.newest()
    due = sa.select(book.c.supplier_id).where(
        book.c.decision.in_([each.value for each in HOLDING]), book.c.recheck_on <= clock.today()
    )
    ids = db.session.scalars(due.order_by(book.c.supplier_id)).all()
    for supplier_id in ids:
        found, kept = locked(supplier_id), _meets(supplier_id)
        decision = LeadDecision.KEPT if kept else LeadDecision.LAPSED
        _enter(found, decision, by=None, document=_document(supplier_id), reason=sentence("word", f"lead-{decision}"))
    return len(ids)


def _meets(supplier_id: int) -> bool:
    return meets(admission_terms.lead_criteria(), leads.shown_by([supplier_id])[supplier_id])


def _newest(supplier_id: int) -> LeadEntry | None:
    query = sa.select(LeadEntry).where(LeadEntry.supplier_id == supplier_id).order_by(LeadEntry.id.desc())
    return db.session.scalars(query.limit(1)).first()


def _holds(supplier_id: int) -> bool:
    newest = _newest(supplier_id)
    return newest is not None and newest.decision in HOLDING


def _document(supplier_id: int) -> str:
    newest = _newest(supplier_id)
    return newest.document if newest else ""


def _enter(found: Supplier, decision: LeadDecision, *, by: Actor | None, document: str, reason: str = "") -> LeadEntry:
    shown, today = leads.shown_by([found.id])[found.id], clock.today()
    made = LeadEntry(
        supplier_id=found.id, decision=decision, decided_on=today,
        recheck_on=recheck_on(today) if decision in HOLDING else None, document=document[:200], reason=reason[:200],
        facts={"shown": asdict(shown), "criteria": asdict(admission_terms.lead_criteria())},
        person_id=by.person_id if by else None, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    search_index.mark_supplier(found.id)
    name = db.session.get_one(Organisation, found.organisation_id).name
    trail.record(
        Stream.CATALOGUE, f"lead-{decision.value}", "supplier", found.id, by=by,
        right=Right.LEAD_RECOGNISE if by else None, name=name, document=document, reason=reason,
        after={"decision": decision.value, "recheck_on": made.recheck_on},
    )  # fmt: skip
    return made
