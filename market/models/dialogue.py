"""What the sides of a case say to each other, with pictures; nothing of it is ever changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Pk, Ref
from market.rules.parties import Party


class Thread(Base):
    """One conversation; the case it belongs to points here."""

    __tablename__ = "thread"
    __append_only__ = True

    id: Mapped[Pk]
    created_at: Mapped[datetime]


class ThreadMessage(Base):
    """One side's words."""

    __tablename__ = "thread_message"
    __append_only__ = True

    id: Mapped[Pk]
    thread_id: Mapped[Ref] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    party: Mapped[Party]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.String(1000))
    at: Mapped[datetime]


class ThreadPhoto(Base):
    """A picture that belongs to a message."""

    __tablename__ = "thread_photo"
    __append_only__ = True

    message_id: Mapped[Ref] = mapped_column(sa.ForeignKey("thread_message.id"), primary_key=True)
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
