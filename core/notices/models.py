"""Everybody's inbox, what somebody chose not to be sent, and texts on their way out."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref
from core.notices.rules import NoticeKind, TextChannel


class Notice(Base):
    """One thing told to one person, once for each `ref`."""

    __tablename__ = "notice"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[NoticeKind]
    text: Mapped[str] = mapped_column(sa.String(400))
    href: Mapped[Line] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(sa.String(80))
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("person_id", "kind", "ref"),
        sa.Index("ix_notice_person", "person_id", "id"),
        sa.Index("ix_notice_unseen", "person_id", postgresql_where=sa.text("seen_at IS NULL")),
    )


class NoticeChoice(Base):
    """A kind that somebody does not want by a channel; without a row it is sent."""

    __tablename__ = "notice_choice"

    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(primary_key=True)
    channel: Mapped[TextChannel] = mapped_column(primary_key=True)
    is_wanted: Mapped[bool]


class OutgoingText(Base):
    """A text for a gateway. `key` is handed on, so that a provider knows a second attempt for what it is."""

    __tablename__ = "outgoing_text"

    id: Mapped[Pk]
    channel: Mapped[TextChannel]
    kind: Mapped[NoticeKind]
    target: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.String(500))
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(sa.String(80), default="")

    __table_args__ = (
        sa.Index("ix_outgoing_text_waiting", "due_at", postgresql_where=sa.text("sent_at IS NULL")),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
    )
