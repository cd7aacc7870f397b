"""Complaints as who complained and the platform see them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from market.models.complaint import Complaint
from market.queries.dialogue import Said, messages
from market.rules.complaint import ComplaintState


@dataclass(frozen=True)
class ComplaintView:
    """One complaint with what was said."""

    complaint: Complaint
    said: list[Said]


def mine(*, for_: Actor, limit: int = 50) -> list[Complaint]:
    """The actor's own, newest first."""
    query = sa.select(Complaint).where(Complaint.person_id == for_.person_id).order_by(Complaint.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def desk(state: ComplaintState, *, limit: int = 50, offset: int = 0) -> list[Complaint]:
    """Complaints in a state, the earliest due first."""
    query = sa.select(Complaint).where(Complaint.state == state)
    query = query.order_by(Complaint.due_at.nulls_last(), Complaint.id.desc())
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def find(token: str, *, for_: Actor) -> ComplaintView | None:
    """One's own complaint, or any for the platform."""
    mine_ = sa.true() if for_.may(Right.ARBITRATE) else Complaint.person_id == for_.person_id
    found = db.session.scalar(sa.select(Complaint).where(Complaint.token == token, mine_))
    return None if found is None else ComplaintView(found, messages(found.thread_id))


def count(state: ComplaintState) -> int:
    """How many stand in a state."""
    return db.session.scalar(sa.select(sa.func.count(Complaint.id)).where(Complaint.state == state)) or 0


def open_of(person_id: int) -> int:
    """How many of a person's complaints are not closed."""
    query = sa.select(sa.func.count(Complaint.id)).where(
        Complaint.person_id == person_id, Complaint.state != ComplaintState.CLOSED
    )
    return db.session.scalar(query) or 0


def earliest_due() -> datetime | None:
    """The earliest answer that is due."""
    return db.session.scalar(sa.select(sa.func.min(Complaint.due_at)).where(Complaint.state == ComplaintState.OPEN))
