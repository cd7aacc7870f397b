"""Promotions: terms that never change, who bears them, coupons in people's hands, and every fen that was given.

What was used of a budget is a running sum, changed only by a conditional update beside a fact; the database refuses to
overrun it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Bp, Code, Fen, Line, Pk, Ref
from market.rules.promotion import Bearer, PromotionKind, PromotionState


class BudgetAccount(Base):
    """Money that the platform gives for promotions. `limit_fen` is the sum of its grants."""

    __tablename__ = "budget_account"

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    limit_fen: Mapped[Fen] = mapped_column(default=0)
    used_fen: Mapped[Fen] = mapped_column(default=0)
    created_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("used_fen >= 0 AND used_fen <= limit_fen", name="within_limit"),)


class BudgetGrant(Base):
    """Money put into a budget, by a document (append-only)."""

    __tablename__ = "budget_grant"
    __append_only__ = True

    id: Mapped[Pk]
    account_id: Mapped[Ref] = mapped_column(sa.ForeignKey("budget_account.id"), index=True)
    amount_fen: Mapped[Fen]
    document: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("amount_fen > 0 AND document <> ''", name="grant"),)


class Promotion(Base):
    """A shelf discount or a coupon. `supplier_id` is whose goods are meant; none: everybody's (the platform bears it).

    `is_deep`: a line may fall below 70 % of the shelf, once a second person approved that.
    """

    __tablename__ = "promotion"

    id: Mapped[Pk]
    kind: Mapped[PromotionKind]
    bearer: Mapped[Bearer]
    state: Mapped[PromotionState]
    name: Mapped[str] = mapped_column(sa.String(30))
    supplier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    budget_account_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("budget_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    off_fen: Mapped[Fen]
    off_bp: Mapped[Bp]
    cap_fen: Mapped[Fen | None]
    least_fen: Mapped[Fen]
    budget_fen: Mapped[Fen | None]
    used_fen: Mapped[Fen] = mapped_column(default=0)
    per_person: Mapped[int]
    most_coupons: Mapped[int | None]
    issued: Mapped[int] = mapped_column(default=0)
    is_open: Mapped[bool]
    is_deep: Mapped[bool]
    made_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("id", "made_by_id"),
        sa.CheckConstraint("(off_fen > 0) <> (off_bp > 0) AND off_fen >= 0 AND off_bp BETWEEN 0 AND 9900", name="off"),
        sa.CheckConstraint("ends_at > starts_at", name="days"),
        sa.CheckConstraint("(bearer = 'platform') = (budget_account_id IS NOT NULL)", name="platform_has_budget"),
        sa.CheckConstraint("bearer <> 'supplier' OR supplier_id IS NOT NULL", name="supplier_bears_own"),
        sa.CheckConstraint("bearer <> 'platform' OR budget_fen IS NOT NULL", name="platform_has_limit"),
        sa.CheckConstraint("used_fen >= 0 AND (budget_fen IS NULL OR used_fen <= budget_fen)", name="within_budget"),
        sa.CheckConstraint("issued >= 0 AND (most_coupons IS NULL OR issued <= most_coupons)", name="within_number"),
        sa.CheckConstraint("per_person BETWEEN 1 AND 9", name="per_person"),
        sa.CheckConstraint("least_fen >= 0 AND cap_fen > 0", name="bounds"),
        sa.CheckConstraint("kind <> 'coupon' OR off_bp = 0 OR cap_fen IS NOT NULL", name="share_is_capped"),
        sa.Index("ix_promotion_running", "ends_at", postgresql_where=sa.text("state = 'running'")),
    )


class PromotionOffer(Base):
    """An offer that a promotion is good for; none: all of its supplier's (append-only)."""

    __tablename__ = "promotion_offer"
    __append_only__ = True

    promotion_id: Mapped[Ref] = mapped_column(sa.ForeignKey("promotion.id"), primary_key=True)
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), primary_key=True, index=True)


class PromotionApproval(Base):
    """A second person's word that lines may fall below 70 % (append-only). Never who made the promotion."""

    __tablename__ = "promotion_approval"
    __append_only__ = True

    id: Mapped[Pk]
    promotion_id: Mapped[Ref] = mapped_column(unique=True)
    made_by_id: Mapped[Ref]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[Line]
    at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["promotion_id", "made_by_id"], ["promotion.id", "promotion.made_by_id"]),
        sa.UniqueConstraint("id", "promotion_id"),
        sa.CheckConstraint("person_id <> made_by_id", name="second_person"),
        sa.CheckConstraint("reason <> ''", name="reason"),
    )


class Coupon(Base):
    """One coupon: a code that nobody holds yet, or a person's `nth` of a promotion. `group_id`: the checkout that uses
    it; free again when that checkout's orders were all cancelled.
    """

    __tablename__ = "coupon"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    promotion_id: Mapped[Ref] = mapped_column(sa.ForeignKey("promotion.id"))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    nth: Mapped[int | None]
    group_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("order_group.id"), unique=True)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("promotion_id", "person_id", "nth"),
        sa.CheckConstraint("num_nulls(person_id, nth, claimed_at) IN (0, 3)", name="held"),
        sa.CheckConstraint("group_id IS NULL OR person_id IS NOT NULL", name="used_by_holder"),
        sa.CheckConstraint("nth BETWEEN 1 AND 9", name="nth"),
    )


class PromotionUse(Base):
    """Money given by a promotion to an order (`use`), and taken back with it (`return`). Each once (append-only)."""

    __tablename__ = "promotion_use"
    __append_only__ = True

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"))
    promotion_id: Mapped[Ref] = mapped_column(sa.ForeignKey("promotion.id"), index=True)
    coupon_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("coupon.id"), index=True)
    act: Mapped[Code]
    amount_fen: Mapped[Fen]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("order_id", "promotion_id", "act"),
        sa.Index(
            "uq_promotion_use_one_coupon",
            "order_id",
            unique=True,
            postgresql_where=sa.text("coupon_id IS NOT NULL AND act = 'use'"),
        ),
        sa.CheckConstraint("(act = 'use' AND amount_fen > 0) OR (act = 'return' AND amount_fen < 0)", name="sign"),
    )


class LineDiscount(Base):
    """What a promotion takes off one line (append-only). `approval_id` where it may go below 70 %."""

    __tablename__ = "line_discount"
    __append_only__ = True

    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    promotion_id: Mapped[Ref] = mapped_column(sa.ForeignKey("promotion.id"), primary_key=True)
    amount_fen: Mapped[Fen]
    approval_id: Mapped[Ref | None]

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["approval_id", "promotion_id"], ["promotion_approval.id", "promotion_approval.promotion_id"]
        ),
        sa.CheckConstraint("amount_fen > 0", name="amount"),
    )
