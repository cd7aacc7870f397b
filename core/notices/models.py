"""Everybody's inbox, what somebody chose not to be sent, and texts on their way out."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref
from core.notices.rules import NoticeKind, TextChannel


class Notice(Base):
    """One thing told to one person, once for each `ref`; with `organisation_id` as one who sits there. `spread_at`: the
    job has put it on its other ways.
    """

    __tablename__ = "notice"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[NoticeKind]
    text: Mapped[str] = mapped_column(sa.String(400))
    href: Mapped[Line] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(sa.String(80))
    organisation_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    by_sms: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    spread_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("person_id", "kind", "ref"),
        sa.Index("ix_notice_person", "person_id", "id"),
        sa.Index("ix_notice_unseen", "person_id", postgresql_where=sa.text("seen_at IS NULL")),
        sa.Index("ix_notice_unspread", "id", postgresql_where=sa.text("spread_at IS NULL")),
    )


class NoticeRoute(Base):
    """Where else a person's or an organisation's notices of some kinds go: a mailbox, the robot of a chat group.

    A robot's address is a secret, a mailbox names a person: both are sealed, bound to the row.
    """

    __tablename__ = "notice_route"

    id: Mapped[Pk]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    channel: Mapped[TextChannel]
    address_sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    secret_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(sa.String(32)))
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_owner"),
        sa.CheckConstraint("channel <> 'sms'", name="sms_is_chosen"),
        sa.Index(
            "uq_notice_route_person", "person_id", "channel", unique=True,
            postgresql_where=sa.text("person_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_notice_route_organisation", "organisation_id", "channel", unique=True,
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        ),
    )  # fmt: skip


class NoticeChoice(Base):
    """A kind that somebody does not want by a channel; without a row it is sent."""

    __tablename__ = "notice_choice"

    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(primary_key=True)
    channel: Mapped[TextChannel] = mapped_column(primary_key=True)
    is_wanted: Mapped[bool]


class OutgoingText(Base):
    """A text for a gateway. `key` is handed on, so that a provider knows a second attempt for what it is. With
    `route_id` the address is read from there when it leaves, and `target` is empty.
    """

    __tablename__ = "outgoing_text"

    id: Mapped[Pk]
    channel: Mapped[TextChannel]
    kind: Mapped[NoticeKind]
    target: Mapped[str] = mapped_column(sa.String(120))
    route_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("notice_route.id"), index=True)
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
