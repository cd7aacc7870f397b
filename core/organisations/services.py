"""Bodies are founded, renamed and closed; people are invited, deputise and leave. Nothing is deleted."""

from datetime import date

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import ROLES_OF_KIND, OrganisationKind, Role, clash
from core.db import db
from core.errors import Missing, Refused
from core.organisations import queries
from core.organisations.models import Membership, Organisation, OrganisationName
from core.people import queries as people_queries
from core.people import services as people
from core.people import sms
from core.people.models import Person
from core.trail.models import Stream

MEMBER_RIGHT = Right.PEOPLE_MANAGE


def found(
    kind: OrganisationKind,
    name: str,
    *,
    by: Actor | None,
    opened_on: date | None = None,
    parent_id: int | None = None,
    **columns: str | None,
) -> Organisation:
    """A new body under its name from the day it opens. Refused when a USCC is known already."""
    uscc = columns.get("uscc")
    if uscc and db.session.scalar(sa.select(sa.exists().where(Organisation.uscc == uscc))):
        raise Refused("uscc-known", uscc=uscc)
    now, day = clock.now(), opened_on or clock.today()
    body = Organisation(kind=kind, name=name, parent_id=parent_id, opened_on=day, created_at=now, **columns)
    db.session.add(body)
    db.session.flush()
    db.session.add(OrganisationName(organisation_id=body.id, name=name, valid_from=day, created_at=now))
    trail.record(Stream.ADMINISTRATION, "organisation-founded", "organisation", body.id, by=by, name=name, kind=kind)
    return body


def rename(organisation_id: int, name: str, *, from_day: date, by: Actor) -> None:
    """A new name from a day on; the id and the earlier names stay (rule 23)."""
    body = queries.get(organisation_id)
    db.session.add(OrganisationName(organisation_id=body.id, name=name, valid_from=from_day, created_at=clock.now()))
    before, body.name = body.name, name if from_day <= clock.today() else body.name
    trail.record(
        Stream.ADMINISTRATION,
        "organisation-renamed",
        "organisation",
        body.id,
        by=by,
        before={"name": before},
        after={"name": name, "from": from_day},
        name=name,
    )


def _roles_held(person_id: int) -> frozenset[Role]:
    return frozenset(
        db.session.scalars(sa.select(Membership.role).where(Membership.person_id == person_id, queries.held_today()))
    )


def grant(
    person: Person,
    body: Organisation,
    role: Role,
    *,
    by: Actor | None,
    valid_to: date | None = None,
    deputy_for_id: int | None = None,
) -> Membership:
    """Give a role. Refused when the body has no such role, it clashes with one held (88), or is held already."""
    if role not in ROLES_OF_KIND[body.kind]:
        raise Refused("role-not-of-kind", role=role, kind=body.kind)
    held = _roles_held(person.id)
    if other := clash(held, role):
        raise Refused("roles-clash", role=role, other=other)
    if valid_to is not None and valid_to < clock.today():
        raise Refused("end-in-the-past")
    if role is Role.GUEST_AUDITOR and valid_to is None:
        raise Refused("guest-needs-end")
    twice = sa.exists().where(
        Membership.person_id == person.id,
        Membership.organisation_id == body.id,
        Membership.role == role,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(sa.select(twice)):
        raise Refused("role-held-already", role=role)
    seat = Membership(
        person_id=person.id,
        organisation_id=body.id,
        role=role,
        valid_from=clock.today(),
        valid_to=valid_to,
        deputy_for_id=deputy_for_id,
        granted_by_id=by.person_id if by else None,
        granted_at=clock.now(),
    )
    db.session.add(seat)
    db.session.flush()
    trail.record(Stream.ADMINISTRATION, "role-granted", "membership", seat.id, by=by, role=role, organisation=body.name)
    return seat


def invite(
    organisation_id: int, *, name: str, phone: str, role: Role, by: Actor, valid_to: date | None = None
) -> Membership:
    """Bring a person in by phone: a known one gets the role, a new one an account and a message how to enter.

    Raises: Missing; Refused as `grant` does, and "guest-by-finance".
    """
    body = _managed(organisation_id, by)
    _may_decide_on(role, by)
    person = people_queries.find_by_login(phone)
    if person is None:
        person = people.create(name, phone=phone)
    sms.send(phone, "invited", organisation=body.name, role=role)
    return grant(person, body, role, by=by, valid_to=valid_to)


def _may_decide_on(role: Role, by: Actor) -> None:
    """Who is looked into neither chooses nor dismisses who looks."""
    if role is Role.GUEST_AUDITOR and not by.may(Right.REGISTER_MANAGE):
        raise Refused("guest-by-finance")


def deputise(membership_id: int, *, phone: str, until: date, by: Actor) -> Membership:
    """Let a known person stand in for a role until a day. Refused without an end, or for an unknown phone."""
    seat = _seat(membership_id, by)
    person = people_queries.find_by_login(phone)
    if person is None:
        raise Refused("deputy-unknown")
    if person.id == seat.person_id:
        raise Refused("deputy-is-self")
    body = queries.get(seat.organisation_id)
    return grant(person, body, seat.role, by=by, valid_to=until, deputy_for_id=seat.id)


def end_access(membership_id: int, *, by: Actor) -> None:
    """End a role this minute; deputies of it end too, and the person's sessions are asked to log in anew."""
    seat = _seat(membership_id, by)
    if seat.person_id == by.person_id and seat.role in _admin_roles():
        raise Refused("own-admin-role")
    ended = db.session.scalars(
        sa.select(Membership).where(
            sa.or_(Membership.id == seat.id, Membership.deputy_for_id == seat.id), Membership.ended_at.is_(None)
        )
    ).all()
    for each in ended:
        each.ended_at = clock.now()
        db.session.get_one(Person, each.person_id).session_epoch += 1
        trail.record(
            Stream.ADMINISTRATION, "access-ended", "membership", each.id, by=by, right=MEMBER_RIGHT, role=each.role
        )


def _admin_roles() -> frozenset[Role]:
    return frozenset({Role.ORGANISATION_ADMIN, Role.FINANCE_ADMIN, Role.PLATFORM_OPERATOR})


def _managed(organisation_id: int, by: Actor) -> Organisation:
    """The body, if this actor manages its people: their own, or any for the platform's operator."""
    body = db.session.get(Organisation, organisation_id)
    own = organisation_id in by.scope_ids and by.may(Right.PEOPLE_MANAGE)
    if body is None or not (own or by.may(Right.REGISTER_MANAGE)):
        raise Missing("no-such-organisation")
    if body.closed_on is not None:
        raise Refused("organisation-closed")
    return body


def _seat(membership_id: int, by: Actor) -> Membership:
    seat = db.session.get(Membership, membership_id, with_for_update=True)
    if seat is None or seat.ended_at is not None:
        raise Missing("no-such-membership")
    _managed(seat.organisation_id, by)
    _may_decide_on(seat.role, by)
    return seat
