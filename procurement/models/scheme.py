"""Quota schemes 口径 as dated versions: the rules by which the one ledger is read."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Bp, Line, Pk, Ref
from procurement.rules.scheme import CountBasis, GoodsRule


class SchemeVersion(Base):
    """Every switch of rule 9, from a day on. A year is judged by the version valid on its 1 January.

    `combines` names the schemes whose canteen records are taken together (C); then `channels` only says which they
    are. `exception_by` lists who may allow a lower share (rule 17).
    """

    __tablename__ = "scheme_version"
    __append_only__ = True

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(4))
    version_no: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(30))
    min_bp: Mapped[Bp]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    applies_at_once: Mapped[bool] = mapped_column(default=False)
    channels: Mapped[list[Any]]
    union_counts: Mapped[bool]
    personal_counts: Mapped[bool]
    freight_counts: Mapped[bool]
    goods_rule: Mapped[GoodsRule]
    basis: Mapped[CountBasis] = mapped_column(default=CountBasis.COMPLETED)
    combines: Mapped[list[Any]] = mapped_column(default=list)
    exception_by: Mapped[list[Any]] = mapped_column(default=list)
    no_decrease: Mapped[bool] = mapped_column(default=False)
    document: Mapped[Line]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("code", "version_no"),
        sa.CheckConstraint("min_bp BETWEEN 0 AND 10000", name="share"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
    )
