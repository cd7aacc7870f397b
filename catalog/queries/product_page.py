"""One product as its page shows it. Five statements."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Certificate, CertificateProduct, Product, ProductPicture
from catalog.models.supplier import FreightRule, Supplier
from catalog.queries.cards import Card, card_of, card_select, compared_fen, households_of_supplier, origin_full
from catalog.queries.villages import Households, published
from catalog.queries.visibility import class_on, from_exited_village, valid_on, visible
from catalog.rules.certificates import BADGES, CertificateKind
from catalog.rules.listing import ListingClass
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.supplier import EntityType
from core import clock
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places.models import Place
from core.quantity import BaseUnit

SIMILAR = 4


@dataclass(frozen=True)
class Pack:
    """One pack to choose. Prices in fen; `free_qty` base units on hand and not promised."""

    offer_id: int
    offer_version_id: int
    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    sale_mode: SaleMode
    audience: OfferAudience
    min_packs: int
    price_fen: int
    price_fen_x100: int
    basis_qty: int
    tol_bp: int
    free_qty: int
    on_hand_qty: int

    @property
    def compared_fen(self) -> int:
        """Fen per 500 g (500 ml, one piece)."""
        return compared_fen(self.price_fen_x100, self.basis_qty, self.base_unit)

    @property
    def free_packs(self) -> int:
        """Whole packs that can still be promised."""
        return self.free_qty // self.pack_qty

    @property
    def packs_on_hand(self) -> int:
        """Whole packs that lie there, promised ones included."""
        return self.on_hand_qty // self.pack_qty

    @property
    def only_units(self) -> bool:
        """Residents see it but cannot put it into their cart."""
        return self.audience is OfferAudience.UNITS


@dataclass(frozen=True)
class Paper:
    """A certificate or licence valid today. A badge covers this product, a licence all goods of its supplier."""

    kind: CertificateKind
    number: str
    issuer: str
    valid_to: date

    @property
    def is_badge(self) -> bool:
        """Whether it earns a badge."""
        return self.kind in BADGES


@dataclass(frozen=True)
class ProductPage:
    """What the product's page shows. `pictures` are file tokens; none: show `art` as 示意图."""

    product_id: int
    sku: str
    name: str
    description: str
    category_id: int
    category_name: str
    branch_id: int | None
    art: str
    needs_commitment: bool
    listing_class: ListingClass
    origin_code: str
    origin_full: str
    is_exited: bool
    supplier_id: int
    supplier_name: str
    entity_type: EntityType
    story: str
    households: Households
    freight_base_fen: int | None
    freight_free_above_fen: int | None
    packs: list[Pack]
    pictures: list[str]
    papers: list[Paper]
    similar: list[Card]


def product_page(sku: str, *, on: date | None = None) -> ProductPage | None:
    """The product as everybody may see it today; None when it is unknown or not visible."""
    day = on or clock.today()
    head = db.session.execute(_head(day).where(Product.sku == sku)).mappings().one_or_none()
    if head is None:
        return None
    product_id = head["product_id"]
    return ProductPage(
        **{
            **head,
            "listing_class": ListingClass(head["listing_class"]),
            "households": published(head["households"]),
        },
        packs=packs_of(product_id),
        pictures=_pictures(product_id),
        papers=_papers(product_id, head["supplier_id"], day),
        similar=_similar(head, day),
    )


def _head(on: date) -> sa.Select[*tuple[Any, ...]]:
    origin, town = origin_full()
    return (
        sa.select(
            Product.id.label("product_id"),
            Product.sku,
            Product.name,
            Product.description,
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            Category.parent_id.label("branch_id"),
            Category.art,
            Category.needs_commitment,
            class_on(on).label("listing_class"),
            Product.origin_code,
            origin.label("origin_full"),
            from_exited_village(on).label("is_exited"),
            Supplier.id.label("supplier_id"),
            Organisation.name.label("supplier_name"),
            Supplier.entity_type,
            Supplier.story,
            households_of_supplier(on).label("households"),
            FreightRule.base_fen.label("freight_base_fen"),
            FreightRule.free_above_fen.label("freight_free_above_fen"),
        )
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, town.code == Place.parent_code)
        .outerjoin(FreightRule, FreightRule.supplier_id == Supplier.id)
        .where(visible(on))
    )


def packs_of(product_id: int) -> list[Pack]:
    """The packs on offer, everybody's and the small ones first."""
    rows = db.session.execute(
        sa.select(
            Offer.id,
            OfferVersion.id,
            Offer.pack_name,
            Offer.pack_qty,
            Offer.base_unit,
            Offer.sale_mode,
            Offer.audience,
            OfferVersion.min_packs,
            OfferVersion.pack_price_fen,
            OfferVersion.price_fen_x100,
            OfferVersion.basis_qty,
            OfferVersion.tol_bp,
            OfferStock.on_hand - OfferStock.reserved,
            OfferStock.on_hand,
        )
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .where(Offer.product_id == product_id, Offer.is_active)
        .order_by(Offer.audience == OfferAudience.UNITS, Offer.pack_qty, Offer.id)
    )
    return [Pack(*tuple(row)) for row in rows]


def _pictures(product_id: int) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(StoredFile.token)
            .join(ProductPicture, ProductPicture.file_id == StoredFile.id)
            .where(ProductPicture.product_id == product_id)
            .order_by(ProductPicture.position)
        )
    )


def _papers(product_id: int, supplier_id: int, on: date) -> list[Paper]:
    covers = sa.exists().where(
        CertificateProduct.certificate_id == Certificate.id, CertificateProduct.product_id == product_id
    )
    rows = db.session.execute(
        sa.select(Certificate.kind, Certificate.number, Certificate.issuer, Certificate.valid_to)
        .where(
            Certificate.supplier_id == supplier_id,
            valid_on(on),
            sa.or_(Certificate.kind.not_in(sorted(BADGES)), covers),
        )
        .order_by(Certificate.valid_to.desc(), Certificate.id)
    )
    kinds = list(CertificateKind)
    return sorted((Paper(*row) for row in rows), key=lambda paper: kinds.index(paper.kind))


def _similar(head: sa.RowMapping, on: date) -> list[Card]:
    """Others of the leaf first, then of the branch; without badges, to stay at one statement."""
    near = Category.parent_id == head["branch_id"]
    rows = db.session.execute(
        card_select(on)
        .where(Product.id != head["product_id"], sa.or_(Category.id == head["category_id"], near))
        .order_by(Category.id != head["category_id"], Product.listed_at.desc(), Product.id)
        .limit(SIMILAR)
    )
    return [card_of(row) for row in rows.mappings()]
