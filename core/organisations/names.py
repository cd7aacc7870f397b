"""Whose name it was on a day: all names and aliases of a kind of body, read once for many questions."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.organisations.models import Organisation, OrganisationName
from core.trail.models import Stream

ALWAYS, NEVER = date.min, date.max


@dataclass(frozen=True)
class _Borne:
    """A name of a body, from a day until before another."""

    organisation_id: int
    since: date
    until: date


@dataclass(frozen=True)
class NameBook:
    """Names of one kind of body. Width of characters and blanks make no difference."""

    borne: Mapping[str, tuple[_Borne, ...]]

    def on(self, name: str, day: date) -> int | None:
        """The body that bore `name` on a day, or has it as an alias; None when nobody or several did."""
        ids = {b.organisation_id for b in self.borne.get(key(name), ()) if b.since <= day < b.until}
        return ids.pop() if len(ids) == 1 else None


def key(name: str) -> str:
    """A name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def book(kind: OrganisationKind) -> NameBook:
    """The names of all bodies of a kind. One statement."""
    rows = db.session.execute(
        sa.select(
            OrganisationName.organisation_id, OrganisationName.name, OrganisationName.valid_from,
            OrganisationName.is_alias,
        )
        .join(Organisation, Organisation.id == OrganisationName.organisation_id)
        .where(Organisation.kind == kind)
        .order_by(OrganisationName.organisation_id, OrganisationName.valid_from)
    ).all()  # fmt: skip
    starts: dict[int, set[date]] = {}
    for row in rows:
        if not row.is_alias:
            starts.setdefault(row.organisation_id, set()).add(row.valid_from)
    borne: dict[str, list[_Borne]] = {}
    for row in rows:
        later = [day for day in starts.get(row.organisation_id, ()) if day > row.valid_from]
        since, until = (ALWAYS, NEVER) if row.is_alias else (row.valid_from, min(later, default=NEVER))
        borne.setdefault(key(row.name), []).append(_Borne(row.organisation_id, since, until))
    return NameBook({name: tuple(own) for name, own in borne.items()})


def remember(organisation_id: int, name: str, *, by: Actor, right: Right) -> None:
    """Let a name stand for a body from now on, in imports. Nothing happens when it does already."""
    known = sa.exists().where(OrganisationName.organisation_id == organisation_id, OrganisationName.name == name)
    if db.session.scalar(sa.select(known)):
        return
    now = clock.now()
    db.session.add(
        OrganisationName(
            organisation_id=organisation_id, name=name, valid_from=clock.county_day(now), is_alias=True, created_at=now
        )
    )
    trail.record(
        Stream.ADMINISTRATION, "alias-added", "organisation", organisation_id, by=by, right=right, name=name
    )  # fmt: skip
