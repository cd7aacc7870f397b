"""Complaints to the platform, with their conversation and their clock."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref
from market.rules.complaint import ComplaintKind, ComplaintState


class Complaint(Base):
    """One person's complaint. `due_at`: until when the platform answers; after an answer, when it closes."""

    __tablename__ = "complaint"

    id: Mapped[Pk]
    complaint_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[ComplaintKind]
    subject: Mapped[Line]
    thread_id: Mapped[Ref] = mapped_column(sa.ForeignKey("thread.id"), unique=True)
    state: Mapped[ComplaintState]
    due_at: Mapped[datetime | None]
    was_late: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_complaint_person", "person_id", "id"),
        sa.Index("ix_complaint_desk", "state", "due_at"),
    )
