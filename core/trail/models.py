"""The audit trail's tables: five hash-chained streams. The text that was hashed is kept as it was."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Code, Ref


class Stream(StrEnum):
    """Five chains, locked in this order, so that a stall in one stays there."""

    MONEY = "money"
    PROCUREMENT = "procurement"
    CATALOGUE = "catalogue"
    PERSONAL = "personal"
    ADMINISTRATION = "administration"


class AuditHead(Base):
    """The last link of a stream; locked while an act appends."""

    __tablename__ = "audit_head"

    stream: Mapped[Stream] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class AuditEvent(Base):
    """One act. `body` is the exact canonical text that was hashed; the columns copy it for searching."""

    __tablename__ = "audit_event"
    __append_only__ = True

    stream: Mapped[Stream] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[Ref | None]
    role: Mapped[str] = mapped_column(sa.String(32))
    organisation_id: Mapped[Ref | None]
    action: Mapped[Code]
    object_type: Mapped[Code]
    object_id: Mapped[str] = mapped_column(sa.String(64))
    request_id: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[str]
    prev: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.Index("ix_audit_event_object", "object_type", "object_id"),
        sa.Index("ix_audit_event_at", "at"),
        sa.Index("ix_audit_event_organisation", "organisation_id", "at"),
    )
