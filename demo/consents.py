"""Everybody of the demo who buys or sells has agreed to what binds: no page asks in the morning."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.organisations import queries as organisations
from core.people.models import Person
from core.terms import queries, services
from demo.world import World


def tell(world: World) -> None:
    """A yes of each, on the first day of the demo."""
    with transaction():
        for person in db.session.scalars(sa.select(Person).order_by(Person.id)):
            seats = organisations.seats_of(person.id)
            seat = seats[0] if seats else None
            who = Actor(
                person.id, person.name, organisation_id=seat.organisation_id if seat else None,
                roles=(seat.roles if seat else frozenset()) | {Role.RESIDENT},
            )  # fmt: skip
            services.agree([row.id for row in queries.lacking(who)], by=who)
