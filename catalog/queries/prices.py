"""What a pack cost and costs, its tiers, and what such goods cost elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.offer import Offer, OfferTier, OfferVersion
from catalog.models.product import Category, Product
from catalog.models.reference import ReferenceImport, ReferencePrice
from catalog.rules.pricing import JUMP_DAYS, Price, Reference, Tier
from core import settings
from core.db import any_of, db
from core.quantity import BaseUnit

settings.register(price__reference_days=60)
"""How old a reference price may be (rule 63)."""


def recent(offer: Offer, at: datetime) -> list[Price]:
    """Prices in force on the shelf in the seven days before `at`: the one at their start and all since.

    A pack of the same content of the same product counts as the same goods: stopping one and adding another is no way
    round the rule; a pack at a badge price is compared with its like only. What was in force before the product was
    listed was seen by nobody.
    """
    start = at - JUMP_DAYS
    rows = db.session.execute(
        sa.select(
            OfferVersion.price_fen_x100,
            OfferVersion.basis_qty,
            sa.func.lead(OfferVersion.created_at).over(
                partition_by=OfferVersion.offer_id, order_by=OfferVersion.version_no
            ),
            Offer.stopped_at,
            Product.listed_at,
        )
        .join(Offer, Offer.id == OfferVersion.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(
            Offer.product_id == offer.product_id,
            Offer.base_unit == offer.base_unit,
            Offer.pack_qty == offer.pack_qty,
            Offer.audience == offer.audience,
            Offer.badge.is_not_distinct_from(offer.badge),
            Product.listed_at.is_not(None),
        )
    )
    return [
        Price(fen_x100, basis_qty)
        for fen_x100, basis_qty, next_at, stopped_at, listed_at in rows
        if min(next_at or at, stopped_at or at) >= max(start, listed_at)
    ]


def versions_of(offer_id: int) -> list[OfferVersion]:
    """Prices of an offer, the newest first."""
    query = sa.select(OfferVersion).where(OfferVersion.offer_id == offer_id)
    return list(db.session.scalars(query.order_by(OfferVersion.version_no.desc()).limit(30)))


def tiers_of(version_ids: Collection[int]) -> dict[int, tuple[Tier, ...]]:
    """The tiers of offer versions, the lowest first. One statement."""
    if not version_ids:
        return {}
    found: dict[int, list[Tier]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(OfferTier.offer_version_id, OfferTier.from_packs, OfferTier.price_fen_x100, OfferTier.pack_price_fen)
        .where(any_of(OfferTier.offer_version_id, version_ids))
        .order_by(OfferTier.offer_version_id, OfferTier.from_packs)
    )
    for version_id, *tier in rows:
        found[version_id].append(Tier(*tier))
    return {version_id: tuple(tiers) for version_id, tiers in found.items()}


@dataclass(frozen=True)
class References:
    """Reference prices by kind of goods and base unit: of the nearest area that has one, its newest."""

    found: Mapping[tuple[int, BaseUnit], Reference]

    def of(self, category_id: int, base_unit: BaseUnit) -> Reference | None:
        """None: there is nothing to compare with."""
        return self.found.get((category_id, base_unit))


def references(category_ids: Collection[int], on: date) -> References:
    """Reference prices of kinds of goods on the day, none older than the setting allows."""
    if not category_ids:
        return References({})
    days = int(settings.value("price.reference_days", on=on))
    rows = db.session.execute(
        sa.select(
            ReferencePrice.category_id,
            ReferencePrice.base_unit,
            ReferencePrice.price_fen_x100,
            ReferencePrice.basis_qty,
            ReferencePrice.area,
            ReferencePrice.priced_on,
            ReferencePrice.source,
        )
        .ext(distinct_on(ReferencePrice.category_id, ReferencePrice.base_unit))
        .where(
            any_of(ReferencePrice.category_id, category_ids),
            ReferencePrice.priced_on.between(on - timedelta(days=days), on),
        )
        .order_by(
            ReferencePrice.category_id, ReferencePrice.base_unit, ReferencePrice.area.desc(),
            ReferencePrice.priced_on.desc(),
            ReferencePrice.id.desc(),
        )
    )  # fmt: skip
    return References(
        {
            (row.category_id, row.base_unit): Reference(
                Price(row.price_fen_x100, row.basis_qty), row.area, row.priced_on, row.source
            )
            for row in rows
        }
    )


@dataclass(frozen=True)
class ReferenceShown:
    """A reference price in the list. 1/100 fen per `basis_qty` base units."""

    category_name: str
    area: str
    price_fen_x100: int
    basis_qty: int
    base_unit: BaseUnit
    priced_on: date
    source: str


def reference_rows(*, page: int = 1, size: int = 50) -> tuple[list[ReferenceShown], int]:
    """One page of reference prices, the newest day first, and how many there are. Two statements."""
    rows = db.session.execute(
        sa.select(
            Category.name.label("category_name"), ReferencePrice.area,
            ReferencePrice.price_fen_x100, ReferencePrice.basis_qty,
            ReferencePrice.base_unit, ReferencePrice.priced_on, ReferencePrice.source,
        )
        .join(Category, Category.id == ReferencePrice.category_id)
        .order_by(ReferencePrice.priced_on.desc(), Category.position, ReferencePrice.area.desc(), ReferencePrice.id)
        .limit(size)
        .offset((page - 1) * size)
    )  # fmt: skip
    total = db.session.scalar(sa.select(sa.func.count(ReferencePrice.id))) or 0
    return [ReferenceShown(**row) for row in rows.mappings()], total


def reference_imports() -> list[ReferenceImport]:
    """The last files that were taken over."""
    return list(db.session.scalars(sa.select(ReferenceImport).order_by(ReferenceImport.id.desc()).limit(5)))
