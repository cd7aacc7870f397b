"""Requests for lists with personal rows: one's own, and those that wait for a second person."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.household import HouseholdExport
from catalog.rules.households import ExportState
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places

MOST = 100


@dataclass(frozen=True)
class Line:
    """A request with its names."""

    export: HouseholdExport
    who: str
    organisation: str
    decided_by: str
    place: str


def listed(who: Actor) -> list[Line]:
    """One's own requests, and all of them for who may decide; the newest first."""
    decider = sa.orm.aliased(Person)
    query = (
        sa.select(HouseholdExport, Person.name, Organisation.name, decider.name)
        .join(Person, Person.id == HouseholdExport.requested_by_id)
        .join(Organisation, Organisation.id == HouseholdExport.organisation_id)
        .outerjoin(decider, decider.id == HouseholdExport.decided_by_id)
        .order_by(HouseholdExport.requested_at.desc(), HouseholdExport.id.desc())
        .limit(MOST)
    )
    if not who.may(Right.HOUSEHOLD_EXPORT_DECIDE):
        query = query.where(HouseholdExport.requested_by_id == who.person_id)
    rows = db.session.execute(query).all()
    names = places.names({row[0].place_code for row in rows})
    return [
        Line(export, name, body, decided or "", names[export.place_code].full if export.place_code in names else "")
        for export, name, body, decided in rows
    ]


def to_decide(who: Actor) -> int:
    """Requests of others that wait."""
    if not who.may(Right.HOUSEHOLD_EXPORT_DECIDE):
        return 0
    query = sa.select(sa.func.count()).where(
        HouseholdExport.state == ExportState.REQUESTED, HouseholdExport.requested_by_id != who.person_id
    )
    return db.session.scalar(query) or 0


def ready(who: Actor) -> int:
    """One's own that are approved and not yet fetched."""
    query = sa.select(sa.func.count()).where(
        HouseholdExport.state == ExportState.APPROVED, HouseholdExport.requested_by_id == who.person_id,
        HouseholdExport.fetched == 0,
    )  # fmt: skip
    return db.session.scalar(query) or 0
