"""预留份额填报: one total with its parts and a reserve per scheme, in versions."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Bp, Code, Fen, Line, Pk, Ref
from procurement.rules.amendment import DeclarationKind
from procurement.rules.declaration import CanteenStatus, DeclarationState, PartKind


class Declaration(Base):
    """One version of a unit's filing for a year."""

    __tablename__ = "declaration"

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    version_no: Mapped[int]
    kind: Mapped[DeclarationKind]
    state: Mapped[DeclarationState]
    canteen_status: Mapped[CanteenStatus]
    lead_unit_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    contractor_name: Mapped[Line] = mapped_column(default="")
    contractor_uscc: Mapped[str] = mapped_column(sa.String(18), default="")
    contract_file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    contract_clause: Mapped[bool] = mapped_column(default=False)
    total_fen: Mapped[Fen]
    union_expected_fen: Mapped[Fen] = mapped_column(default=0)
    is_late: Mapped[bool] = mapped_column(default=False)
    explanation: Mapped[str] = mapped_column(sa.String(500), default="")
    exception_document: Mapped[Line] = mapped_column(default="")
    in_force_from: Mapped[datetime | None]
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.UniqueConstraint("unit_id", "fiscal_year", "version_no"),
        sa.CheckConstraint("total_fen >= 0 AND union_expected_fen >= 0", name="amounts"),
        sa.CheckConstraint(
            "state = 'draft' OR CASE WHEN canteen_status IN ('none','shared_member') "
            "THEN total_fen = 0 ELSE total_fen > 0 END",
            name="total_fits_status",
        ),
        sa.CheckConstraint(
            "canteen_status <> 'shared_member' OR (lead_unit_id IS NOT NULL AND lead_unit_id <> unit_id) "
            "OR state = 'draft'",
            name="member_names_lead",
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (decided_by_id IS NOT NULL AND in_force_from IS NOT NULL)", name="confirmed"
        ),
        sa.Index(
            "ix_declaration_in_force",
            "fiscal_year",
            "unit_id",
            "version_no",
            postgresql_where=sa.text("in_force_from IS NOT NULL"),
        ),
    )


class DeclarationPart(Base):
    """One part of the total with its paper."""

    __tablename__ = "declaration_part"

    declaration_id: Mapped[Ref] = mapped_column(sa.ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[PartKind] = mapped_column(primary_key=True)
    amount_fen: Mapped[Fen]
    paper: Mapped[Line] = mapped_column(default="")

    __table_args__ = (sa.CheckConstraint("amount_fen >= 0", name="amount"),)


class DeclarationReserve(Base):
    """The reserve under one scheme."""

    __tablename__ = "declaration_reserve"

    declaration_id: Mapped[Ref] = mapped_column(sa.ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    scheme_code: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    reserve_fen: Mapped[Fen]

    __table_args__ = (sa.CheckConstraint("reserve_fen >= 0", name="amount"),)


class DeclarationEvent(Base):
    """One step of a filing."""

    __tablename__ = "declaration_event"
    __append_only__ = True

    id: Mapped[Pk]
    declaration_id: Mapped[Ref] = mapped_column(sa.ForeignKey("declaration.id"), index=True)
    act: Mapped[Code]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]


class RatioException(Base):
    """A document that allows a unit less than the minimum share (rule 17)."""

    __tablename__ = "ratio_exception"

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    scheme_code: Mapped[str] = mapped_column(sa.String(4))
    min_bp: Mapped[Bp]
    document: Mapped[Line]
    approver: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    entered_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
