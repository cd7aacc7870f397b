"""Agreements with households, what a score is computed with, and the checks of claims."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.claim_checks import CheckVerdict, ReviewState
from catalog.rules.supplier import LinkageMode
from core.db import Base, BaseQty, Bp, Fen, FenX100, JsonDict, Line, Pk, Ref


class Agreement(Base):
    """A contract with households, in versions: other terms are a new version that replaces this one from its first day.

    The households stand in `linkage_agreement`, one row each with the day of their signature.
    """

    __tablename__ = "agreement"
    __append_only__ = True

    id: Mapped[Pk]
    number: Mapped[str] = mapped_column(sa.String(30))
    version_no: Mapped[int]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    mode: Mapped[LinkageMode]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    guaranteed_price_fen_x100: Mapped[FenX100 | None]
    guaranteed_fen: Mapped[Fen | None]
    dividend_bp: Mapped[Bp | None]
    terms: Mapped[str]
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    replaces_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("agreement.id"), unique=True)
    created_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("number", "version_no"),
        sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        sa.CheckConstraint("(version_no = 1) = (replaces_id IS NULL)", name="versions_follow"),
        sa.CheckConstraint("dividend_bp BETWEEN 0 AND 10000", name="dividend"),
        sa.CheckConstraint("guaranteed_price_fen_x100 > 0 AND guaranteed_fen > 0", name="guaranteed"),
    )


class MarginCoefficient(Base):
    """How much of a purchase in a category is the household's net income, from a day on, by the agriculture bureau."""

    __tablename__ = "margin_coefficient"
    __append_only__ = True

    id: Mapped[Pk]
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    margin_bp: Mapped[Bp]
    valid_from: Mapped[date]
    document: Mapped[Line]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("margin_bp BETWEEN 0 AND 10000", name="margin"),
        sa.Index("ix_margin_coefficient_day", "category_id", "valid_from", "id"),
    )


class RelatedHousehold(Base):
    """A household that belongs to the supplier's own people: its benefits never count (4.2 h)."""

    __tablename__ = "related_household"

    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), primary_key=True)
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"), primary_key=True)
    reason: Mapped[Line]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]


class ClaimReview(Base):
    """A household's quarter whose claims exceeded its income (4.2 a). A later, larger sum is a new version."""

    __tablename__ = "claim_review"

    id: Mapped[Pk]
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"))
    quarter: Mapped[str] = mapped_column(sa.String(6))
    version_no: Mapped[int]
    claimed_fen: Mapped[Fen]
    tracked_fen: Mapped[Fen]
    state: Mapped[ReviewState]
    note: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("household_id", "quarter", "version_no"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        sa.Index("ix_claim_review_state", "state", "id"),
        sa.Index("ix_claim_review_quarter", "quarter", "household_id"),
    )


class RecheckDraw(Base):
    """The random re-check of a quarter: its seed and the pot's fingerprint are public (4.2 d)."""

    __tablename__ = "recheck_draw"
    __append_only__ = True

    id: Mapped[Pk]
    quarter: Mapped[str] = mapped_column(sa.String(6), unique=True)
    seed: Mapped[str] = mapped_column(sa.String(64))
    claims: Mapped[int]
    drawn: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class RecheckItem(Base):
    """One drawn claim and what was found."""

    __tablename__ = "recheck_item"

    id: Mapped[Pk]
    draw_id: Mapped[Ref] = mapped_column(sa.ForeignKey("recheck_draw.id"))
    benefit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household_benefit.id"), index=True)
    verdict: Mapped[CheckVerdict]
    note: Mapped[Line] = mapped_column(default="")
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("draw_id", "benefit_id"),
        sa.CheckConstraint("(verdict = 'open') = (checked_at IS NULL)", name="checked"),
        sa.Index("ix_recheck_item_verdict", "verdict", "id"),
    )


class FalseClaim(Base):
    """A claim that was found false: the supplier scores 0 for four quarters (4.2 f)."""

    __tablename__ = "false_claim"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    benefit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household_benefit.id"), unique=True)
    found_on: Mapped[date]
    until_quarter: Mapped[str] = mapped_column(sa.String(6))
    reason: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]


class BenefitLink(Base):
    """A one-time link in an SMS to the household. Only the token's hash is kept."""

    __tablename__ = "benefit_link"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    benefit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household_benefit.id"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BenefitBatch(Base):
    """A supplier's bank file: read, shown, taken over once. The same file again is the same batch."""

    __tablename__ = "benefit_batch"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[list[JsonDict]] = mapped_column(JSONB)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    added: Mapped[int] = mapped_column(default=0)
    paid: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("supplier_id", "sha256"),)


class SupplierTurnover(Base):
    """What a supplier sold in a quarter, told by the market. The newest row of a quarter holds."""

    __tablename__ = "supplier_turnover"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    quarter: Mapped[str] = mapped_column(sa.String(6))
    revenue_fen: Mapped[Fen]
    created_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_supplier_turnover_quarter", "supplier_id", "quarter", "id"),)


class ProductSold(Base):
    """How much of a product went out in a quarter, told by the market; for the capacity check (4.2 e, F11)."""

    __tablename__ = "product_sold"
    __append_only__ = True

    id: Mapped[Pk]
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    quarter: Mapped[str] = mapped_column(sa.String(6))
    sold_g: Mapped[BaseQty]
    created_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_product_sold_quarter", "product_id", "quarter", "id"),)
