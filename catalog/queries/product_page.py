"""One product as its page shows it. Nine statements."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Certificate, CertificateProduct, Product, ProductPicture, ProductSeason
from catalog.models.supplier import FreightRule, Supplier
from catalog.queries import impact
from catalog.queries.cards import Card, card_select, cards_from, compared_fen, households_of_supplier, origin_full
from catalog.queries.leads import is_lead
from catalog.queries.prices import references, tiers_of
from catalog.queries.villages import Households, of_supplier
from catalog.queries.visibility import class_on, from_exited_village, on_offer, valid_on, visible
from catalog.rules.certificates import BADGES, CertificateKind
from catalog.rules.disclosure import LEAST
from catalog.rules.facts import Season, is_in_season
from catalog.rules.listing import ListingClass
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode
from catalog.rules.pricing import Price, Reference, Tier
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
    tax_mode: str
    invoice_kind: InvoiceKind
    ships_from: date | None
    presale_until: date | None
    free_qty: int
    on_hand_qty: int
    ship_g: int | None = None
    tiers: tuple[Tier, ...] = ()

    @property
    def pack_g(self) -> int:
        """What the carrier weighs for one pack, grams, as `SellableOffer.pack_g` says."""
        return self.ship_g or (self.pack_qty if self.base_unit in {BaseUnit.G, BaseUnit.ML} else 0)

    @property
    def presale_from(self) -> date | None:
        """Ordered now, sent from this day on; None: sent at once."""
        return self.ships_from if self.ships_from is not None and self.ships_from > clock.today() else None

    @property
    def presale_is_over(self) -> bool:
        """The orders of its pre-sale have ended, and its goods are not there yet."""
        return self.presale_from is not None and self.presale_until is not None and self.presale_until < clock.today()

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

    code: str
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
    """What the product's page shows. `pictures` are file tokens with their words; none: show `art` as 示意图."""

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
    is_lead: bool
    freight_base_fen: int | None
    freight_free_above_fen: int | None
    packs: list[Pack]
    pictures: list[tuple[str, str]]
    papers: list[Paper]
    similar: list[Card]
    seasons: list[Season]
    is_in_season: bool | None
    references: dict[BaseUnit, Reference]

    @property
    def buyable(self) -> list[Pack]:
        """The packs that a resident may order now."""
        return [one for one in self.packs if not one.only_units and not one.presale_is_over]

    def is_dear(self, pack: Pack) -> bool:
        """More than 1.2 × the reference price (rule 68)."""
        known = self.references.get(pack.base_unit)
        return known is not None and known.is_below(Price(pack.price_fen_x100, pack.basis_qty))


def product_page(sku: str, *, on: date | None = None) -> ProductPage | None:
    """The product as everybody may see it today; None when it is unknown or not visible."""
    day = on or clock.today()
    head = db.session.execute(_head(day).where(Product.sku == sku)).mappings().one_or_none()
    if head is None:
        return None
    product_id, seasons = head["product_id"], seasons_of(head["product_id"])
    known = references([head["category_id"]], day)
    figures = impact.public(day) if head["households"] >= LEAST else None
    return ProductPage(
        **{
            **head,
            "listing_class": ListingClass(head["listing_class"]),
            "households": of_supplier(head["supplier_id"], head["households"], figures),
        },
        packs=packs_of(product_id, day),
        pictures=_pictures(product_id),
        papers=_papers(product_id, head["supplier_id"], day),
        similar=_similar(head, day, figures),
        seasons=seasons,
        is_in_season=is_in_season(seasons, day),
        references={unit: found for unit in BaseUnit if (found := known.of(head["category_id"], unit))},
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
            is_lead().label("is_lead"),
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


def packs_of(product_id: int, on: date | None = None) -> list[Pack]:
    """The packs on offer, everybody's and the small ones first; with `on` only those sold on that day."""
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
            OfferVersion.tax_mode,
            OfferVersion.invoice_kind,
            OfferVersion.ships_from,
            OfferVersion.presale_until,
            OfferStock.on_hand - OfferStock.reserved,
            OfferStock.on_hand,
            Offer.ship_g,
        )
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .join(Product, Product.id == Offer.product_id)
        .where(Product.id == product_id, Offer.is_active if on is None else on_offer(on))
        .order_by(Offer.audience == OfferAudience.UNITS, Offer.pack_qty, Offer.id)
    )
    packs = [Pack(*tuple(row)) for row in rows]
    tiers = tiers_of([pack.offer_version_id for pack in packs])
    return [replace(pack, tiers=tiers.get(pack.offer_version_id, ())) for pack in packs]


def seasons_of(product_id: int) -> list[Season]:
    """Months of harvest."""
    rows = db.session.execute(
        sa.select(ProductSeason.first_month, ProductSeason.last_month, ProductSeason.note)
        .where(ProductSeason.product_id == product_id)
        .order_by(ProductSeason.position)
    )
    return [Season(*row) for row in rows]


def _pictures(product_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(StoredFile.token, ProductPicture.alt)
        .join(ProductPicture, ProductPicture.file_id == StoredFile.id)
        .where(ProductPicture.product_id == product_id)
        .order_by(ProductPicture.position)
    )
    return [(row.token, row.alt) for row in rows]


def _papers(product_id: int, supplier_id: int, on: date) -> list[Paper]:
    covers = sa.exists().where(
        CertificateProduct.certificate_id == Certificate.id, CertificateProduct.product_id == product_id
    )
    rows = db.session.execute(
        sa.select(Certificate.code, Certificate.kind, Certificate.number, Certificate.issuer, Certificate.valid_to)
        .where(
            Certificate.supplier_id == supplier_id,
            valid_on(on),
            sa.or_(Certificate.kind.not_in(sorted(BADGES)), covers),
        )
        .order_by(Certificate.valid_to.desc(), Certificate.id)
    )
    kinds = list(CertificateKind)
    return sorted((Paper(*row) for row in rows), key=lambda paper: kinds.index(paper.kind))


def _similar(head: sa.RowMapping, on: date, figures: impact.Public | None) -> list[Card]:
    """Others of the leaf first, then of the branch; without badges, to stay at one statement."""
    near = Category.parent_id == head["branch_id"]
    rows = db.session.execute(
        card_select(on)
        .where(Product.id != head["product_id"], sa.or_(Category.id == head["category_id"], near))
        .order_by(Category.id != head["category_id"], Product.listed_at.desc(), Product.id)
        .limit(SIMILAR)
    )
    return cards_from(rows.mappings().all(), on, figures)
