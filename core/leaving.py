"""Somebody deletes their account (PIPL art. 47): what hangs on it goes, what the law keeps stays.

The person's row stays as a number without a name: orders, consents and the trail point at it. Floors say what stands in
the way (`block`) and erase what is theirs (`erase`), all in the caller's transaction.
"""

from collections.abc import Callable

import sqlalchemy as sa

from core import trail
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.organisations.queries import seats_of
from core.people import services as people
from core.people.models import OneTimeCode, Person
from core.text import sentence
from core.trail.models import Stream

PURPOSE = "leave"
Blocker = Callable[[int], Refused | None]
Eraser = Callable[[int], None]
BLOCKERS: list[Blocker] = []
ERASERS: list[Eraser] = []


def block(ask: Blocker) -> Blocker:
    """Register what keeps an account open: the refusal for a person, or None."""
    if ask not in BLOCKERS:
        BLOCKERS.append(ask)
    return ask


def erase(forget: Eraser) -> Eraser:
    """Register what a floor forgets of a person."""
    if forget not in ERASERS:
        ERASERS.append(forget)
    return forget


def in_the_way(person_id: int) -> list[Refused]:
    """Everything that has to be ended first, as refusals with their sentences."""
    found = [refusal for ask in BLOCKERS if (refusal := ask(person_id)) is not None]
    seats = seats_of(person_id)
    return ([Refused("leave-seat", name=seats[0].organisation_name)] if seats else []) + found


def send_code(*, by: Actor) -> None:
    """A code to the phone of the account. Raises: as `leave` for what is in the way; Refused "leave-no-phone"."""
    _check(by)
    people.send_code(_phone(by), purpose=PURPOSE)


def right_code(code: str, *, by: Actor) -> bool:
    """Whether the code is the one that was sent; a wrong try counts, so the caller keeps it."""
    return people.check_code(_phone(by), code, purpose=PURPOSE)


def leave(*, by: Actor) -> None:
    """Close the account for good; the code was right. All its sessions end.

    Raises: Refused "leave-seat", what the floors block with ("leave-orders", …), "leave-no-phone".
    """
    person = db.session.get_one(Person, by.person_id, with_for_update=True, populate_existing=True)
    _check(by)
    phone = _phone(by)
    for forget in ERASERS:
        forget(person.id)
    db.session.execute(sa.delete(OneTimeCode).where(OneTimeCode.phone == phone))
    person.name, person.username = sentence("word", "left-person"), f"left-{person.id}"
    person.phone, person.password_hash, person.is_active = None, None, False
    person.session_epoch += 1
    db.session.flush()
    trail.record(Stream.ADMINISTRATION, "account-left", "person", person.id, by=by)


def _check(by: Actor) -> None:
    if found := in_the_way(by.person_id):
        raise found[0]


def _phone(by: Actor) -> str:
    phone = db.session.scalar(sa.select(Person.phone).where(Person.id == by.person_id))
    if phone is None:
        raise Refused("leave-no-phone")
    return phone
