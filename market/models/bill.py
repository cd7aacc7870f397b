"""Suppliers' accounts: rows by cause out of the memo ledger, and monthly statements over them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, JsonDict, Line, Pk, Ref
from market.rules.bill import BillState, EntryCause


class SupplierEntry(Base):
    """One row of a supplier's account; positive where the claim grows. The ledger's entry makes it once per cause."""

    __tablename__ = "supplier_entry"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    cause: Mapped[EntryCause]
    tx_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("book_tx.id"))
    document_no: Mapped[str] = mapped_column(sa.String(64), default="")
    occurred_on: Mapped[date]
    amount_fen: Mapped[Fen]

    __table_args__ = (
        sa.CheckConstraint("amount_fen <> 0", name="amount"),
        sa.CheckConstraint("tx_id IS NOT NULL OR cause = 'service_fee'", name="has_source"),
        sa.UniqueConstraint("tx_id", "cause"),
        sa.Index("ix_supplier_entry_supplier", "supplier_id", "occurred_on"),
    )


class SupplierBill(Base):
    """A month's statement. Its rows and sums never change; a closed one changes in nothing (trigger)."""

    __tablename__ = "supplier_bill"

    id: Mapped[Pk]
    bill_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    month_on: Mapped[date] = mapped_column(index=True)
    state: Mapped[BillState]
    opening_fen: Mapped[Fen]
    closing_fen: Mapped[Fen]
    sums: Mapped[JsonDict]
    fee_bp: Mapped[int]
    issued_at: Mapped[datetime]
    checked_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    closed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    note: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "month_on"),
        sa.CheckConstraint("extract(day FROM month_on) = 1", name="month"),
        sa.CheckConstraint("state NOT IN ('checked','closed') OR checked_by_id IS NOT NULL", name="checked_by_one"),
        sa.CheckConstraint(
            "state <> 'closed' OR (closed_by_id IS NOT NULL AND closed_by_id <> checked_by_id)",
            name="closed_by_another",
        ),
    )


class SupplierBillEntry(Base):
    """Which rows a statement holds: each row stands in one."""

    __tablename__ = "supplier_bill_entry"
    __append_only__ = True

    entry_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier_entry.id"), primary_key=True)
    bill_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier_bill.id"), index=True)
