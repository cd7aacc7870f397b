"""Who sells: admitted suppliers, and the households and agreements behind them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.supplier import EntityType, HouseholdCategory, LinkageMode, SupplierStatus
from core.codes import new_code
from core.db import Base, BaseQty, Fen, Line, Pk, Ref

WEIGHT_STEPS = (
    "num_nulls(first_g, step_g, step_fen) = 3"
    " OR (num_nulls(first_g, step_g, step_fen) = 0 AND first_g > 0 AND step_g > 0 AND step_fen >= 0)"
)


class Supplier(Base):
    """The selling side of an organisation, under a public code. Bank account in its own name: transfers go there, never
    to us.

    `checked_on` is the last re-verification; `licence_warned_for` the licence's last day that was warned of already.
    `halted_for` is set while the clock alone holds a supplier back, for a licence that ended on that day.
    """

    __tablename__ = "supplier"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=lambda: new_code("S", 9))
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), unique=True)
    entity_type: Mapped[EntityType]
    status: Mapped[SupplierStatus]
    town_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    legal_person: Mapped[Line]
    licence_valid_to: Mapped[date | None]
    bank_name: Mapped[Line]
    bank_account_name: Mapped[Line]
    bank_account_no: Mapped[str] = mapped_column(sa.String(30))
    story: Mapped[str] = mapped_column(default="")
    admitted_on: Mapped[date | None]
    checked_on: Mapped[date | None]
    licence_warned_for: Mapped[date | None]
    halted_for: Mapped[date | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("status <> 'active' OR admitted_on IS NOT NULL", name="active_is_admitted"),
        sa.CheckConstraint("halted_for IS NULL OR status = 'suspended'", name="halted_is_suspended"),
        sa.CheckConstraint("bank_account_no ~ '^[0-9]{9,30}$'", name="bank_account_digits"),
    )


class VillageCategory(Base):
    """Whether a village is an exited one, from a day on, by a document."""

    __tablename__ = "village_category"
    __append_only__ = True

    id: Mapped[Pk]
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    is_exited: Mapped[bool]
    valid_from: Mapped[date]
    document: Mapped[Line]
    created_at: Mapped[datetime]


class Household(Base):
    """A household by code only. No name, number or phone stands here."""

    __tablename__ = "household"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    category: Mapped[HouseholdCategory]
    members: Mapped[int]

    __table_args__ = (sa.CheckConstraint("members BETWEEN 1 AND 30", name="members"),)


class LinkageAgreement(Base):
    """A household bound to a supplier for a time; on the list of a contract (`agreement`) with the day it signed."""

    __tablename__ = "linkage_agreement"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"), index=True)
    mode: Mapped[LinkageMode]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    agreement_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    signed_on: Mapped[date | None]

    __table_args__ = (sa.UniqueConstraint("supplier_id", "household_id", "mode", "valid_from"),)


class FreightRule(Base):
    """A supplier's freight for residents where no zone (`models.freight`) says otherwise: a base amount for the first
    grams (any weight, when they are not given), more for each step, free above a sum.
    """

    __tablename__ = "freight_rule"

    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), primary_key=True)
    base_fen: Mapped[Fen]
    free_above_fen: Mapped[Fen | None]
    first_g: Mapped[BaseQty | None]
    step_g: Mapped[BaseQty | None]
    step_fen: Mapped[Fen | None]

    __table_args__ = (
        sa.CheckConstraint("base_fen >= 0 AND free_above_fen >= 0", name="not_negative"),
        sa.CheckConstraint(WEIGHT_STEPS, name="steps"),
    )
