"""Reading the fake SMS gateway's outbox."""

import sqlalchemy as sa

from core.db import db
from core.people.models import SentMessage


def latest(phone: str = "", limit: int = 50) -> list[SentMessage]:
    """The last messages, of one phone if given."""
    query = sa.select(SentMessage).order_by(SentMessage.id.desc()).limit(limit)
    return list(db.session.scalars(query.where(SentMessage.phone == phone) if phone else query))
