"""Payments of residents: the payee is always the supplier's own merchant account."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Code, Fen, Line, Pk, Ref
from market.rules.payment_states import PaymentState
from market.rules.refund_states import RefundState


class MerchantAccount(Base):
    """A supplier's own account with a provider, authorised to our application (`app_auth_token`)."""

    __tablename__ = "merchant_account"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(20))
    app_id: Mapped[str] = mapped_column(sa.String(32))
    seller_id: Mapped[str] = mapped_column(sa.String(32))
    auth_token_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "uq_merchant_account_active",
            "supplier_id",
            "provider",
            unique=True,
            postgresql_where=sa.text("is_active"),
        ),
        # One account belongs to one shop: nobody collects for many (P5).
        sa.Index(
            "uq_merchant_account_seller", "provider", "seller_id", unique=True, postgresql_where=sa.text("is_active")
        ),
        sa.UniqueConstraint("id", "supplier_id"),
    )


class PaymentIntent(Base):
    """The wish to be paid for one supplier order: order and account belong to the same supplier (P5)."""

    __tablename__ = "payment_intent"

    id: Mapped[Pk]
    out_trade_no: Mapped[str] = mapped_column(sa.String(64), unique=True)
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    supplier_id: Mapped[Ref]
    merchant_account_id: Mapped[Ref] = mapped_column(sa.ForeignKey("merchant_account.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(20))
    amount_fen: Mapped[Fen]
    state: Mapped[PaymentState]
    version: Mapped[int] = mapped_column(default=1)
    qr_text: Mapped[str] = mapped_column(sa.String(400), default="")
    trade_no: Mapped[str | None] = mapped_column(sa.String(64))
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    next_query_at: Mapped[datetime | None] = mapped_column(index=True)
    queries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("paid_fen IN (0, amount_fen)", name="paid_exactly"),
        sa.ForeignKeyConstraint(
            ["order_id", "supplier_id"],
            ["purchase_order.id", "purchase_order.supplier_id"],
            name="fk_payment_intent_order_supplier",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_account_id", "supplier_id"],
            ["merchant_account.id", "merchant_account.supplier_id"],
            name="fk_payment_intent_payee",
        ),
        sa.CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen", name="refund_within_paid"),
        sa.Index(
            "uq_payment_intent_payable",
            "order_id",
            unique=True,
            postgresql_where=sa.text("state IN ('created','pending','closing','paid','part_refunded')"),
        ),
    )


class Refund(Base):
    """Money on its way back, with a fixed number so that a retry moves it once.

    `ref` names the cause (an after-sales case, "late:<intent>"): the same cause asks once. `second_id` agreed or
    refused where a second person is needed.
    """

    __tablename__ = "refund"

    id: Mapped[Pk]
    out_request_no: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ref: Mapped[str] = mapped_column(sa.String(80), unique=True)
    intent_id: Mapped[Ref] = mapped_column(sa.ForeignKey("payment_intent.id"), index=True)
    amount_fen: Mapped[Fen]
    reason: Mapped[Line]
    state: Mapped[RefundState]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_code: Mapped[Code] = mapped_column(default="")
    asked_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    second_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("second_id IS NULL OR second_id <> asked_by_id", name="two_persons"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_day"),
        sa.Index("ix_refund_next_try_at", "next_try_at", postgresql_where=sa.text("next_try_at IS NOT NULL")),
    )


class RefundAttempt(Base):
    """One try to send a refund, and what came of it: the buyer sees each."""

    __tablename__ = "refund_attempt"
    __append_only__ = True

    id: Mapped[Pk]
    refund_id: Mapped[Ref] = mapped_column(sa.ForeignKey("refund.id"), index=True)
    outcome: Mapped[Code]
    at: Mapped[datetime]


class ProviderEvent(Base):
    """The inbox of verified notifications and query results; the same event has one effect."""

    __tablename__ = "provider_event"
    __append_only__ = True

    id: Mapped[Pk]
    event_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    provider: Mapped[str] = mapped_column(sa.String(20))
    intent_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("payment_intent.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    verdict: Mapped[str] = mapped_column(sa.String(40))
    raw: Mapped[str]
    at: Mapped[datetime]


class PaymentNotice(Base):
    """Who is told that money came too late and goes back: the buyer, and finance. Once each."""

    __tablename__ = "payment_notice"

    id: Mapped[Pk]
    refund_id: Mapped[Ref] = mapped_column(sa.ForeignKey("refund.id"))
    audience: Mapped[str] = mapped_column(sa.String(12))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("refund_id", "audience"),
        sa.CheckConstraint("audience IN ('buyer','finance')", name="audience"),
        sa.CheckConstraint("(audience = 'buyer') = (person_id IS NOT NULL)", name="buyer_named"),
        sa.Index("ix_payment_notice_unseen", "person_id", postgresql_where=sa.text("seen_at IS NULL")),
    )
