"""What others may take away: addresses of open pages, and a supplier's goods as a list for other platforms (货盘)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.cards import first_picture, origin_full
from catalog.queries.certificates import badges_of
from catalog.queries.visibility import orderable, visible
from core import clock
from core.access.actor import Actor
from core.db import db
from core.places.models import Place
from core.quantity import BaseUnit

MOST = 49_000  # a sitemap holds 50,000 addresses


@dataclass(frozen=True)
class OpenPages:
    """Keys of pages that everybody may see, with the time of the last change of products."""

    products: list[tuple[str, datetime]]
    suppliers: list[int]
    villages: list[str]


def open_pages() -> OpenPages:
    """Products newest first, their suppliers and villages. Two statements."""
    seen = (
        sa.select(Product.sku, Product.updated_at, Product.supplier_id, Product.origin_code)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .where(visible(clock.today()))
    )
    rows = db.session.execute(seen.order_by(Product.updated_at.desc(), Product.id).limit(MOST)).all()
    return OpenPages(
        [(row.sku, row.updated_at) for row in rows],
        sorted({row.supplier_id for row in rows}),
        sorted({row.origin_code for row in rows if len(row.origin_code) == 12}),
    )


@dataclass(frozen=True)
class PaletteRow:
    """One pack of a supplier's list, prices in fen, `free_packs` whole packs not promised."""

    sku: str
    name: str
    category: str
    origin: str
    description: str
    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    price_fen: int
    min_packs: int
    free_packs: int
    certificates: str
    picture: str | None


def palette(by: Actor) -> list[PaletteRow]:
    """Everything of the actor's shop that can be ordered today. Two statements."""
    today = clock.today()
    origin, town = origin_full()
    rows = db.session.execute(
        sa.select(
            Product.id, Product.sku, Product.name, Category.name.label("category"), origin.label("origin"),
            Product.description, Offer.pack_name, Offer.pack_qty, Offer.base_unit, OfferVersion.pack_price_fen,
            OfferVersion.min_packs, (OfferStock.on_hand - OfferStock.reserved).label("free"),
            first_picture().label("picture"),
        )
        .join(Offer, Offer.product_id == Product.id)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, town.code == Place.parent_code)
        .where(Supplier.organisation_id.in_(by.scope_ids), visible(today), orderable(today), Offer.is_active)
        .order_by(Product.name, Product.id, Offer.pack_qty, Offer.id)
    ).all()  # fmt: skip
    badges = badges_of({row.id for row in rows}, today)
    return [
        PaletteRow(
            *(row.sku, row.name, row.category, row.origin, row.description, row.pack_name, row.pack_qty),
            *(row.base_unit, row.pack_price_fen, row.min_packs, max(0, row.free // row.pack_qty)),
            certificates="；".join(badge.text for badge in badges.get(row.id, [])),
            picture=row.picture,
        )
        for row in rows
    ]
