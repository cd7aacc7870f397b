"""The quota ledger: facts without opinion, postings per scheme, running totals. Nothing is edited."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Code, Fen, JsonDict, Pk, Ref
from procurement.rules.scheme import Channel, FundSource


class FactKind(StrEnum):
    """What happened. Amounts are signed fen."""

    ORDERED = "ordered"
    RELEASED = "released"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    INVOICED = "invoiced"
    PAID = "paid"
    REFUNDED = "refunded"
    IMPORTED = "imported"
    STATED = "stated"
    REATTRIBUTED = "reattributed"
    DECLARED = "declared"
    SHARED = "shared"  # the quarter is over: what part of an accepted line counts by the household route (rule 39)


class FactHead(Base):
    """The last link of the fact chain."""

    __tablename__ = "fact_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class FactEntry(Base):
    """One fact of a unit, chained by hash. The same source makes one fact of a kind.

    A SHARED fact has the id of the ACCEPTED fact it speaks of as `source_id`; the newest holds.
    """

    __tablename__ = "fact_entry"
    __append_only__ = True

    id: Mapped[Pk]
    seq: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    kind: Mapped[FactKind]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    occurred_on: Mapped[date]
    channel: Mapped[Channel]
    fund: Mapped[FundSource]
    amount_fen: Mapped[Fen]
    freight_fen: Mapped[Fen] = mapped_column(default=0)
    qty: Mapped[BaseQty] = mapped_column(default=0)
    category_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("category.id"))
    supplier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"))
    village_code: Mapped[str | None] = mapped_column(sa.String(12))
    labels: Mapped[JsonDict] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("fact_entry.id"), index=True)
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    prev: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.UniqueConstraint("kind", "source", "source_id"),
        sa.Index("ix_fact_entry_unit", "unit_id", "fiscal_year", "kind", "occurred_on"),
        sa.Index("ix_fact_entry_shared", "source_id", postgresql_where=sa.text("kind = 'shared'")),
    )


class QuotaJudgement(Base):
    """Whether a fact fits a scheme, and if not, why; kept and shown (why-not-counted)."""

    __tablename__ = "quota_judgement"
    __append_only__ = True

    id: Mapped[Pk]
    scheme_version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("scheme_version.id"))
    fact_id: Mapped[Ref] = mapped_column(sa.ForeignKey("fact_entry.id"), index=True)
    fits: Mapped[bool]
    reason: Mapped[Code]
    countable_fen: Mapped[Fen]
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("scheme_version_id", "fact_id"),)


class QuotaPosting(Base):
    """Money that counts under a scheme from the day it is recognised; a correction is a signed new row.

    `prior_year`: the closed year that this row adjusts (rule 28). A row of source "correction" has the id of the row
    before it as `source_id` and the first row of its chain as `reverses_id`.
    """

    __tablename__ = "quota_posting"
    __append_only__ = True

    id: Mapped[Pk]
    scheme_version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("scheme_version.id"))
    scheme_code: Mapped[str] = mapped_column(sa.String(4))
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    month: Mapped[int]
    recognised_on: Mapped[date]
    amount_fen: Mapped[Fen]
    fund: Mapped[FundSource]
    fact_id: Mapped[Ref] = mapped_column(sa.ForeignKey("fact_entry.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("quota_posting.id"))
    prior_year: Mapped[int | None]
    posted_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("scheme_version_id", "source", "source_id"),
        sa.CheckConstraint("month BETWEEN 1 AND 12 AND amount_fen <> 0", name="month_amount"),
        sa.Index("ix_quota_posting_unit", "unit_id", "fiscal_year", "scheme_code", "month"),
        sa.Index("ix_quota_posting_rebuild", "fiscal_year", "scheme_code", "unit_id", "month", "amount_fen"),
    )


class QuotaBalance(Base):
    """Running total of postings, kept in the same transaction; `flask ledger verify` rebuilds and compares."""

    __tablename__ = "quota_balance"

    scheme_code: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    counted_fen: Mapped[Fen] = mapped_column(default=0)
    union_fen: Mapped[Fen] = mapped_column(default=0)
    personal_fen: Mapped[Fen] = mapped_column(default=0)


class SpendBalance(Base):
    """Running total of actual ingredient spending by acceptance day: the audit truth's denominator."""

    __tablename__ = "spend_balance"

    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    platform_fen: Mapped[Fen] = mapped_column(default=0)
    p832_fen: Mapped[Fen] = mapped_column(default=0)
    stated_fen: Mapped[Fen] = mapped_column(default=0)


class SpendMove(Base):
    """One change of actual spending with its cause."""

    __tablename__ = "spend_move"
    __append_only__ = True

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    fiscal_year: Mapped[int]
    month: Mapped[int]
    channel: Mapped[Channel]
    amount_fen: Mapped[Fen]
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("source", "source_id"),
        sa.Index("ix_spend_move_unit", "unit_id", "fiscal_year", "month"),
    )
