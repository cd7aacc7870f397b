"""What a budget unit and a canteen are to procurement, beside being organisations."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref
from procurement.rules.unit import BudgetLevel, UnitKind


class BudgetUnit(Base):
    """Settings of a unit. Its tree stands in `organisation.parent_id`."""

    __tablename__ = "budget_unit"

    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    kind: Mapped[UnitKind]
    system: Mapped[str] = mapped_column(sa.String(20))
    level: Mapped[BudgetLevel]
    rule_limit_fen: Mapped[Fen] = mapped_column(default=200_000)
    head_limit_fen: Mapped[Fen] = mapped_column(default=2_000_000)
    orderer_may_be_second: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.CheckConstraint("rule_limit_fen >= 0 AND head_limit_fen >= rule_limit_fen", name="limits"),)


class OpeningFigure(Base):
    """A figure from before Xingcun: last year's actual spending of a unit, with its paper."""

    __tablename__ = "opening_figure"
    __append_only__ = True

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    fiscal_year: Mapped[int]
    actual_fen: Mapped[Fen]
    document: Mapped[Line]
    entered_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    entered_on: Mapped[date]
    created_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("actual_fen >= 0", name="amount"),)
