"""Invoices, bank transfers and which kilo they paid. Money goes from the buyer to the supplier, never to us."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Code, Fen, Line, Pk, Ref
from market.rules.invoice import InvoiceState, InvoiceTax
from market.rules.transfer import ConfirmedBy, TransferState


class Invoice(Base):
    """A supplier's invoice for accepted goods; a red one (credit note) is negative and names what it reverses.

    A number stands once in the county. `mismatch`: what did not agree, with who decided and why.
    """

    __tablename__ = "invoice"

    id: Mapped[Pk]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    buyer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    issued_on: Mapped[date]
    total_fen: Mapped[Fen]
    tax_fen: Mapped[Fen] = mapped_column(default=0)
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    recorded_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("invoice.id"), index=True)
    state: Mapped[InvoiceState] = mapped_column(default=InvoiceState.MATCHED, server_default="matched")
    title: Mapped[Line] = mapped_column(server_default="")
    buyer_code: Mapped[str] = mapped_column(sa.String(18), server_default="")
    mismatch: Mapped[str] = mapped_column(sa.String(80), server_default="")
    explanation: Mapped[Line] = mapped_column(server_default="")
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[Line] = mapped_column(server_default="")

    __table_args__ = (
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (total_fen > 0) AND total_fen <> 0 AND tax_fen * sign(total_fen) >= 0 "
            "AND abs(tax_fen) < abs(total_fen)",
            name="amounts",
        ),
        sa.CheckConstraint("number ~ '^[0-9]{8,20}$'", name="number_digits"),
        sa.CheckConstraint("state = 'matched' OR reverses_id IS NULL", name="red_is_matched"),
        sa.CheckConstraint("decided_by_id <> recorded_by_id", name="decided_by_another"),
    )


class InvoiceLine(Base):
    """The sums of one rate on an invoice, fen, tax held in the amount."""

    __tablename__ = "invoice_line"
    __append_only__ = True

    invoice_id: Mapped[Ref] = mapped_column(sa.ForeignKey("invoice.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    tax_mode: Mapped[InvoiceTax]
    amount_fen: Mapped[Fen]
    tax_fen: Mapped[Fen]


class InvoiceAcceptance(Base):
    """The acceptances an invoice covers, fen; a red one's are negative. One in force for each acceptance."""

    __tablename__ = "invoice_acceptance"
    __append_only__ = True

    invoice_id: Mapped[Ref] = mapped_column(sa.ForeignKey("invoice.id"), primary_key=True)
    acceptance_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance.id"), primary_key=True, index=True)
    amount_fen: Mapped[Fen]


class Transfer(Base):
    """A bank transfer from a unit to a supplier's own account."""

    __tablename__ = "transfer"

    id: Mapped[Pk]
    transfer_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    remittance_code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    buyer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    amount_fen: Mapped[Fen]
    payee_account_name: Mapped[Line]
    payee_account_no: Mapped[str] = mapped_column(sa.String(30))
    payee_bank: Mapped[Line]
    state: Mapped[TransferState]
    prepared_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    payer_name: Mapped[Line] = mapped_column(default="")
    bank_day_on: Mapped[date | None]
    bank_serial: Mapped[str | None] = mapped_column(sa.String(60))
    voucher_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    declared_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    declared_at: Mapped[datetime | None]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    confirmed_by: Mapped[ConfirmedBy | None]
    decision_reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint(
            "state IN ('prepared','withdrawn') OR (bank_day_on IS NOT NULL AND bank_serial IS NOT NULL "
            "AND declared_by_id IS NOT NULL AND declared_at IS NOT NULL)",
            name="declared_is_complete",
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (decided_by_id IS NOT NULL AND confirmed_by IS NOT NULL "
            "AND decided_by_id <> declared_by_id)",
            name="confirmed_by_another",
        ),
        sa.Index(
            "uq_transfer_bank_serial",
            "supplier_id",
            "bank_serial",
            unique=True,
            postgresql_where=sa.text("bank_serial IS NOT NULL AND state IN ('declared','confirmed')"),
        ),
    )


class TransferItem(Base):
    """What a transfer is meant to pay: the open part of an acceptance."""

    __tablename__ = "transfer_item"
    __append_only__ = True

    transfer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("transfer.id"), primary_key=True)
    acceptance_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance.id"), primary_key=True, index=True)
    amount_fen: Mapped[Fen]

    __table_args__ = (sa.CheckConstraint("amount_fen > 0", name="amount"),)


class Allocation(Base):
    """Confirmed money on an acceptance line. A correction is a negative row that names what it reverses."""

    __tablename__ = "allocation"
    __append_only__ = True

    id: Mapped[Pk]
    transfer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("transfer.id"), index=True)
    acceptance_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance_line.id"), index=True)
    amount_fen: Mapped[Fen]
    bank_day_on: Mapped[date]
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("allocation.id"), unique=True)
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("amount_fen <> 0 AND (amount_fen > 0) = (reverses_id IS NULL)", name="sign"),
        sa.Index(
            "uq_allocation_once",
            "transfer_id",
            "acceptance_line_id",
            unique=True,
            postgresql_where=sa.text("reverses_id IS NULL"),
        ),
    )


class Account(StrEnum):
    """Accounts of the memo ledger: it mirrors money the platform never holds."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    CLEARING = "clearing"
    REFUND = "refund"
    FEE = "fee"  # what the provider keeps
    SUSPENSE = "suspense"  # whose it is, is not known yet


class BookTx(Base):
    """One balanced entry; the same cause books once."""

    __tablename__ = "book_tx"
    __append_only__ = True

    id: Mapped[Pk]
    kind: Mapped[Code]
    ref_id: Mapped[Ref]
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("kind", "ref_id"),)


class BookPosting(Base):
    """One side of an entry, signed fen; a deferred trigger refuses a transaction that does not sum to zero."""

    __tablename__ = "book_posting"
    __append_only__ = True

    id: Mapped[Pk]
    tx_id: Mapped[Ref] = mapped_column(sa.ForeignKey("book_tx.id"), index=True)
    account: Mapped[Account]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    amount_fen: Mapped[Fen]

    __table_args__ = (
        sa.CheckConstraint("amount_fen <> 0", name="amount"),
        sa.Index("ix_book_posting_supplier", "supplier_id", "account"),
    )
