"""Reading who belongs to an organisation."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core.access.roles import Role
from core.db import db
from core.organisations.models import Membership, Organisation
from core.organisations.queries import held_today
from core.people.models import Person


@dataclass(frozen=True)
class Member:
    """One seat: who, as what, where, until when, standing in for whom."""

    membership_id: int
    name: str
    phone: str
    organisation: str
    role: Role
    valid_from: date
    valid_to: date | None
    deputy_for: str


def listed(scope_ids: frozenset[int], *, with_guests: bool = False) -> list[Member]:
    """Open seats in these organisations, by organisation and name; `with_guests` adds guest auditors anywhere."""
    wanted: sa.ColumnElement[bool] = Membership.organisation_id.in_(scope_ids)
    if with_guests:
        wanted = sa.or_(wanted, Membership.role == Role.GUEST_AUDITOR)
    principal_seat, principal = sa.orm.aliased(Membership), sa.orm.aliased(Person)
    rows = db.session.execute(
        sa.select(
            Membership.id,
            Person.name,
            sa.func.coalesce(Person.phone, Person.username),
            Organisation.name,
            Membership.role,
            Membership.valid_from,
            Membership.valid_to,
            sa.func.coalesce(principal.name, ""),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(principal_seat, principal_seat.id == Membership.deputy_for_id)
        .outerjoin(principal, principal.id == principal_seat.person_id)
        .where(wanted, Membership.ended_at.is_(None))
        .order_by(Organisation.id, Person.name, Membership.id)
    )
    return [Member(*row) for row in rows]


def phones(organisation_id: int, *roles: Role) -> list[str]:
    """The numbers of those who hold one of the roles there today, each once."""
    query = (
        sa.select(Person.phone)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.role.in_(roles), held_today())
        .where(Person.phone.is_not(None), Person.is_active)
        .distinct()
        .order_by(Person.phone)
    )
    return [phone for phone in db.session.scalars(query) if phone]
