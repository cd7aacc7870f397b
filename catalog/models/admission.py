"""How somebody comes to sell: applications with their papers and versions, steps, objections. Nothing is deleted."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.admission import AdmissionAct, AdmissionState, PaperKind
from catalog.rules.supplier import EntityType
from core.db import Base, Code, JsonDict, Line, Pk, Ref

_HERE = "state IN ('township', 'agriculture', 'linkage', 'publication')"


class AdmissionApplication(Base):
    """One application as it stands now; what was handed in is kept in `AdmissionVersion`.

    `rank`, `step_at` and `id` are its place in a queue; `rank_facts` say what the rank was computed from. `agreements`
    is a list of {code, mode}: households by their code, no person's name.
    """

    __tablename__ = "admission_application"

    id: Mapped[Pk]
    application_no: Mapped[str] = mapped_column(sa.String(20), unique=True)
    applicant_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[AdmissionState]
    returned_from: Mapped[AdmissionState | None] = mapped_column(
        sa.Enum(
            AdmissionState, name="returned_from", native_enum=False, length=32,
            values_callable=lambda kind: [member.value for member in kind],
        )
    )  # fmt: skip
    version_no: Mapped[int] = mapped_column(default=0)

    entity_type: Mapped[EntityType]
    name: Mapped[Line]
    uscc: Mapped[str] = mapped_column(sa.String(18))
    legal_person: Mapped[Line]
    phone: Mapped[str] = mapped_column(sa.String(11))
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    town_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    licence_valid_to: Mapped[date | None]
    bank_name: Mapped[Line]
    bank_account_name: Mapped[Line]
    bank_account_no: Mapped[str] = mapped_column(sa.String(30))
    goods: Mapped[Line]
    sells_processed: Mapped[bool]
    sc_no: Mapped[str] = mapped_column(sa.String(20), default="")
    jy_no: Mapped[str] = mapped_column(sa.String(20), default="")
    sc_from: Mapped[date | None]
    sc_to: Mapped[date | None]
    jy_from: Mapped[date | None]
    jy_to: Mapped[date | None]
    food_issuer: Mapped[Line] = mapped_column(server_default="")
    recognition_no: Mapped[str] = mapped_column(sa.String(60), default="")
    agreements: Mapped[list[Any]]
    producer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"))

    rank: Mapped[int] = mapped_column(sa.SmallInteger)
    rank_facts: Mapped[JsonDict]
    step_at: Mapped[datetime]
    step_on: Mapped[date]
    limit_days: Mapped[int]
    spent_days: Mapped[int]
    due_on: Mapped[date | None]
    published_on: Mapped[date | None]
    objections_until: Mapped[date | None]
    supplier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("bank_account_no ~ '^[0-9]{9,30}$'", name="bank_account_digits"),
        sa.CheckConstraint("(state = 'returned') = (returned_from IS NOT NULL)", name="return_has_its_desk"),
        sa.CheckConstraint("(state = 'active') = (supplier_id IS NOT NULL)", name="active_has_its_supplier"),
        sa.CheckConstraint("state <> 'publication' OR objections_until IS NOT NULL", name="publication_has_its_end"),
        sa.CheckConstraint("sc_to >= sc_from AND jy_to >= jy_from", name="food_licences_end_after_start"),
        sa.CheckConstraint("rank BETWEEN 0 AND 3", name="rank"),
        sa.CheckConstraint("left(village_code, length(town_code)) = town_code", name="village_in_town"),
        sa.Index(
            "uq_admission_application_open_uscc", "uscc", unique=True,
            postgresql_where=sa.text("state NOT IN ('active', 'refused', 'withdrawn', 'draft')"),
        ),
        sa.Index("ix_admission_application_desk", "state", "rank", "step_at", "id", postgresql_where=sa.text(_HERE)),
        sa.Index(
            "ix_admission_application_town", "town_code", "state", "rank", "step_at", "id",
            postgresql_where=sa.text(_HERE),
        ),
        sa.Index("ix_admission_application_due", "state", "due_on", postgresql_where=sa.text(_HERE)),
    )  # fmt: skip


class AdmissionPaper(Base):
    """A document of an application. One that is taken back keeps its row and its day."""

    __tablename__ = "admission_paper"

    id: Mapped[Pk]
    application_id: Mapped[Ref] = mapped_column(sa.ForeignKey("admission_application.id"), index=True)
    kind: Mapped[PaperKind]
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    added_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]


class AdmissionVersion(Base):
    """What an applicant handed in, word for word: the facts and the papers of that day."""

    __tablename__ = "admission_version"
    __append_only__ = True

    id: Mapped[Pk]
    application_id: Mapped[Ref] = mapped_column(sa.ForeignKey("admission_application.id"))
    version_no: Mapped[int]
    facts: Mapped[JsonDict]
    papers: Mapped[list[Any]]
    submitted_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("application_id", "version_no"),)


class AdmissionStep(Base):
    """One act on an application with who did it, from where to where; the applicant's timeline is made of these.

    `person_id` is None for the clock.
    """

    __tablename__ = "admission_step"
    __append_only__ = True

    id: Mapped[Pk]
    application_id: Mapped[Ref] = mapped_column(sa.ForeignKey("admission_application.id"), index=True)
    version_no: Mapped[int]
    act: Mapped[AdmissionAct]
    from_state: Mapped[Code]
    to_state: Mapped[Code]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    reason: Mapped[str]
    due_on: Mapped[date | None]
    at: Mapped[datetime]


class AdmissionObjection(Base):
    """What somebody holds against a published applicant. Who it was is seen by the platform alone."""

    __tablename__ = "admission_objection"
    __append_only__ = True

    id: Mapped[Pk]
    application_id: Mapped[Ref] = mapped_column(sa.ForeignKey("admission_application.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    at: Mapped[datetime]


class AdmissionAnswer(Base):
    """The platform's answer to an objection, given once."""

    __tablename__ = "admission_answer"
    __append_only__ = True

    objection_id: Mapped[Ref] = mapped_column(sa.ForeignKey("admission_objection.id"), primary_key=True)
    is_upheld: Mapped[bool]
    text: Mapped[str]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
