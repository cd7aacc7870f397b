"""People and organisations."""

import itertools
from contextlib import nullcontext
from datetime import date
from typing import Any

from flask.testing import FlaskClient

from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Membership, Organisation, OrganisationName
from core.people import services as people
from core.people.models import Person

PASSWORD = "a-long-password"
_numbers = itertools.count(10_000_000)


def writing() -> Any:
    """A transaction of its own, or the caller's open one."""
    return nullcontext() if db.session().info.get("in_transaction") else transaction()


def day(text: str) -> date:
    return date.fromisoformat(text)


def person(name: str = "示例人", *, phone: str | None = None) -> Person:
    with writing():
        return people.create(name, phone=phone or f"138{next(_numbers):08d}", password=PASSWORD)


def organisation(kind: OrganisationKind, name: str | None = None, **columns: Any) -> Organisation:
    with writing():
        columns.setdefault("opened_on", date(2020, 1, 1))
        body = Organisation(
            kind=kind, name=name or f"示例{kind.value}{next(_numbers)}", created_at=clock.now(), **columns
        )
        db.session.add(body)
        db.session.flush()
        db.session.add(
            OrganisationName(organisation_id=body.id, name=body.name, valid_from=body.opened_on, created_at=clock.now())
        )
    return body


def seat(body: Organisation, *roles: Role, name: str = "示例人", who: Person | None = None) -> Person:
    """A person (new unless given) who holds the roles in the organisation."""
    holder = who or person(name)
    with writing():
        for role in roles:
            db.session.add(
                Membership(
                    person_id=holder.id,
                    organisation_id=body.id,
                    role=role,
                    valid_from=date(2020, 1, 1),
                    valid_to=date(2099, 12, 31) if role is Role.GUEST_AUDITOR else None,
                    granted_at=clock.now(),
                )
            )
    return holder


def actor(who: Person, body: Organisation | None = None, *roles: Role, scope: tuple[int, ...] = ()) -> Actor:
    """The person as services see them."""
    return Actor(
        person_id=who.id,
        name=who.name,
        organisation_id=body.id if body else None,
        organisation_name=body.name if body else "",
        organisation_kind=body.kind if body else None,
        place_code=body.place_code if body else None,
        roles=frozenset(roles) | {Role.RESIDENT},
        scope_ids=frozenset({body.id, *scope} if body else ()),
    )


def log_in(client: FlaskClient, who: Person) -> None:
    """Log this client in as the person; nobody stays logged in from before."""
    client.post("/logout")
    answer = client.post("/login", data={"login": who.phone, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
