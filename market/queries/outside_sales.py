"""Sales of villages' goods outside the platform: read here only, never in a sum of the platform."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places import queries as places
from core.places.models import Place, PlaceLevel
from core.places.queries import PlaceName
from market.models.pairing import OutsideSale, VillagePairing
from market.rules.pairing import OutsideChannel, OutsideState, PairingState


@dataclass(frozen=True)
class Row:
    """A sale with the names around it and its evidence."""

    row: OutsideSale
    by: str
    village: str
    file_token: str


def scope(by: Actor) -> sa.ColumnElement[bool]:
    """One's own entries, those of one's village or town; the linkage office all."""
    if by.may(Right.PAIRING_REVIEW):
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [OutsideSale.organisation_id.in_(by.scope_ids)]
    place = by.place_code or ""
    if (Role.VILLAGE_WORKER in by.roles and len(place) == 12) or (Role.TOWNSHIP_CLERK in by.roles and len(place) == 9):
        seen.append(OutsideSale.village_code.between(place.ljust(12, "0"), place.ljust(12, "9")))
    return sa.or_(*seen)


def listed(by: Actor, *, page: int = 1, size: int = 30, state: OutsideState | None = None) -> tuple[list[Row], int]:
    """One page, the newest first, and how many there are."""
    where = [scope(by)] + ([OutsideSale.state == state] if state else [])
    total = db.session.scalar(sa.select(sa.func.count(OutsideSale.id)).where(*where)) or 0
    town = aliased(Place)
    rows = db.session.execute(
        sa.select(OutsideSale, Organisation.name, town.name + " " + Place.name, StoredFile.token)
        .join(Organisation, Organisation.id == OutsideSale.organisation_id)
        .join(Place, Place.code == OutsideSale.village_code)
        .join(town, town.code == Place.parent_code)
        .join(StoredFile, StoredFile.id == OutsideSale.file_id)
        .where(*where)
        .order_by(OutsideSale.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [Row(*row) for row in rows], total


def sums(by: Actor) -> dict[OutsideChannel, int]:
    """{channel: fen} of checked sales that the actor may see."""
    rows = db.session.execute(
        sa.select(OutsideSale.channel, sa.func.sum(OutsideSale.amount_fen))
        .where(scope(by), OutsideSale.state == OutsideState.CHECKED)
        .group_by(OutsideSale.channel)
    )
    return {channel: int(fen) for channel, fen in rows}


def waiting(by: Actor) -> int:
    """Sales that wait for the office, others' entries only."""
    if not by.may(Right.PAIRING_REVIEW):
        return 0
    query = sa.select(sa.func.count(OutsideSale.id)).where(OutsideSale.state == OutsideState.ENTERED)
    return db.session.scalar(query) or 0


def villages(by: Actor) -> list[PlaceName]:
    """Villages whose goods an actor may enter: a village its own, a company its paired ones, a shop any."""
    if Role.VILLAGE_WORKER in by.roles:
        return list(places.names({by.place_code or ""}).values())
    if Role.ENTERPRISE_BUYER in by.roles:
        query = sa.select(VillagePairing.village_code).where(
            VillagePairing.enterprise_id.in_(by.scope_ids), VillagePairing.state == PairingState.ACTIVE
        )
        return sorted(places.names(set(db.session.scalars(query))).values(), key=lambda one: one.code)
    return places.listed(PlaceLevel.VILLAGE)
