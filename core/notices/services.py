"""Reading it, and choosing what comes by SMS. Telling is `core.telling`."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.notices.models import Notice, NoticeChoice
from core.notices.rules import OWED, NoticeKind, TextChannel


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
