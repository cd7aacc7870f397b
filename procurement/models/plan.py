"""Purchase plans: all lines of a week or month, platform and ordinary vendors, approved by another person."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Fen, FenX100, JsonDict, Line, Pk, Ref
from core.quantity import BaseUnit
from procurement.rules.gate import Gate
from procurement.rules.plan import ApprovalLevel, LineChannel, PlanState, ReleaseKind


class Plan(Base):
    """One purchase plan of a canteen."""

    __tablename__ = "plan"

    id: Mapped[Pk]
    plan_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    period_from: Mapped[date]
    period_to: Mapped[date]
    state: Mapped[PlanState]
    version: Mapped[int] = mapped_column(default=1)
    total_fen: Mapped[Fen] = mapped_column(default=0)
    upper_fen: Mapped[Fen] = mapped_column(default=0)
    approval_level: Mapped[ApprovalLevel | None]
    gate: Mapped[Gate | None]
    note: Mapped[Line] = mapped_column(default="")
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[Line] = mapped_column(default="")
    decision_file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))

    __table_args__ = (
        sa.CheckConstraint("period_to >= period_from AND period_to - period_from <= 31", name="period"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> author_id", name="approved_by_another"),
        sa.CheckConstraint(
            "state <> 'approved' OR approval_level = 'rule' OR decided_by_id IS NOT NULL", name="approved_has_name"
        ),
    )


class PlanLine(Base):
    """One line of a plan. `eligibility` is {scheme: {"bp": share that may count, "reason": code or ""}}.

    It is judged anew at each save and at submission, and stays as it was approved. The price is in 1/100 fen per
    `basis_qty`; `upper_qty` and `upper_fen` are the most that may be accepted within the offer's tolerance.
    """

    __tablename__ = "plan_line"

    id: Mapped[Pk]
    plan_id: Mapped[Ref] = mapped_column(sa.ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    channel: Mapped[LineChannel]
    offer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("offer.id"))
    offer_version_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("offer_version.id"))
    vendor: Mapped[Line] = mapped_column(default="")
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    goods: Mapped[str] = mapped_column(sa.String(60))
    base_unit: Mapped[BaseUnit]
    packs: Mapped[int | None]
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    qty: Mapped[BaseQty]
    upper_qty: Mapped[BaseQty]
    amount_fen: Mapped[Fen]
    upper_fen: Mapped[Fen]
    deliver_on: Mapped[date | None]
    eligibility: Mapped[JsonDict] = mapped_column(default=dict)
    general_reason: Mapped[str] = mapped_column(sa.String(20), default="")
    general_note: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "position"),
        sa.CheckConstraint("qty > 0 AND amount_fen > 0 AND upper_fen >= amount_fen", name="amounts"),
        sa.CheckConstraint("upper_qty >= qty AND price_fen_x100 > 0 AND basis_qty > 0", name="price"),
        sa.CheckConstraint("(channel = 'platform') = (offer_version_id IS NOT NULL)", name="channel"),
        sa.CheckConstraint("channel = 'platform' OR vendor <> ''", name="vendor_named"),
    )


class PlanRelease(Base):
    """Why a plan that eats the reserve went through; on finance's list the same minute."""

    __tablename__ = "plan_release"
    __append_only__ = True

    id: Mapped[Pk]
    plan_id: Mapped[Ref] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    kind: Mapped[ReleaseKind]
    scheme_code: Mapped[str] = mapped_column(sa.String(4))
    excess_fen: Mapped[Fen]
    reason: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class Envelope(Base):
    """The room of a unit and year under a scheme; locked while a plan is approved (rules 96–97).

    T `total_fen` and R `reserve_fen` come from the declaration in force. E and G are split into what is
    open on approved plans and what is done (accepted or stated).
    """

    __tablename__ = "envelope"

    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    scheme_code: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    total_fen: Mapped[Fen] = mapped_column(default=0)
    reserve_fen: Mapped[Fen] = mapped_column(default=0)
    min_bp: Mapped[int]
    eligible_open_fen: Mapped[Fen] = mapped_column(default=0)
    eligible_done_fen: Mapped[Fen] = mapped_column(default=0)
    general_open_fen: Mapped[Fen] = mapped_column(default=0)
    general_done_fen: Mapped[Fen] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint(
            "eligible_open_fen >= 0 AND eligible_done_fen >= 0 AND general_open_fen >= 0 AND general_done_fen >= 0",
            name="not_negative",
        ),
        sa.CheckConstraint("reserve_fen <= total_fen", name="reserve_within_total"),
    )


class EnvelopeMove(Base):
    """One change of an envelope with its cause; the same cause moves it once.

    What a plan line still holds open is the sum of the moves that name it.
    """

    __tablename__ = "envelope_move"
    __append_only__ = True

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    scheme_code: Mapped[str] = mapped_column(sa.String(4))
    eligible_open_fen: Mapped[Fen] = mapped_column(default=0)
    eligible_done_fen: Mapped[Fen] = mapped_column(default=0)
    general_open_fen: Mapped[Fen] = mapped_column(default=0)
    general_done_fen: Mapped[Fen] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    plan_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("plan_line.id"), index=True)
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("source", "source_id", "scheme_code"),
        sa.Index("ix_envelope_move_unit", "unit_id", "fiscal_year", "scheme_code"),
    )


class OverdueConsent(Base):
    """An approver's word that a plan's orders may go on though the unit is late with its suppliers.

    `late_fen`, `oldest_days`: what the approver was shown. It holds for the plan.
    """

    __tablename__ = "overdue_consent"
    __append_only__ = True

    plan_id: Mapped[Ref] = mapped_column(sa.ForeignKey("plan.id"), primary_key=True)
    late_fen: Mapped[Fen]
    oldest_days: Mapped[int]
    agreed_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    agreed_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("late_fen > 0 AND oldest_days > 0", name="late"),)
