"""People and their way in."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref


class Person(Base):
    """One human being. `session_epoch` rises to end every session at once (new password, access ended)."""

    __tablename__ = "person"

    id: Mapped[Pk]
    name: Mapped[Line]
    phone: Mapped[str | None] = mapped_column(sa.String(11), unique=True)
    username: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("phone IS NOT NULL OR username IS NOT NULL", name="has_a_way_in"),
        sa.CheckConstraint("phone ~ '^1[3-9][0-9]{9}$'", name="phone_is_mobile"),
    )


class RevokedSession(Base):
    """A session that was signed out before its cookie ran out."""

    __tablename__ = "revoked_session"

    sid: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime]


class OneTimeCode(Base):
    """A code sent by SMS, kept as a keyed hash, good once and for minutes."""

    __tablename__ = "one_time_code"

    id: Mapped[Pk]
    phone: Mapped[str] = mapped_column(sa.String(11), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SentMessage(Base):
    """The fake SMS gateway's outbox: in the demo no message leaves, they are read on a page."""

    __tablename__ = "sent_message"

    id: Mapped[Pk]
    phone: Mapped[str] = mapped_column(sa.String(11), index=True)
    text: Mapped[str]
    sent_at: Mapped[datetime]
