"""What is sold: categories, products, certificates, and the lots that goods come from."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.listing import ProductState
from core.db import Base, BaseQty, Line, Pk, Ref


class Category(Base):
    """A controlled leaf or branch of the goods tree. Aliases feed search."""

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


class CategoryRestriction(Base):
    """What may not be bought, for which kind of canteen, by which document (rule 70)."""

    __tablename__ = "category_restriction"

    id: Mapped[Pk]
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"), index=True)
    canteen_kind: Mapped[str] = mapped_column(sa.String(20))
    document: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Product(Base):
    """A thing a supplier makes. Its village is only the default: the lot on a delivery decides (rule 39)."""

    __tablename__ = "product"

    id: Mapped[Pk]
    sku: Mapped[str] = mapped_column(sa.String(16), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    description: Mapped[str] = mapped_column(default="")
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
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
    )


class ProductPicture(Base):
    """A picture in its place; the first is the card's."""

    __tablename__ = "product_picture"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))


class Certificate(Base):
    """A certificate or licence of a supplier. Valid to the end of its last day (rule 71)."""

    __tablename__ = "certificate"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    kind: Mapped[CertificateKind]
    number: Mapped[str] = mapped_column(sa.String(40))
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    status: Mapped[CertificateStatus]
    approved_output_g: Mapped[BaseQty | None]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("kind", "number"),
        sa.CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
    )


class CertificateProduct(Base):
    """A product that a certificate covers."""

    __tablename__ = "certificate_product"

    certificate_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True, index=True)


class Lot(Base):
    """A batch with its own origin: what the delivery line points at (rule 39). Its kilograms: `models.lots`."""

    __tablename__ = "lot"
    __append_only__ = True

    id: Mapped[Pk]
    lot_no: Mapped[str] = mapped_column(sa.String(30), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    harvested_on: Mapped[date]
    created_at: Mapped[datetime]


class SearchDirty(Base):
    """A product whose index entry is behind; written in the product's own transaction."""

    __tablename__ = "search_dirty"

    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(sa.BigInteger)
    queued_at: Mapped[datetime] = mapped_column(index=True)
