"""Dated settings: every rate, limit, date and label that finance may change, with author and reason."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref


class Setting(Base):
    """A value from a day on. The latest entry for a day wins; nothing is edited (rule 90)."""

    __tablename__ = "setting"
    __append_only__ = True

    id: Mapped[Pk]
    key: Mapped[str] = mapped_column(sa.String(80))
    value: Mapped[Any] = mapped_column(JSONB)
    valid_from: Mapped[date]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[Line]
    created_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_setting_key_valid_from", "key", "valid_from", "id"),)
