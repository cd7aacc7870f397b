"""A unit's dispute about an accepted line, with its time and its decision; the money stands in `Deduction`."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Ref
from market.rules.dispute_states import DisputeState


class DisputeCase(Base):
    """What the sides said about one disputed amount. `for_buyer_fen`: what the decision gives the unit."""

    __tablename__ = "dispute_case"

    deduction_id: Mapped[Ref] = mapped_column(sa.ForeignKey("deduction.id"), primary_key=True)
    thread_id: Mapped[Ref] = mapped_column(sa.ForeignKey("thread.id"), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    state: Mapped[DisputeState]
    due_at: Mapped[datetime | None]
    for_buyer_fen: Mapped[Fen | None]
    decision: Mapped[str] = mapped_column(sa.String(1000), default="")
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("for_buyer_fen >= 0", name="for_buyer"),
        sa.CheckConstraint("(state = 'decided') = (decided_by_id IS NOT NULL)", name="decided_by_somebody"),
        sa.Index("ix_dispute_case_supplier", "supplier_id", "state"),
        sa.Index("ix_dispute_case_buyer", "buyer_id", "state"),
        sa.Index("ix_dispute_case_due", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
    )
