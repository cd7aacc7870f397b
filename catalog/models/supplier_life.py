"""What happens to a supplier later: looks every six months, bans, recognition, a trader's producers. All are facts."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.supplier_life import BanGround, CheckOutcome, LeadDecision
from core.db import Base, JsonDict, Line, Pk, Ref


class SupplierCheck(Base):
    """One re-verification, with who looked and what they saw (rule 66)."""

    __tablename__ = "supplier_check"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    due_on: Mapped[date]
    done_on: Mapped[date]
    outcome: Mapped[CheckOutcome]
    note: Mapped[str]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class LicenceRenewal(Base):
    """A renewed business licence as its supplier handed it in; the township compares it with the register, once.

    `valid_to` None: without an end. One waits at a time.
    """

    __tablename__ = "licence_renewal"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    valid_to: Mapped[date | None]
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    is_accepted: Mapped[bool | None]
    reason: Mapped[Line] = mapped_column(default="")
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_licence_renewal_waiting", "supplier_id", unique=True, postgresql_where=sa.text("is_accepted IS NULL")
        ),
        sa.CheckConstraint(
            "(is_accepted IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_whole",
        ),
        sa.CheckConstraint("is_accepted IS DISTINCT FROM false OR reason <> ''", name="return_has_reason"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="two_people"),
    )


class SupplierBan(Base):
    """A blacklisting: until when nobody with this credit code may apply again (rule 67)."""

    __tablename__ = "supplier_ban"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    ground: Mapped[BanGround]
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("until_on > from_on", name="ends_after_start"),)


class LeadEntry(Base):
    """The book of lead enterprises 帮扶龙头企业: a supplier's newest entry holds. `person_id` None: the yearly job."""

    __tablename__ = "lead_entry"
    __append_only__ = True

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    decision: Mapped[LeadDecision]
    decided_on: Mapped[date]
    recheck_on: Mapped[date | None]
    document: Mapped[Line]
    reason: Mapped[Line]
    facts: Mapped[JsonDict]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_lead_entry_newest", "supplier_id", sa.text("id DESC")),)


class ProducerAuthorisation(Base):
    """A producer lets a trader sell its goods, until a day or until it is ended (rule 65)."""

    __tablename__ = "producer_authorisation"

    id: Mapped[Pk]
    trader_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    producer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ended_on: Mapped[date | None]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("trader_id <> producer_id", name="two_parties"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
    )
