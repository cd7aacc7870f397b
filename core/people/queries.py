"""Reading people."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.db import db
from core.people.models import Person, RevokedSession


@dataclass(frozen=True)
class SessionPerson:
    """What a request needs to know of the person behind its cookie."""

    name: str
    epoch: int
    must_change_password: bool


def session_person(person_id: int, *, sid: str) -> SessionPerson | None:
    """The active person of a live session; None when the session was revoked."""
    revoked = sa.exists().where(RevokedSession.sid == sid)
    row = db.session.execute(
        sa.select(Person.name, Person.session_epoch, Person.must_change_password).where(
            Person.id == person_id, Person.is_active, ~revoked
        )
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
