"""Reference prices: what a kind of goods costs in an area on a day, and who says so (rules 62, 68)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, FenX100, Line, Pk, Ref
from core.quantity import BaseUnit


class ReferenceImport(Base):
    """One file that was taken over."""

    __tablename__ = "reference_import"
    __append_only__ = True

    id: Mapped[Pk]
    file_name: Mapped[Line]
    added: Mapped[int]
    known: Mapped[int]
    by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class ReferencePrice(Base):
    """1/100 fen per `basis_qty` base units. The same kind, area, day and source says one price only.

    `area` is a division code of six digits, the county's largest: 220681, 220600, 220000, 000000 for the country.
    """

    __tablename__ = "reference_price"
    __append_only__ = True

    id: Mapped[Pk]
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    area: Mapped[str] = mapped_column(sa.String(6))
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    base_unit: Mapped[BaseUnit]
    priced_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(100))
    import_id: Mapped[Ref] = mapped_column(sa.ForeignKey("reference_import.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("category_id", "area", "priced_on", "source", "base_unit"),
        sa.Index("ix_reference_price_newest", "category_id", "base_unit", "priced_on"),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name="price"),
    )
