"""The provider's daily bill of a merchant, row by row, and what in it does not agree with our books."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref
from market.rules.reconciliation import ExceptionKind, ExceptionState, Resolution, RowKind


class ProviderBill(Base):
    """One merchant's movements of one county day, as the provider states them."""

    __tablename__ = "provider_bill"

    id: Mapped[Pk]
    merchant_account_id: Mapped[Ref] = mapped_column(sa.ForeignKey("merchant_account.id"))
    day_on: Mapped[date] = mapped_column(index=True)
    rows: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    fetched_at: Mapped[datetime]
    compared_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("merchant_account_id", "day_on"),)


class ProviderBillLine(Base):
    """One movement of a bill. Refunds and fees are negative fen."""

    __tablename__ = "provider_bill_line"
    __append_only__ = True

    id: Mapped[Pk]
    bill_id: Mapped[Ref] = mapped_column(sa.ForeignKey("provider_bill.id"), index=True)
    kind: Mapped[RowKind]
    payment_no: Mapped[str] = mapped_column(sa.String(64))
    provider_no: Mapped[str] = mapped_column(sa.String(64))
    refund_no: Mapped[str] = mapped_column(sa.String(64))
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    happened_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_provider_bill_line_number", "payment_no", "kind", "refund_no"),)


class PaymentException(Base):
    """Something that two books do not say alike. `key` names what was found: found again, it is the same exception."""

    __tablename__ = "payment_exception"

    id: Mapped[Pk]
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[ExceptionKind]
    state: Mapped[ExceptionState]
    bill_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("provider_bill.id"), index=True)
    line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("provider_bill_line.id"))
    intent_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("payment_intent.id"), index=True)
    refund_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("refund.id"))
    event_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("provider_event.id"))
    ours_fen: Mapped[Fen] = mapped_column(default=0)
    theirs_fen: Mapped[Fen] = mapped_column(default=0)
    found_at: Mapped[datetime]
    owner_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[Line] = mapped_column(default="")
    resolution: Mapped[Resolution | None]
    proposed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("closed_by_id IS NULL OR proposed_by_id IS NOT NULL", name="closed_after_proposal"),
        sa.CheckConstraint(
            "kind <> 'contradiction' OR state <> 'closed' OR closed_by_id <> proposed_by_id", name="two_persons"
        ),
        sa.Index("ix_payment_exception_open", "found_at", postgresql_where=sa.text("state IN ('open','proposed')")),
    )
