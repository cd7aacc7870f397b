"""What was told goes on its other ways: SMS to those who want it, the mailboxes and chat groups that were set.

Telling is one statement inside somebody's transaction; here, seconds later, the ways are looked up for many at once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from core import clock
from core.db import db
from core.jobs import job
from core.notices import outgoing
from core.notices.models import Notice, NoticeChoice, NoticeRoute
from core.notices.rules import OWED, TextChannel
from core.people.models import Person

BATCH = 1_000
STALE = timedelta(days=1)
"""What was told longer ago leaves no more: news of a day long past helps nobody (an installation that stood still)."""


class _Way(NamedTuple):
    channel: TextChannel
    target: str
    route_id: int | None
    key: str


@job("core.spread_notices", every=10)
def spread() -> None:
    """Queue the texts of everything told since the last time. Four statements, and one or two a text."""
    fresh = clock.now() - STALE
    query = sa.select(Notice).where(Notice.spread_at.is_(None)).order_by(Notice.id).limit(BATCH)
    found = list(db.session.scalars(query.with_for_update(skip_locked=True)))
    told = [notice for notice in found if notice.told_at >= fresh]
    for notice, way in [*_sms(told), *_routed(told)]:
        outgoing.put(way.channel, way.target, notice.text, notice.kind, key=way.key, route_id=way.route_id)
    if found:
        done = sa.update(Notice).where(Notice.id.in_([notice.id for notice in found])).values(spread_at=clock.now())
        db.session.execute(done, execution_options={"synchronize_session": False})


def _sms(told: Iterable[Notice]) -> Iterator[tuple[Notice, _Way]]:
    """Whom the news reaches by SMS: who has a number and did not turn the kind off."""
    asked = [notice for notice in told if notice.by_sms]
    people = {notice.person_id for notice in asked}
    if not people:
        return
    phones = db.session.execute(sa.select(Person.id, Person.phone).where(Person.id.in_(people), Person.is_active))
    numbers = {row.id: row.phone for row in phones if row.phone}
    off = db.session.execute(
        sa.select(NoticeChoice.person_id, NoticeChoice.kind).where(
            NoticeChoice.person_id.in_(people), NoticeChoice.channel == TextChannel.SMS, ~NoticeChoice.is_wanted
        )
    )
    unwanted = {(row.person_id, row.kind) for row in off}
    for notice in asked:
        if notice.person_id in numbers and (notice.kind in OWED or (notice.person_id, notice.kind) not in unwanted):
            yield notice, _Way(TextChannel.SMS, numbers[notice.person_id], None, f"notice-{notice.id}")


def _routed(told: list[Notice]) -> Iterator[tuple[Notice, _Way]]:
    """By the routes that were set: a person's own, and each of an organisation's once, however many sit there."""
    people = {notice.person_id for notice in told}
    bodies = {notice.organisation_id for notice in told if notice.organisation_id is not None}
    if not told:
        return
    mine = sa.or_(NoticeRoute.person_id.in_(people), NoticeRoute.organisation_id.in_(bodies))
    routes = db.session.scalars(sa.select(NoticeRoute).where(mine, NoticeRoute.is_active)).all()
    for notice in told:
        for route in routes:
            theirs = notice.person_id == route.person_id or (
                route.organisation_id is not None and notice.organisation_id == route.organisation_id
            )
            if theirs and notice.kind.value in route.kinds:
                mark = hashlib.sha256(f"{notice.kind.value}|{notice.ref}".encode()).hexdigest()[:32]
                yield notice, _Way(route.channel, "", route.id, f"route-{route.id}-{mark}")
