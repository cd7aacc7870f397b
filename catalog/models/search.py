"""What search keeps in the database: other names in versions, an index, what people look for, checks, trade."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Bp, Line, Pk, Ref


class SynonymKind(StrEnum):
    """SAME: every word finds the others. BROAD: the head finds the narrower words, not the other way."""

    SAME = "same"
    BROAD = "broad"


class SearchSynonym(Base):
    """One version of a group of names; the newest of a group holds. `words` are separated by blanks."""

    __tablename__ = "search_synonym"
    __append_only__ = True

    id: Mapped[Pk]
    group_no: Mapped[int]
    version_no: Mapped[int]
    kind: Mapped[SynonymKind]
    head: Mapped[str] = mapped_column(sa.String(20), default="")
    words: Mapped[str] = mapped_column(sa.String(400))
    is_active: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[Line] = mapped_column(default="")
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("group_no", "version_no"),
        sa.CheckConstraint("(kind = 'broad') = (head <> '')", name="broad_has_head"),
    )


class SearchGeneration(Base):
    """One whole index in the database, and the words that it was cut with. Readers use the current one."""

    __tablename__ = "search_generation"

    id: Mapped[Pk]
    digest: Mapped[str] = mapped_column(sa.String(12))
    words: Mapped[list[Any]]
    is_current: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("uq_search_generation_current", "is_current", unique=True, postgresql_where=sa.text("is_current")),
    )


class SearchDocument(Base):
    """A product's tokens in one generation; each token begins with the letter of its field."""

    __tablename__ = "search_document"

    generation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("search_generation.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    version: Mapped[int]
    tokens: Mapped[str] = mapped_column(TSVECTOR)

    # No list of pending entries: every search would have to go through it.
    __table_args__ = (
        sa.Index("ix_search_document_tokens", "tokens", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class SearchCheck(Base):
    """One comparison of index and database: how many products were missing, too many, behind."""

    __tablename__ = "search_check"
    __append_only__ = True

    id: Mapped[Pk]
    missing: Mapped[int]
    extra: Mapped[int]
    behind: Mapped[int]
    other_words: Mapped[bool]
    at: Mapped[datetime]


class SearchDemand(Base):
    """How many different visitors looked for a word of the catalogue on a county day. Nobody is named or kept."""

    __tablename__ = "search_demand"

    on: Mapped[date] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    visitors: Mapped[int]

    __table_args__ = (sa.CheckConstraint("visitors > 0", name="visitors"),)


class SearchBlock(Base):
    """A word that the operator keeps from the hot words."""

    __tablename__ = "search_block"

    word: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]


class SupplierService(Base):
    """A supplier's rate of deliveries in time and accepted whole, smoothed towards the county's (fed by the market)."""

    __tablename__ = "supplier_service"

    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), primary_key=True)
    votes: Mapped[int]
    kept: Mapped[int]
    rate_bp: Mapped[Bp]
    computed_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("kept >= 0 AND kept <= votes", name="votes"),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 10000", name="rate"),
    )


class ProductDemand(Base):
    """How many different buyers took a product in the last 90 days (fed by the market)."""

    __tablename__ = "product_demand"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    buyers: Mapped[int]
    computed_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("buyers > 0", name="buyers"),)
