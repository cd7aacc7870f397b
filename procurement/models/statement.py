"""The other ninety percent: per canteen and month, all ingredient spending outside Xingcun."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref
from procurement.rules.statement import StatementState


class SpendingStatement(Base):
    """A month's ordinary purchases of a canteen, in versions."""

    __tablename__ = "spending_statement"

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    month: Mapped[int]
    version_no: Mapped[int]
    state: Mapped[StatementState]
    total_fen: Mapped[Fen] = mapped_column(default=0)
    is_nil: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.UniqueConstraint("canteen_id", "fiscal_year", "month", "version_no"),
        sa.CheckConstraint("month BETWEEN 1 AND 12 AND total_fen >= 0", name="month_total"),
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> author_id", name="two_people"),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_by_id IS NOT NULL", name="confirmed_has_name"),
        sa.Index("ix_spending_statement_unit", "unit_id", "fiscal_year", "month"),
    )


class StatementLine(Base):
    """One category's sum with its paper."""

    __tablename__ = "statement_line"

    id: Mapped[Pk]
    statement_id: Mapped[Ref] = mapped_column(sa.ForeignKey("spending_statement.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    amount_fen: Mapped[Fen]
    paper: Mapped[Line] = mapped_column(default="")
    vendor: Mapped[Line] = mapped_column(default="")

    __table_args__ = (sa.CheckConstraint("amount_fen > 0", name="amount"),)
