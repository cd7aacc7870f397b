"""What is sold: categories, products, certificates, and the lots that goods come from."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.listing import ProductState
from catalog.rules.returns import ReturnPolicy
from catalog.rules.words import WordKind
from core.codes import new_code
from core.db import Base, BaseQty, Line, Pk, Ref


class Category(Base):
    """A controlled leaf or branch of the goods tree. Aliases feed search. A closed one takes no new goods.

    `needs_proof`: goods of protected species, sold only with a paper that says where they come from (rule 70).
    """

    __tablename__ = "category"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    parent_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("category.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_leaf: Mapped[bool] = mapped_column(default=False)
    is_ingredient: Mapped[bool] = mapped_column(default=True)
    is_wild: Mapped[bool] = mapped_column(default=False)
    needs_commitment: Mapped[bool] = mapped_column(default=False)
    needs_quarantine: Mapped[bool] = mapped_column(default=False)
    licence: Mapped[str] = mapped_column(sa.String(10), default="")
    art: Mapped[str] = mapped_column(sa.String(40), default="")
    aliases: Mapped[str] = mapped_column(sa.String(300), default="")
    needs_proof: Mapped[bool] = mapped_column(default=False)
    is_closed: Mapped[bool] = mapped_column(default=False)
    return_policy: Mapped[ReturnPolicy] = mapped_column(server_default=ReturnPolicy.SEVEN_DAYS.value)


class CategoryRestriction(Base):
    """What may not be bought, for which kind of canteen, by which document (rule 70).

    Of a leaf, a branch, or of everything that grows wild (`only_wild`, of a branch or, without one, of all goods).
    A row is ended, never changed.
    """

    __tablename__ = "category_restriction"

    id: Mapped[Pk]
    category_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("category.id"), index=True)
    only_wild: Mapped[bool] = mapped_column(default=False)
    canteen_kind: Mapped[str] = mapped_column(sa.String(20))
    document: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.CheckConstraint("category_id IS NOT NULL OR only_wild", name="about_something"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from - 1", name="ends_after_start"),
    )


class WatchedWord(Base):
    """A word that goods may not be sold with, or only with a proof, from a day to a day; ended, never changed."""

    __tablename__ = "watched_word"

    id: Mapped[Pk]
    kind: Mapped[WordKind]
    word: Mapped[str] = mapped_column(sa.String(30))
    source: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(None, "kind", "word", unique=True, postgresql_where=sa.text("valid_to IS NULL")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from - 1", name="ends_after_start"),
    )


class Product(Base):
    """A thing a supplier makes. Its village is only the default: the lot on a delivery decides (rule 39).

    `own_code` is the number in the supplier's own books, by which a sheet finds its goods again. What is said of a
    listed product changes only by a revision that was checked (`ProductRevision`).
    """

    __tablename__ = "product"

    id: Mapped[Pk]
    sku: Mapped[str] = mapped_column(sa.String(16), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    description: Mapped[str] = mapped_column(default="")
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    own_code: Mapped[str | None] = mapped_column(sa.String(40))
    is_wild: Mapped[bool] = mapped_column(default=False)
    needs_proof: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ProductState]
    state_reason: Mapped[Line] = mapped_column(default="")
    origin_confirmed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    origin_confirmed_at: Mapped[datetime | None]
    approved_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    listed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint(
            "state <> 'listed' OR (origin_confirmed_by_id IS NOT NULL AND approved_by_id IS NOT NULL "
            "AND listed_at IS NOT NULL)",
            name="listed_is_checked",
        ),
        sa.CheckConstraint("origin_confirmed_by_id <> approved_by_id", name="two_checkers"),
        sa.Index("ix_product_listed", "category_id", "id", postgresql_where=sa.text("state = 'listed'")),
        sa.Index("ix_product_desk", "supplier_id", "updated_at"),
        sa.Index("ix_product_waiting", "state", "updated_at"),
        sa.UniqueConstraint("supplier_id", "own_code"),
    )


class ProductPicture(Base):
    """A picture in its place; the first is the card's. `alt` tells what is on it to those who do not see it."""

    __tablename__ = "product_picture"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    alt: Mapped[str] = mapped_column(sa.String(60), default="")


class ProductSeason(Base):
    """Months of harvest, the last included; November to February runs over the year's end."""

    __tablename__ = "product_season"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    first_month: Mapped[int]
    last_month: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(20), default="")

    __table_args__ = (
        sa.CheckConstraint("first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12", name="months"),
    )


class ProductProof(Base):
    """A paper that lets goods of a protected species be sold: where they were bred or grown (rule 70)."""

    __tablename__ = "product_proof"

    id: Mapped[Pk]
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[str] = mapped_column(sa.String(60))
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("product_id", "number"),
        sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
    )


class Certificate(Base):
    """A certificate or licence that a supplier shows. Valid to the end of its last day (rule 71).

    What stands on the paper never changes: a renewal is a row of its own that names the one before. `is_own` False:
    another body (`holder_name`) holds it and authorised the supplier in writing until `authorised_to`.
    `approved_output_g` is for one certificate year; sold above it, the badge is off from `frozen_on` (rule 73).
    """

    __tablename__ = "certificate"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=lambda: new_code("C", 10))
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    kind: Mapped[CertificateKind]
    number: Mapped[str] = mapped_column(sa.String(40))
    holder_name: Mapped[Line] = mapped_column(default="")
    is_own: Mapped[bool] = mapped_column(default=True)
    authorisation_file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    authorised_to: Mapped[date | None]
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    status: Mapped[CertificateStatus]
    approved_output_g: Mapped[BaseQty | None]
    frozen_on: Mapped[date | None]
    renews_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("certificate.id"), index=True)
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "kind", "number", "valid_from"),
        sa.Index("uq_certificate_own", "kind", "number", "valid_from", unique=True, postgresql_where=sa.text("is_own")),
        sa.Index("ix_certificate_ending", "valid_to", "id"),
        sa.Index("ix_certificate_waiting", "created_at", "id", postgresql_where=sa.text("status = 'pending'")),
        sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        sa.CheckConstraint("approved_output_g > 0", name="approved_output"),
        sa.CheckConstraint("frozen_on IS NULL OR kind IN ('green', 'organic', 'gi')", name="only_badges_freeze"),
        sa.CheckConstraint(
            "is_own = (authorised_to IS NULL) AND (is_own OR authorisation_file_id IS NOT NULL)", name="authorised"
        ),
    )


class CertificateProduct(Base):
    """A product that a certificate covers."""

    __tablename__ = "certificate_product"

    certificate_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True, index=True)


class Lot(Base):
    """A batch with its own origin: what the delivery line points at (rule 39). Its kilograms: `models.lots`.

    `token` is what its label opens (一批一码).
    """

    __tablename__ = "lot"
    __append_only__ = True

    id: Mapped[Pk]
    lot_no: Mapped[str] = mapped_column(sa.String(30), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    harvested_on: Mapped[date]
    token: Mapped[str] = mapped_column(
        sa.String(32), unique=True, server_default=sa.text("replace(gen_random_uuid()::text, '-', '')")
    )
    created_at: Mapped[datetime]


class SearchDirty(Base):
    """A product whose index entry is behind; written in the product's own transaction."""

    __tablename__ = "search_dirty"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(sa.BigInteger)
    queued_at: Mapped[datetime] = mapped_column(index=True)
