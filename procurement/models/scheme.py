"""Quota schemes 口径 as dated versions: the rules by which the one ledger is read."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Bp, Line, Pk, Ref
from procurement.rules.scheme import GoodsRule


class SchemeVersion(Base):
    """Every switch of rule 9, from a day on. A year is judged by the version valid on its 1 January."""

    __tablename__ = "scheme_version"
    __append_only__ = True

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(4))
    version_no: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(30))
    min_bp: Mapped[Bp]
    valid_from: Mapped[date]
    applies_at_once: Mapped[bool] = mapped_column(default=False)
    channels: Mapped[list[Any]]
    union_counts: Mapped[bool]
    personal_counts: Mapped[bool]
    freight_counts: Mapped[bool]
    goods_rule: Mapped[GoodsRule]
    no_decrease: Mapped[bool] = mapped_column(default=False)
    document: Mapped[Line]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("code", "version_no"),
        sa.CheckConstraint("min_bp BETWEEN 0 AND 10000", name="share"),
    )
