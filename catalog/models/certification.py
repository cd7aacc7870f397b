"""Help on the way to a certificate: applications, their papers, what happened, and what was found on the site."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import (
    CertificationAct,
    CertificationState,
    FeePayer,
    InspectionConclusion,
    MaterialState,
    MonitoringResult,
    ScaleUnit,
    SiteVerdict,
)
from core.db import Base, BaseQty, Code, Fen, Line, Pk, Ref


class Certification(Base):
    """One application for a certificate.

    `is_exited` is computed from the villages' categories when a step begins, never typed. `due_on` follows from the
    events' marks (None while the clock stands); it is kept here so that a queue of thousands can ask for what is late.
    """

    __tablename__ = "certification"

    id: Mapped[Pk]
    application_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    kind: Mapped[CertificateKind]
    state: Mapped[CertificationState]
    goods: Mapped[Line]
    scale_unit: Mapped[ScaleUnit]
    expected_output_g: Mapped[BaseQty]
    note: Mapped[str] = mapped_column(default="")
    renews_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("certificate.id"))
    is_late: Mapped[bool] = mapped_column(default=False)
    is_exited: Mapped[bool] = mapped_column(default=False)
    is_waiting: Mapped[bool] = mapped_column(default=False)
    applied_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    due_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    sent_to: Mapped[Line] = mapped_column(default="")
    sent_document: Mapped[Line] = mapped_column(default="")
    certificate_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("certificate.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("kind IN ('green', 'organic', 'gi')", name="is_badge"),
        sa.CheckConstraint("expected_output_g > 0", name="output"),
        sa.CheckConstraint("(state = 'draft') = (applied_on IS NULL) OR state = 'withdrawn'", name="applied"),
        sa.CheckConstraint("(state = 'granted') = (certificate_id IS NOT NULL)", name="granted_has_certificate"),
        sa.CheckConstraint("NOT is_waiting OR due_on IS NULL", name="waiting_is_not_due"),
        sa.Index("ix_certification_queue", "state", sa.text("is_exited DESC"), "entered_at", "id"),
        sa.Index("ix_certification_all", sa.text("is_exited DESC"), "entered_at", "id"),
        sa.Index("ix_certification_due", "due_on", postgresql_where=sa.text("due_on IS NOT NULL")),
        sa.Index("ix_certification_applied", "applied_on"),
        sa.Index("ix_certification_decided", "decided_on"),
    )


class CertificationProduct(Base):
    """A product of the shop that the certificate shall cover."""

    __tablename__ = "certification_product"

    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)


class CertificationVillage(Base):
    """A village it is made in, and the part of the scale there, in 1/100 of the unit."""

    __tablename__ = "certification_village"

    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), primary_key=True)
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), primary_key=True)
    scale_x100: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("scale_x100 > 0", name="scale"),)


class CertificationMaterial(Base):
    """A paper that an application of a kind needs, with the usual reasons for sending it back, one a line."""

    __tablename__ = "certification_material"

    id: Mapped[Pk]
    kind: Mapped[CertificateKind]
    code: Mapped[Code]
    name: Mapped[Line]
    hint: Mapped[Line] = mapped_column(default="")
    reasons: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    is_required: Mapped[bool]

    __table_args__ = (sa.UniqueConstraint("kind", "code"),)


class CertificationPaper(Base):
    """A paper of one application: its file, and what the office said of it."""

    __tablename__ = "certification_paper"

    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), primary_key=True)
    material_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification_material.id"), primary_key=True)
    state: Mapped[MaterialState]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    reason: Mapped[Line] = mapped_column(default="")
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("(state = 'missing') = (file_id IS NULL)", name="file"),
        sa.CheckConstraint("state <> 'returned' OR reason <> ''", name="returned_for_a_reason"),
    )


class CertificationEvent(Base):
    """What happened, and whether the step's clock runs from then on. A step's first event carries its limit."""

    __tablename__ = "certification_event"
    __append_only__ = True

    id: Mapped[Pk]
    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), index=True)
    act: Mapped[CertificationAct]
    state: Mapped[CertificationState]
    happened_on: Mapped[date]
    at: Mapped[datetime]
    runs: Mapped[bool]
    limit_days: Mapped[int | None]
    reason: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.Index("ix_certification_event_state", "state", "happened_on"),
        sa.CheckConstraint("limit_days BETWEEN 1 AND 250", name="limit_days"),
    )


class CertificationCheck(Base):
    """An item of the inspectors' list for a kind."""

    __tablename__ = "certification_check"

    id: Mapped[Pk]
    kind: Mapped[CertificateKind]
    code: Mapped[Code]
    name: Mapped[Line]
    position: Mapped[int]

    __table_args__ = (sa.UniqueConstraint("kind", "code"),)


class Inspection(Base):
    """One visit by two inspectors. It ends when both have signed the same conclusion."""

    __tablename__ = "certification_inspection"

    id: Mapped[Pk]
    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), index=True)
    round: Mapped[int]
    planned_on: Mapped[date]
    lead_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    second_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    conclusion: Mapped[InspectionConclusion | None]
    opinion: Mapped[Line] = mapped_column(default="")
    lead_signed_at: Mapped[datetime | None]
    second_signed_at: Mapped[datetime | None]
    is_closed: Mapped[bool] = mapped_column(default=False)
    assigned_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("certification_id", "round"),
        sa.CheckConstraint("lead_id <> second_id", name="two_people"),
        sa.CheckConstraint(
            "NOT is_closed OR (conclusion IS NOT NULL AND lead_signed_at IS NOT NULL AND second_signed_at IS NOT NULL)",
            name="closed_is_signed",
        ),
        sa.Index(
            "uq_certification_inspection_open", "certification_id", unique=True,
            postgresql_where=sa.text("NOT is_closed"),
        ),
    )  # fmt: skip


class Finding(Base):
    """What an inspector found at one item; a later one of the same visit replaces it."""

    __tablename__ = "certification_finding"
    __append_only__ = True

    id: Mapped[Pk]
    inspection_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification_inspection.id"), index=True)
    check_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification_check.id"))
    verdict: Mapped[SiteVerdict]
    note: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class InspectionPhoto(Base):
    """A picture from the site."""

    __tablename__ = "certification_photo"
    __append_only__ = True

    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    inspection_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification_inspection.id"), index=True)
    check_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("certification_check.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class Monitoring(Base):
    """What was measured of air, soil and water, or why nothing had to be. The newest holds."""

    __tablename__ = "certification_monitoring"
    __append_only__ = True

    id: Mapped[Pk]
    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), index=True)
    result: Mapped[MonitoringResult]
    agency: Mapped[Line] = mapped_column(default="")
    report_no: Mapped[Line] = mapped_column(default="")
    sampled_on: Mapped[date | None]
    reason: Mapped[Line] = mapped_column(default="")
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint(
            "CASE WHEN result = 'exempt' THEN reason <> '' "
            "ELSE agency <> '' AND report_no <> '' AND sampled_on IS NOT NULL END",
            name="measured_or_exempt",
        ),
    )


class FeeCase(Base):
    """The fee of an application: what the list says, how much less was reached, who paid, by which document.

    The newest holds.
    """

    __tablename__ = "certification_fee"
    __append_only__ = True

    id: Mapped[Pk]
    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), index=True)
    standard_fen: Mapped[Fen]
    reduction_fen: Mapped[Fen]
    payer: Mapped[FeePayer]
    document: Mapped[Line] = mapped_column(default="")
    note: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("standard_fen >= 0 AND reduction_fen BETWEEN 0 AND standard_fen", name="reduction"),
        sa.CheckConstraint("reduction_fen = 0 OR document <> ''", name="reduction_has_document"),
    )


class FeeLetter(Base):
    """A letter that asks for a lower fee, as it was written."""

    __tablename__ = "certification_letter"
    __append_only__ = True

    id: Mapped[Pk]
    letter_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    certification_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certification.id"), index=True)
    addressee: Mapped[Line]
    standard_fen: Mapped[Fen]
    asked_fen: Mapped[Fen]
    reason: Mapped[str] = mapped_column(default="")
    written_on: Mapped[date]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("asked_fen > 0 AND asked_fen <= standard_fen", name="asked"),)
