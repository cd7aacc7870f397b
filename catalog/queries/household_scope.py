"""Whose households an actor may know of: a village its own, a town its villages', the county's office all; nobody else.

Everything that reads or changes households goes through here: a foreign one is missing, like one that does not exist.
"""

import sqlalchemy as sa

from catalog.models.supplier import Household
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.errors import Missing

_LEVELS = {Role.VILLAGE_WORKER: 12, Role.TOWNSHIP_CLERK: 9}


def places_of(who: Actor) -> list[str] | None:
    """Code prefixes whose households the actor may see; None for the whole county, [] for none."""
    if not who.may(Right.HOUSEHOLD_VIEW):
        return []
    if Role.LINKAGE_OFFICER in who.roles:
        return None
    place = who.place_code or ""
    return [place for role, length in _LEVELS.items() if role in who.roles and len(place) == length]


def under(place: str) -> sa.ColumnElement[bool]:
    """Households of a town or village, as a range that an index serves."""
    return Household.village_code.between(place.ljust(12, "0"), place.ljust(12, "9"))


def scope(who: Actor) -> sa.ColumnElement[bool]:
    """The condition on `Household`."""
    places = places_of(who)
    return sa.true() if places is None else sa.or_(sa.false(), *(under(place) for place in places))


def within(village_code: str, who: Actor) -> bool:
    """Whether a village is one of the actor's."""
    places = places_of(who)
    return places is None or any(village_code.startswith(place) for place in places)


def mine(household_id: int, who: Actor, *, lock: bool = False) -> Household:
    """The household, if it is one of the actor's. Raises: Missing "no-such-household"."""
    query = sa.select(Household).where(Household.id == household_id, scope(who))
    found = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("no-such-household")
    return found
