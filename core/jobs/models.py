"""Work to be done after a commit: written in the same transaction, sent afterwards, swept when stuck."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, JsonDict, Pk, Ref


class Outbox(Base):
    """One job to run. A `key` makes asking twice harmless while the first is not done."""

    __tablename__ = "outbox"

    id: Mapped[Pk]
    task: Mapped[str] = mapped_column(sa.String(80))
    args: Mapped[JsonDict]
    key: Mapped[str | None] = mapped_column(sa.String(120))
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")

    __table_args__ = (
        sa.Index("ix_outbox_open", "due_at", postgresql_where=sa.text("done_at IS NULL")),
        sa.Index("uq_outbox_key", "key", unique=True, postgresql_where=sa.text("done_at IS NULL")),
    )


class RequestKey(Base):
    """A form's own key: the same form sent twice has one effect and the same answer (R1)."""

    __tablename__ = "request_key"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_ref: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    endpoint: Mapped[str] = mapped_column(sa.String(80))
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[JsonDict | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Job(Base):
    """Long work with progress that a page shows: imports, exports."""

    __tablename__ = "job"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="waiting")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[JsonDict] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("state IN ('waiting','running','done','failed')", name="state"),)
