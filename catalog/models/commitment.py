"""承诺达标合格证: the producer's promise for one lot, kept for good."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Line, Pk, Ref
from core.quantity import BaseUnit


class Commitment(Base):
    """One certificate with its seven fields as they were on the day. A new one that names it makes it void."""

    __tablename__ = "commitment"
    __append_only__ = True

    id: Mapped[Pk]
    commitment_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    promise: Mapped[str]
    by_control: Mapped[bool]
    by_own_test: Mapped[bool]
    by_commissioned_test: Mapped[bool]
    product_name: Mapped[str] = mapped_column(sa.String(40))
    qty: Mapped[BaseQty]
    base_unit: Mapped[BaseUnit]
    origin_full: Mapped[Line]
    producer: Mapped[Line]
    contact: Mapped[str] = mapped_column(sa.String(40))
    issued_on: Mapped[date]
    report_file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    replaces_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("commitment.id"), unique=True)
    issued_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("by_control OR by_own_test OR by_commissioned_test", name="basis"),
        sa.CheckConstraint("NOT by_commissioned_test OR report_file_id IS NOT NULL", name="report"),
        sa.CheckConstraint("qty > 0", name="qty"),
        sa.Index("ix_commitment_own", "supplier_id", "id"),
    )
