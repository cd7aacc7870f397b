"""The trail as finance reads it: what was done to one object, or by and in one organisation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from core.trail.models import AuditEvent, Stream

PAGE = 50
STATES = {
    "declaration": "DeclarationState",
    "spending_statement": "StatementState",
    "plan": "PlanState",
    "order": "OrderState",
    "purchase_order": "OrderState",
    "delivery": "DeliveryState",
    "transfer": "TransferState",
}
"""Object type of the trail → the enum of its states."""


@dataclass(frozen=True)
class Entry:
    """One act: its sentence, who, by which role, where, and what changed ([name, before, after])."""

    stream: Stream
    seq: int
    at: datetime
    who: str
    role: str
    organisation: str
    sentence: str
    object_type: str
    object_id: str
    changes: tuple[tuple[str, str, str], ...]
    hash: str

    @property
    def state_kind(self) -> str:
        """Which labels the object's states have."""
        return STATES.get(self.object_type, "")


def of_object(object_type: str, object_id: str, *, page: int = 1) -> tuple[list[Entry], bool]:
    """Acts on one object, the newest first, and whether there are more."""
    return _read([AuditEvent.object_type == object_type, AuditEvent.object_id == object_id], page)


def of_unit(unit_id: int, *, page: int = 1) -> tuple[list[Entry], bool]:
    """Acts by a unit's people and its canteens', and acts of others on its filings, the newest first."""
    bodies = sa.select(Organisation.id).where(sa.or_(Organisation.id == unit_id, Organisation.parent_id == unit_id))
    told = sa.and_(
        AuditEvent.object_type == "declaration",
        AuditEvent.body.cast(sa.JSON)["facts"]["unit_id"].as_integer() == unit_id,
    )
    return _read([sa.or_(AuditEvent.organisation_id.in_(bodies), told)], page)


def _read(where: Sequence[sa.ColumnElement[bool]], page: int) -> tuple[list[Entry], bool]:
    rows = db.session.execute(
        sa.select(AuditEvent, Person.name, Organisation.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .outerjoin(Organisation, Organisation.id == AuditEvent.organisation_id)
        .where(*where)
        .order_by(AuditEvent.at.desc(), AuditEvent.stream, AuditEvent.seq.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    return [_entry(*row) for row in rows[:PAGE]], len(rows) > PAGE


def _entry(event: AuditEvent, who: str | None, organisation: str | None) -> Entry:
    told: dict[str, Any] = json.loads(event.body)
    before, after = told["before"], told["after"]
    changes = tuple((name, str(before.get(name, "")), str(after.get(name, ""))) for name in sorted(before | after))
    return Entry(
        stream=event.stream,
        seq=event.seq,
        at=event.at,
        who=who or "",
        role=event.role,
        organisation=organisation or "",
        sentence=told["sentence"],
        object_type=event.object_type,
        object_id=event.object_id,
        changes=changes,
        hash=event.hash.hex()[:12],
    )
