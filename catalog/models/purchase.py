"""Purchase notes (收购单): numbered, signed for, never changed; and how they were paid."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import ClockTrust, PaymentOutcome, Signing
from core.db import Base, BaseQty, Fen, FenX100, Line, Pk, Ref
from core.quantity import BaseUnit


class PurchasePrice(Base):
    """What a supplier pays at the field's edge (收购牌价) from a moment on. Phones write by the price they last saw."""

    __tablename__ = "purchase_price"
    __append_only__ = True

    id: Mapped[Pk]
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name="price"),)


class PurchaseNote(Base):
    """One household sold goods of one product to a supplier: weighed, priced, signed.

    `client_key` is made by the phone, so a note sent twice stands once. `is_eligible` is what the household was on the
    day (rule 40). A correction is a note of the negative quantity that names what it reverses.
    """

    __tablename__ = "purchase_note"
    __append_only__ = True

    id: Mapped[Pk]
    note_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    client_key: Mapped[str] = mapped_column(sa.String(36), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"), index=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    is_eligible: Mapped[bool]
    harvested_on: Mapped[date]
    bought_on: Mapped[date]
    weighings: Mapped[Line]
    base_unit: Mapped[BaseUnit]
    qty: Mapped[BaseQty]
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    gross_fen: Mapped[Fen]
    deduction_fen: Mapped[Fen] = mapped_column(default=0)
    deduction_reason: Mapped[Line] = mapped_column(default="")
    amount_fen: Mapped[Fen]
    pay_method: Mapped[PayMethod]
    signing: Mapped[Signing]
    signature_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    receipt_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("purchase_note.id"), unique=True)
    reason: Mapped[Line] = mapped_column(default="")
    writer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]
    received_at: Mapped[datetime]
    clock_trust: Mapped[ClockTrust]

    __table_args__ = (
        sa.CheckConstraint("qty <> 0 AND (qty > 0) = (reverses_id IS NULL)", name="sign"),
        sa.CheckConstraint("gross_fen - deduction_fen = amount_fen AND amount_fen <> 0", name="sum"),
        sa.CheckConstraint("(qty > 0) = (amount_fen > 0)", name="amount_sign"),
        sa.CheckConstraint("deduction_fen = 0 OR deduction_reason <> ''", name="deduction_has_reason"),
        sa.CheckConstraint("(reverses_id IS NULL) = (reason = '')", name="reversal_has_reason"),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name="price"),
        sa.CheckConstraint("signing = 'sms' OR signature_id IS NOT NULL", name="signed"),
        sa.CheckConstraint("pay_method <> 'cash' OR receipt_id IS NOT NULL", name="cash_has_receipt"),
        sa.CheckConstraint("written_at <= received_at", name="not_from_the_future"),
        sa.Index("ix_purchase_note_supplier", "supplier_id", "id"),
        sa.Index("ix_purchase_note_product", "product_id", "bought_on"),
    )


class PurchaseConfirmation(Base):
    """The household said yes by the code that was sent to its phone."""

    __tablename__ = "purchase_confirmation"
    __append_only__ = True

    note_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_note.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class PurchaseCode(Base):
    """A code on its way to a household's phone: its hash, until when, and how often it was tried."""

    __tablename__ = "purchase_code"

    note_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_note.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    sent_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


class BankFile(Base):
    """A bank's result file as it came in, once by its content."""

    __tablename__ = "bank_file"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("supplier_id", "sha256"),)


class BankRow(Base):
    """One line of a result file and what it did."""

    __tablename__ = "bank_row"
    __append_only__ = True

    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_file.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    note_no: Mapped[str] = mapped_column(sa.String(60))
    amount_fen: Mapped[Fen | None]
    paid_on: Mapped[date | None]
    serial: Mapped[str] = mapped_column(sa.String(60), default="")
    outcome: Mapped[PaymentOutcome]
    note_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("purchase_note.id"), index=True)
    said: Mapped[Line] = mapped_column(default="")


class PurchasePayment(Base):
    """A note was paid in full: by a line of a bank file, or in cash with its receipt. Once."""

    __tablename__ = "purchase_payment"
    __append_only__ = True

    note_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_note.id"), primary_key=True)
    amount_fen: Mapped[Fen]
    paid_on: Mapped[date]
    voucher: Mapped[Line]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bank_file.id"))
    at: Mapped[datetime]
