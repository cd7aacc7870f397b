"""What households earn: one snapshot a quarter, corrected by new versions; targets of the towns."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.income import TargetKind
from core.db import Base, Fen, Line, Pk, Ref

MOST_FEN = 10**10


class IncomeSnapshot(Base):
    """The four incomes of a household in a quarter. The highest version holds; each later one names its reason (78)."""

    __tablename__ = "income_snapshot"
    __append_only__ = True

    id: Mapped[Pk]
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    version_no: Mapped[int]
    members: Mapped[int]
    wage_fen: Mapped[Fen]
    operating_fen: Mapped[Fen]
    operating_cost_fen: Mapped[Fen]
    property_fen: Mapped[Fen]
    transfer_fen: Mapped[Fen]
    reason: Mapped[Line] = mapped_column(default="")
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("household_id", "year", "quarter", "version_no"),
        sa.Index("ix_income_snapshot_quarter", "year", "quarter", "household_id", "version_no"),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4 AND year BETWEEN 2015 AND 2100", name="quarter"),
        sa.CheckConstraint("members BETWEEN 1 AND 30", name="members"),
        sa.CheckConstraint("version_no = 1 OR reason <> ''", name="correction_has_reason"),
        sa.CheckConstraint(
            "least(wage_fen, operating_fen, operating_cost_fen, property_fen, transfer_fen) >= 0 AND "
            "greatest(wage_fen, operating_fen, operating_cost_fen, property_fen, transfer_fen) <= 10000000000",
            name="amounts",
        ),
    )


class IncomeTarget(Base):
    """What a town is to reach in a year; the highest version holds."""

    __tablename__ = "income_target"
    __append_only__ = True

    id: Mapped[Pk]
    town_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    year: Mapped[int]
    kind: Mapped[TargetKind]
    version_no: Mapped[int]
    target: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[Line]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("town_code", "year", "kind", "version_no"),
        sa.CheckConstraint("target > 0", name="target"),
    )
