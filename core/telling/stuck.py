"""Texts that did not leave, as the operator sees them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.db import db
from core.notices.models import NoticeRoute, OutgoingText
from core.notices.queries import PAGE
from core.notices.rules import NoticeKind, TextChannel
from core.organisations.models import Organisation


@dataclass(frozen=True)
class Stuck:
    """A text that did not leave: whose in words that name no person, how often it was tried, why, when again."""

    id: int
    channel: TextChannel
    kind: NoticeKind
    organisation: str
    text: str
    attempts: int
    fault: str
    queued_at: datetime


def texts(before: int | None = None) -> list[Stuck]:
    """Texts that were tried and are not gone, the newest first (keyset); one more than a page where there are more."""
    query = (
        sa.select(
            OutgoingText.id, OutgoingText.channel, OutgoingText.kind, sa.func.coalesce(Organisation.name, ""),
            OutgoingText.text, OutgoingText.attempts, OutgoingText.fault, OutgoingText.queued_at,
        )
        .outerjoin(NoticeRoute, NoticeRoute.id == OutgoingText.route_id)
        .outerjoin(Organisation, Organisation.id == NoticeRoute.organisation_id)
        .where(OutgoingText.sent_at.is_(None), OutgoingText.attempts > 0)
    )  # fmt: skip
    if before is not None:
        query = query.where(OutgoingText.id < before)
    return [Stuck(*row) for row in db.session.execute(query.order_by(OutgoingText.id.desc()).limit(PAGE + 1))]


def count() -> int:
    """How many texts were tried and are not gone. On the index of what waits."""
    query = sa.select(sa.func.count()).where(OutgoingText.sent_at.is_(None), OutgoingText.attempts > 0)
    return db.session.scalar(query) or 0
