"""Reading organisations and who sits where."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Membership, Organisation, OrganisationName


@dataclass(frozen=True)
class Seat:
    """A person's place in one organisation today: the roles held there, and what stands under it."""

    organisation_id: int
    organisation_name: str
    kind: OrganisationKind
    place_code: str | None
    roles: frozenset[Role]
    scope_ids: frozenset[int]


def held_today(on: date | None = None) -> sa.ColumnElement[bool]:
    """The condition that a membership holds on a day (today)."""
    day = on or clock.today()
    return sa.and_(
        Membership.ended_at.is_(None),
        Membership.valid_from <= day,
        sa.or_(Membership.valid_to.is_(None), Membership.valid_to >= day),
    )


def seats_of(person_id: int) -> list[Seat]:
    """Every organisation the person sits in today, in the order they were joined. One statement."""
    child = sa.orm.aliased(Organisation)
    children = (
        sa.select(sa.func.array_agg(child.id)).where(child.parent_id == Organisation.id, child.kind == "canteen")
    ).scalar_subquery()
    rows = db.session.execute(
        sa.select(
            Organisation.id,
            Organisation.name,
            Organisation.kind,
            Organisation.place_code,
            sa.func.array_agg(Membership.role.cast(sa.String)),
            children,
        )
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, held_today(), Organisation.closed_on.is_(None))
        .group_by(Organisation.id)
        .order_by(sa.func.min(Membership.id))
    )
    return [
        Seat(id_, name, kind, place, frozenset(Role(r) for r in roles), frozenset({id_, *(below or ())}))
        for id_, name, kind, place, roles, below in rows
    ]


def get(organisation_id: int) -> Organisation:
    """The organisation. Raises LookupError when there is none."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise LookupError(organisation_id)
    return found


def names(ids: set[int]) -> dict[int, str]:
    """Today's names by id."""
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}


def of_ids(ids: frozenset[int]) -> list[Organisation]:
    """Open organisations among `ids`, units before their canteens."""
    query = sa.select(Organisation).where(Organisation.id.in_(ids), Organisation.closed_on.is_(None))
    return list(db.session.scalars(query.order_by(Organisation.parent_id.is_(None).desc(), Organisation.id)))


def open_units() -> list[Organisation]:
    """Every open budget unit, by name."""
    query = sa.select(Organisation).where(Organisation.kind == OrganisationKind.UNIT, Organisation.closed_on.is_(None))
    return list(db.session.scalars(query.order_by(Organisation.name, Organisation.id)))


def named(name: str, *, on: date, kind: OrganisationKind) -> int | None:
    """The organisation that bore `name` on a day, or has it as an alias; None when nobody or several did."""
    later = sa.orm.aliased(OrganisationName)
    replaced = sa.exists().where(
        later.organisation_id == OrganisationName.organisation_id,
        ~later.is_alias,
        later.valid_from > OrganisationName.valid_from,
        later.valid_from <= on,
    )
    ids = set(
        db.session.scalars(
            sa.select(OrganisationName.organisation_id)
            .join(Organisation, Organisation.id == OrganisationName.organisation_id)
            .where(
                OrganisationName.name == name,
                Organisation.kind == kind,
                sa.or_(OrganisationName.is_alias, sa.and_(OrganisationName.valid_from <= on, ~replaced)),
            )
        )
    )
    return ids.pop() if len(ids) == 1 else None
