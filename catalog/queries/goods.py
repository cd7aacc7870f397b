"""Goods as the shop lists them: one row per visible product with what filters, facets and order need."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Category, Certificate, CertificateProduct, Product
from catalog.models.search import ProductDemand, SupplierService
from catalog.models.supplier import Supplier
from catalog.queries.visibility import class_on, on_offer, valid_on, visible
from catalog.rules.certificates import BADGES, CertificateKind
from catalog.rules.listing import ListingClass
from catalog.rules.offer import OfferAudience
from core.db import any_of
from core.quantity import BaseUnit


class PriceBand(StrEnum):
    """By the price of the cheapest pack, in yuan; the lower end belongs to the band."""

    TO_20 = "0-20"
    TO_50 = "20-50"
    TO_100 = "50-100"
    TO_300 = "100-300"
    ABOVE = "300-"


BANDS_FEN: dict[PriceBand, tuple[int, int]] = {
    PriceBand.TO_20: (0, 2_000),
    PriceBand.TO_50: (2_000, 5_000),
    PriceBand.TO_100: (5_000, 10_000),
    PriceBand.TO_300: (10_000, 30_000),
    PriceBand.ABOVE: (30_000, 10**15),
}


@dataclass(frozen=True)
class Filters:
    """What the shop is narrowed to; None or False is everything. `category_id` may be a branch. `least_fen` and
    `most_fen` bound the card's price, ends included.
    """

    category_id: int | None = None
    certificate: CertificateKind | None = None
    town_code: str | None = None
    band: PriceBand | None = None
    units_pack: bool = False
    counts_only: bool = False
    supplier_id: int | None = None
    village_code: str | None = None
    least_fen: int | None = None
    most_fen: int | None = None


def best_offer(on: date) -> LateralFromClause:
    """The pack whose price the card shows: the cheapest for everybody, else the cheapest for units."""
    return (
        sa.select(
            Offer.id.label("offer_id"),
            Offer.pack_name,
            Offer.pack_qty,
            Offer.base_unit,
            Offer.sale_mode,
            (Offer.audience == OfferAudience.UNITS).label("only_units"),
            sa.func.bool_or(Offer.audience == OfferAudience.UNITS).over().label("has_units_pack"),
            OfferVersion.pack_price_fen,
            OfferVersion.price_fen_x100,
            OfferVersion.basis_qty,
            OfferVersion.ships_from,
            OfferVersion.min_packs,
            _pack_g().label("pack_g"),
        )
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .where(Offer.product_id == Product.id, on_offer(on))
        .order_by(Offer.audience == OfferAudience.UNITS, OfferVersion.pack_price_fen, Offer.id)
        .limit(1)
        .correlate(Product)
        .lateral("best")
    )


def _pack_g() -> sa.ColumnElement[int]:
    """What the carrier weighs for one pack, as `SellableOffer.pack_g` says: told, or its contents, or unknown: 0."""
    weighed = Offer.base_unit.in_((BaseUnit.G, BaseUnit.ML))
    return sa.func.coalesce(Offer.ship_g, sa.case((weighed, Offer.pack_qty), else_=0))


def badge_kinds(on: date) -> sa.ColumnElement[list[str]]:
    """The kinds of the badges valid on the day, as an array."""
    kinds = (
        sa.select(sa.cast(Certificate.kind, sa.Text))
        .distinct()
        .join(CertificateProduct, CertificateProduct.certificate_id == Certificate.id)
        .where(
            CertificateProduct.product_id == Product.id,
            Certificate.supplier_id == Product.supplier_id,
            Certificate.kind.in_(sorted(BADGES)),
            valid_on(on),
        )
        .correlate(Product)
        .scalar_subquery()
    )
    return sa.func.array(kinds, type_=ARRAY(sa.Text))


def visible_goods(on: date, ids: Collection[int] | sa.BindParameter[Any] | None = None) -> sa.CTE:
    """Every product (of `ids`; they may be bound later) that may be seen on the day, as a CTE: id, supplier_id,
    category_id, branch_id, origin_code, town_code, listed_at, of the pack shown price_fen, only_units, min_packs,
    pack_g (as shipped), buyers (in 90 days), service_bp (None: no deliveries yet), has_units_pack, badges,
    listing_class.
    """
    query = _visible(on)
    if isinstance(ids, sa.BindParameter):
        query = query.where(Product.id == sa.any_(ids))
    elif ids is not None:
        query = query.where(any_of(Product.id, ids))
    return query.cte("goods")


@lru_cache(maxsize=8)  # a statement is never changed, and costs more to write down than to run
def _visible(on: date) -> sa.Select[*tuple[Any, ...]]:
    best = best_offer(on)
    return (
        sa.select(
            Product.id,
            Product.supplier_id,
            Product.category_id,
            sa.func.coalesce(Category.parent_id, Category.id).label("branch_id"),
            Product.origin_code,
            sa.func.left(Product.origin_code, 9).label("town_code"),
            Product.listed_at,
            best.c.pack_price_fen.label("price_fen"),
            best.c.only_units,
            best.c.min_packs,
            best.c.pack_g,
            sa.func.coalesce(ProductDemand.buyers, 0).label("buyers"),
            SupplierService.rate_bp.label("service_bp"),
            best.c.has_units_pack,
            badge_kinds(on).label("badges"),
            class_on(on).label("listing_class"),
        )
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(best, sa.true())
        .outerjoin(SupplierService, SupplierService.supplier_id == Product.supplier_id)
        .outerjoin(ProductDemand, ProductDemand.product_id == Product.id)
        .where(visible(on))
    )


def conditions(goods: sa.CTE, filters: Filters) -> dict[str, sa.ColumnElement[bool]]:
    """The conditions on the CTE by the facet that they belong to, so that a facet can leave its own out."""
    c, out = goods.c, {}
    if filters.category_id is not None:
        out["category"] = sa.or_(c.category_id == filters.category_id, c.branch_id == filters.category_id)
    if filters.certificate is not None:
        out["certificate"] = sa.literal(filters.certificate.value) == sa.any_(c.badges)
    if filters.town_code is not None:
        out["town"] = c.town_code == filters.town_code
    if filters.band is not None:
        least, below = BANDS_FEN[filters.band]
        out["band"] = sa.and_(c.price_fen >= least, c.price_fen < below)
    bounds = []
    if filters.least_fen is not None:
        bounds.append(c.price_fen >= filters.least_fen)
    if filters.most_fen is not None:
        bounds.append(c.price_fen <= filters.most_fen)
    if bounds:
        out["price"] = sa.and_(*bounds)
    if filters.units_pack:
        out["pack"] = c.has_units_pack
    if filters.counts_only:
        out["class"] = c.listing_class == ListingClass.COUNTS.value
    if filters.supplier_id is not None:
        out["supplier"] = c.supplier_id == filters.supplier_id
    if filters.village_code is not None:
        out["village"] = c.origin_code == filters.village_code
    return out
