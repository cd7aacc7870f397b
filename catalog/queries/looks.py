"""Who looked at whose numbers, as linkage officer and auditor read it: that it happened, never what was seen."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from catalog.models.supplier import Household
from core import clock
from core.db import any_of, db
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places
from core.trail.models import AuditEvent, Stream

PAGE = 50
ACTIONS = ("household-revealed", "household-searched", "household-export-fetched", "household-account-exported")


@dataclass(frozen=True)
class Look:
    """One look: who, where from, when, at which household, why."""

    at: datetime
    action: str
    who: str
    role: str
    organisation: str
    code: str
    village: str
    what: str
    purpose: str
    reason: str


def listed(page: int = 1, *, code: str = "", days: int = 366) -> tuple[list[Look], int]:
    """Looks of the last `days`, the newest first, of one household if its code is given; and how many there are."""
    where = [
        AuditEvent.stream == Stream.PERSONAL,
        AuditEvent.action.in_(ACTIONS),
        AuditEvent.at >= clock.now() - timedelta(days=days),
    ]
    if code:
        household = db.session.scalar(sa.select(Household.id).where(Household.code == code.strip().upper()))
        where += [AuditEvent.object_type == "household", AuditEvent.object_id == str(household or "-")]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(*where)) or 0
    rows = db.session.execute(
        sa.select(AuditEvent, Person.name, Organisation.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .outerjoin(Organisation, Organisation.id == AuditEvent.organisation_id)
        .where(*where)
        .order_by(AuditEvent.at.desc(), AuditEvent.seq.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    villages = _villages({int(e.object_id) for e, _, _ in rows if e.object_type == "household"})
    return [_look(event, who, body, villages) for event, who, body in rows], total


def _villages(ids: set[int]) -> dict[int, str]:
    codes = db.session.execute(sa.select(Household.id, Household.village_code).where(any_of(Household.id, ids))).all()
    names = places.names({row.village_code for row in codes})
    return {row.id: names[row.village_code].full for row in codes if row.village_code in names}


def _look(event: AuditEvent, who: str | None, organisation: str | None, villages: dict[int, str]) -> Look:
    facts = json.loads(event.body)["facts"]
    village = villages.get(int(event.object_id), "") if event.object_type == "household" else ""
    return Look(
        event.at, event.action, who or "", event.role, organisation or "", facts.get("code", ""), village,
        facts.get("what", ""), facts.get("purpose", ""), facts.get("reason", ""),
    )  # fmt: skip


def recent() -> int:
    """How many looks since yesterday morning: what an overseer has to read."""
    since = clock.day_start(clock.today() - timedelta(days=1))
    query = sa.select(sa.func.count()).where(
        AuditEvent.stream == Stream.PERSONAL, AuditEvent.action.in_(ACTIONS), AuditEvent.at >= since
    )
    return db.session.scalar(query) or 0
