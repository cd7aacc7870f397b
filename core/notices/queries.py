"""Somebody's own inbox."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from core.notices.models import Notice, NoticeChoice
from core.notices.rules import OWED, NoticeKind, TextChannel

PAGE = 30


def page(
    for_: Actor, *, kind: NoticeKind | None = None, only_new: bool = False, before: int | None = None
) -> list[Notice]:
    """The actor's notices, the newest first, from an id on (keyset); one more than a page where there are more."""
    query = sa.select(Notice).where(Notice.person_id == for_.person_id)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if only_new:
        query = query.where(Notice.seen_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    return list(db.session.scalars(query.order_by(Notice.id.desc()).limit(PAGE + 1)))


def unseen(for_: Actor) -> int:
    """How many the actor has not read. One statement on a partial index."""
    query = sa.select(sa.func.count()).where(Notice.person_id == for_.person_id, Notice.seen_at.is_(None))
    return db.session.scalar(query) or 0


def find(notice_id: int, for_: Actor) -> Notice | None:
    """One of the actor's."""
    return db.session.scalars(
        sa.select(Notice).where(Notice.id == notice_id, Notice.person_id == for_.person_id)
    ).one_or_none()


def by_sms(for_: Actor) -> dict[NoticeKind, bool]:
    """Of each kind whether it comes by SMS."""
    query = sa.select(NoticeChoice.kind, NoticeChoice.is_wanted).where(
        NoticeChoice.person_id == for_.person_id, NoticeChoice.channel == TextChannel.SMS
    )
    chosen: dict[NoticeKind, bool] = {kind: is_wanted for kind, is_wanted in db.session.execute(query)}  # noqa: C416
    return {kind: kind in OWED or chosen.get(kind, True) for kind in NoticeKind}
