"""Telling somebody, reading it, and choosing what comes by SMS."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock, text
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.notices import outgoing
from core.notices.models import Notice, NoticeChoice
from core.notices.rules import OWED, NoticeKind, TextChannel, bare


def tell(
    person_id: int,
    kind: NoticeKind,
    message: str,
    *,
    ref: str,
    href: str = "",
    phone: str | None = None,
    **facts: object,
) -> bool:
    """Put the sentence `message` of section `[notice]` into somebody's inbox, once for each `ref`, in the caller's
    transaction; with `phone` by SMS too, unless they chose otherwise. False when they were told before.
    """  # fmt: skip
    said = bare(text.sentence("notice", message, **facts))[:400]
    row = {"person_id": person_id, "kind": kind, "text": said, "href": href, "ref": ref, "told_at": clock.now()}
    query = insert(Notice).values(**row).on_conflict_do_nothing(index_elements=["person_id", "kind", "ref"])
    made = db.session.execute(query.returning(Notice.id)).scalar()
    if made is not None and phone and wants(person_id, kind, TextChannel.SMS):
        outgoing.put(TextChannel.SMS, phone, said, kind, key=f"notice-{made}")
    return made is not None


def wants(person_id: int, kind: NoticeKind, channel: TextChannel) -> bool:
    """Whether a kind is sent to somebody by a channel: what is owed always, else unless they turned it off."""
    if kind in OWED:
        return True
    off = sa.exists().where(
        NoticeChoice.person_id == person_id, NoticeChoice.kind == kind, NoticeChoice.channel == channel,
        ~NoticeChoice.is_wanted,
    )  # fmt: skip
    return not db.session.scalar(sa.select(off))


def choose(kinds: Collection[str], *, by: Actor) -> None:
    """By SMS from now on: these kinds, and what is owed. Raises: Refused "notice-kind-unknown"."""
    if not set(kinds) <= {kind.value for kind in NoticeKind}:
        raise Refused("notice-kind-unknown")
    for kind in sorted(set(NoticeKind) - OWED):
        row = {"person_id": by.person_id, "kind": kind, "channel": TextChannel.SMS, "is_wanted": kind.value in kinds}
        query = insert(NoticeChoice).values(**row)
        db.session.execute(
            query.on_conflict_do_update(
                index_elements=["person_id", "kind", "channel"], set_={"is_wanted": row["is_wanted"]}
            )
        )


def see(notice_id: int | None, *, by: Actor) -> int:
    """The actor has read one of its notices (None: all). How many were new. A foreign one is nobody's."""
    change = sa.update(Notice).where(Notice.person_id == by.person_id, Notice.seen_at.is_(None))
    if notice_id is not None:
        change = change.where(Notice.id == notice_id)
    return len(db.session.scalars(change.values(seen_at=clock.now()).returning(Notice.id)).all())
