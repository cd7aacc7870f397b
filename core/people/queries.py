"""Reading people."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.db import db
from core.notices.models import Notice
from core.people.models import Person, RevokedSession


@dataclass(frozen=True)
class SessionPerson:
    """What a request needs to know of the person behind its cookie."""

    name: str
    epoch: int
    must_change_password: bool
    unseen: int


MOST_UNSEEN = 100
"""The header shows no more than "99+": counting further would cost for nothing."""


def session_person(person_id: int, *, sid: str) -> SessionPerson | None:
    """The active person of a live session with the notices they have not read; None when the session was revoked."""
    revoked = sa.exists().where(RevokedSession.sid == sid)
    unseen = sa.select(Notice.id).where(Notice.person_id == person_id, Notice.seen_at.is_(None)).limit(MOST_UNSEEN)
    row = db.session.execute(
        sa.select(
            Person.name,
            Person.session_epoch,
            Person.must_change_password,
            sa.select(sa.func.count()).select_from(unseen.subquery()).scalar_subquery(),
        ).where(Person.id == person_id, Person.is_active, ~revoked)
    ).first()
    return None if row is None else SessionPerson(*row)


def find_by_login(login: str) -> Person | None:
    """The person with this phone number or user name."""
    return db.session.execute(
        sa.select(Person).where(sa.or_(Person.phone == login, Person.username == login))
    ).scalar_one_or_none()


def login_of(person_id: int) -> str:
    """What a person logs in with: the user name, else the phone number."""
    found = db.session.scalar(sa.select(sa.func.coalesce(Person.username, Person.phone)).where(Person.id == person_id))
    return found or ""


def names(ids: set[int]) -> dict[int, str]:
    """Names by id."""
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}
