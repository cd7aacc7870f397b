"""The benefit ledger: what suppliers say they paid to households, and what became of each claim.

A row's payment (who, whom, what, how much) never changes; only where it stands does, and every step is a fact in
`benefit_event`. Voiding adds an event with the amount's negative, so that the events' sum is what still stands.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.benefit import BenefitAct, BenefitKind, BenefitState, ConfirmWay, PayMethod
from core.db import Base, BaseQty, Code, Fen, JsonDict, Line, Pk, Ref


class HouseholdBenefit(Base):
    """One payment to one household. The village is the household's on that day: its worker attests.

    `counts_on` is the day that decides the quarter: the day it was earned, from the payment on the day of payment.
    """

    __tablename__ = "household_benefit"

    id: Mapped[Pk]
    kind: Mapped[BenefitKind]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"))
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    agreement_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("linkage_agreement.id"), index=True)
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    category_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("category.id"))
    quantity_g: Mapped[BaseQty | None]
    amount_fen: Mapped[Fen]
    earned_on: Mapped[date]
    paid_on: Mapped[date | None]
    counts_on: Mapped[date]
    method: Mapped[PayMethod | None]
    voucher: Mapped[Line] = mapped_column(default="")
    voucher_file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    source_kind: Mapped[Code]
    source_id: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[BenefitState]
    confirm_by: Mapped[date | None]
    confirm_way: Mapped[ConfirmWay | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("source_kind", "source_id", name="uq_household_benefit_source"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("quantity_g > 0", name="quantity_positive"),
        sa.CheckConstraint("counts_on = coalesce(paid_on, earned_on)", name="counts_on"),
        sa.CheckConstraint("(paid_on IS NULL) = (method IS NULL)", name="paid_somehow"),
        sa.CheckConstraint(
            "method IS NULL OR CASE method WHEN 'bank' THEN voucher <> '' ELSE voucher_file_id IS NOT NULL END",
            name="paid_is_proved",
        ),
        sa.CheckConstraint("(state = 'confirmed') = (confirm_way IS NOT NULL)", name="confirmed_somehow"),
        sa.Index("ix_household_benefit_supplier", "supplier_id", "counts_on", "id"),
        sa.Index("ix_household_benefit_household", "household_id", "counts_on"),
        sa.Index("ix_household_benefit_village", "village_code", "state", "id"),
        sa.Index("ix_household_benefit_state", "state", "id"),
        sa.Index("ix_household_benefit_counts_on", "counts_on"),
    )


class BenefitEvent(Base):
    """One step in a claim's life. `amount_fen` is what the step adds to the ledger: all, nothing, or all back."""

    __tablename__ = "benefit_event"
    __append_only__ = True

    id: Mapped[Pk]
    benefit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household_benefit.id"), index=True)
    act: Mapped[BenefitAct]
    state: Mapped[BenefitState]
    party: Mapped[Code]
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    note: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("uq_benefit_event_draft", "benefit_id", unique=True, postgresql_where=sa.text("act = 'draft'")),
        sa.Index("uq_benefit_event_void", "benefit_id", unique=True, postgresql_where=sa.text("act = 'void'")),
    )


class LinkageScore(Base):
    """A supplier's score of one window, in a version; `inputs` are what it was computed from, in full.

    `quarter` is the window's last one. The newest version of the newest quarter holds. 4.2, rule 69.
    """

    __tablename__ = "linkage_score"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    quarter: Mapped[str] = mapped_column(sa.String(6))
    version_no: Mapped[int]
    score: Mapped[int]
    rank: Mapped[int]
    verified_fen: Mapped[Fen]
    households: Mapped[int]
    is_preferred: Mapped[bool]
    is_provisional: Mapped[bool]
    inputs: Mapped[JsonDict]
    inputs_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "quarter", "version_no"),
        sa.CheckConstraint("score BETWEEN 0 AND 10000", name="score"),
        sa.CheckConstraint("verified_fen >= 0 AND households >= 0 AND rank >= 1", name="not_negative"),
        sa.CheckConstraint("quarter ~ '^[0-9]{4}Q[1-4]$'", name="quarter"),
        sa.Index("ix_linkage_score_quarter", "quarter"),
    )
