"""What can be ordered on a day, with everything that an order line freezes.

`sellable` answers for named offers, `sellable_list` for a buyer who looks through them. An offer that may not be seen
(withdrawn, supplier suspended, licence ended, no listing class) is simply not in the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, CategoryRestriction, Product
from catalog.models.supplier import Supplier
from catalog.queries import certificates, lots
from catalog.queries.prices import references, tiers_of
from catalog.queries.visibility import class_on, from_exited_village, offered_to, orderable, visible
from catalog.rules.listing import ListingClass
from catalog.rules.offer import InvoiceKind, SaleMode
from catalog.rules.pricing import Price, Reference, Tier, tier_for
from catalog.rules.restrictions import Restriction, barrier
from catalog.rules.returns import ReturnPolicy
from core import clock
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel
from core.quantity import BaseUnit


@dataclass(frozen=True)
class SellableOffer:
    """One pack as it is sold on the day `on`. Quantities are base units, `free_qty` is on hand less promised."""

    on: date
    offer_id: int
    offer_version_id: int
    product_id: int
    sku: str
    product_name: str
    pack_name: str
    sale_mode: SaleMode
    base_unit: BaseUnit
    pack_qty: int
    min_packs: int
    price_fen_x100: int
    basis_qty: int
    pack_price_fen: int
    tol_bp: int
    tax_mode: str
    invoice_kind: InvoiceKind
    ships_from: date | None
    free_qty: int
    category_id: int
    category_code: str
    category_name: str
    branch_id: int | None
    art: str
    is_ingredient: bool
    is_wild: bool
    needs_commitment: bool
    needs_quarantine: bool
    return_policy: ReturnPolicy
    supplier_id: int
    supplier_organisation_id: int
    supplier_name: str
    origin_code: str
    origin_name: str
    town_name: str
    is_exited: bool
    listing_class: ListingClass
    household_share_bp: int = 0
    certificate: str = ""
    restrictions: tuple[Restriction, ...] = ()
    tiers: tuple[Tier, ...] = ()
    reference: Reference | None = None
    ship_g: int | None = None

    @property
    def presale_from(self) -> date | None:
        """Ordered now, sent from this day on; None: sent at once."""
        return self.ships_from if self.ships_from is not None and self.ships_from > self.on else None

    @property
    def is_dear(self) -> bool:
        """More than 1.2 × the reference price (rule 68)."""
        return self.reference is not None and self.reference.is_below(Price(self.price_fen_x100, self.basis_qty))

    @property
    def pack_g(self) -> int:
        """What the carrier weighs for one pack, grams: told, or its contents (1 ml as 1 g), or unknown: 0."""
        return self.ship_g or (self.pack_qty if self.base_unit in {BaseUnit.G, BaseUnit.ML} else 0)

    def price_fen_x100_for(self, packs: int) -> int:
        """The price per basis for so many packs, by the tiers."""
        return tier_for(self.tiers, packs, Tier(1, self.price_fen_x100, self.pack_price_fen)).price_fen_x100

    def pack_price_fen_for(self, packs: int) -> int:
        """The price of one pack for so many packs, by the tiers."""
        return tier_for(self.tiers, packs, Tier(1, self.price_fen_x100, self.pack_price_fen)).pack_price_fen

    @property
    def free_packs(self) -> int:
        """Whole packs that can still be promised."""
        return self.free_qty // self.pack_qty

    @property
    def is_eligible(self) -> bool:
        """Food of eligible origin by today's facts; the lot that is delivered decides in the end (rule 39)."""
        return self.listing_class is ListingClass.COUNTS

    @property
    def origin_full(self) -> str:
        """Town and village as printed; names repeat, so the town always stands with it."""
        return f"{self.town_name} {self.origin_name}".strip()

    def barred_for(self, canteen_kind: str) -> str | None:
        """The document that forbids the goods to canteens of the kind that day, or None (rule 70)."""
        path = {self.category_id, self.branch_id or self.category_id}
        found = barrier(self.restrictions, path, canteen_kind, self.on, is_wild=self.is_wild)
        return found.document if found else None


def sellable(offer_ids: Iterable[int], *, for_units: bool, on: date | None = None) -> dict[int, SellableOffer]:
    """The offers among `offer_ids` that this kind of buyer may order on the day (today), by id. Five statements."""
    ids = set(offer_ids)
    if not ids:
        return {}
    day = on or clock.today()
    found = _rows(statement(day, for_units=for_units).where(Offer.id.in_(ids)), day)
    return {row.offer_id: row for row in _filled(found, day)}


def sellable_list(
    *,
    for_units: bool,
    on: date | None = None,
    supplier_id: int | None = None,
    category_id: int | None = None,
    product_ids: Iterable[int] | None = None,
    words: str = "",
    eligible_only: bool = False,
    limit: int = 200,
) -> list[SellableOffer]:
    """Offers to choose from, by category and name. `category_id` may be a branch; `words` is a part of the name,
    the leaf's name or its aliases. At most `limit` rows (≤ 1000); seven statements.
    """
    day = on or clock.today()
    query = statement(day, for_units=for_units)
    if supplier_id is not None:
        query = query.where(Product.supplier_id == supplier_id)
    if category_id is not None:
        query = query.where(sa.or_(Category.id == category_id, Category.parent_id == category_id))
    if product_ids is not None:
        query = query.where(Product.id.in_(list(product_ids)))
    for word in words.split()[:8]:
        parts = (Product.name, Category.name, Category.aliases, Organisation.name)
        query = query.where(sa.or_(*(part.contains(word[:20], autoescape=True) for part in parts)))
    if eligible_only:
        query = query.where(class_on(day) == ListingClass.COUNTS.value)
    query = query.order_by(Category.position, Product.name, Offer.pack_qty, Offer.id).limit(min(limit, 1000))
    return _filled(_rows(query, day), day)


def statement(on: date, *, for_units: bool) -> sa.Select[*tuple[Any, ...]]:
    """The select behind both: one row per offer, columns named as the fields of `SellableOffer`."""
    town = aliased(Place)
    is_town = Place.level == PlaceLevel.TOWN
    return (
        sa.select(
            Offer.id.label("offer_id"),
            OfferVersion.id.label("offer_version_id"),
            Product.id.label("product_id"),
            Product.sku,
            Product.name.label("product_name"),
            Offer.pack_name,
            Offer.sale_mode,
            Offer.base_unit,
            Offer.pack_qty,
            Offer.ship_g,
            OfferVersion.min_packs,
            OfferVersion.price_fen_x100,
            OfferVersion.basis_qty,
            OfferVersion.pack_price_fen,
            OfferVersion.tol_bp,
            OfferVersion.tax_mode,
            OfferVersion.invoice_kind,
            OfferVersion.ships_from,
            (OfferStock.on_hand - OfferStock.reserved).label("free_qty"),
            Category.id.label("category_id"),
            Category.code.label("category_code"),
            Category.name.label("category_name"),
            Category.parent_id.label("branch_id"),
            Category.art,
            Category.is_ingredient,
            sa.or_(Category.is_wild, Product.is_wild).label("is_wild"),
            Category.needs_commitment,
            Category.needs_quarantine,
            Category.return_policy,
            Supplier.id.label("supplier_id"),
            Organisation.id.label("supplier_organisation_id"),
            Organisation.name.label("supplier_name"),
            Place.code.label("origin_code"),
            sa.case((is_town, ""), else_=Place.name).label("origin_name"),
            sa.case((is_town, Place.name), else_=sa.func.coalesce(town.name, "")).label("town_name"),
            from_exited_village(on).label("is_exited"),
            class_on(on).label("listing_class"),
        )
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .join(Product, Product.id == Offer.product_id)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, town.code == Place.parent_code)
        .where(visible(on), offered_to(on, for_units=for_units), orderable(on))
    )


def _rows(query: sa.Select[*tuple[Any, ...]], on: date) -> list[SellableOffer]:
    return [
        SellableOffer(**{**row, "on": on, "listing_class": ListingClass(row["listing_class"])})
        for row in db.session.execute(query).mappings()
    ]


def _filled(rows: list[SellableOffer], on: date) -> list[SellableOffer]:
    """The rows with certificates, restrictions, household shares and tiers: four statements, however many rows."""
    products = {row.product_id for row in rows}
    texts = certificates.texts_of(products, on)
    barred = restrictions_of({code for row in rows for code in (row.category_id, row.branch_id) if code}, on)
    shares = household_shares(products, on)
    tiers = tiers_of({row.offer_version_id for row in rows})
    return [
        replace(
            row,
            certificate=texts.get(row.product_id, ""),
            restrictions=barred.get(row.category_id, ()) + barred.get(row.branch_id or 0, ()),
            household_share_bp=shares.get(row.product_id, 0),
            tiers=tiers.get(row.offer_version_id, ()),
        )
        for row in rows
    ]


def compared(found: Iterable[SellableOffer], on: date | None = None) -> list[SellableOffer]:
    """The offers with what such goods cost elsewhere. Two statements."""
    rows = list(found)
    known = references({row.category_id for row in rows}, on or clock.today())
    return [replace(row, reference=known.of(row.category_id, row.base_unit)) for row in rows]


def restrictions_of(category_ids: set[int], on: date) -> dict[int, tuple[Restriction, ...]]:
    """What may not be bought on the day, by each category or branch asked for (rule 70)."""
    if not category_ids:
        return {}
    rows = db.session.execute(
        sa.select(
            CategoryRestriction.category_id,
            CategoryRestriction.canteen_kind,
            CategoryRestriction.document,
            CategoryRestriction.valid_from,
            CategoryRestriction.valid_to,
            CategoryRestriction.only_wild,
        )
        .where(
            sa.or_(CategoryRestriction.category_id.in_(category_ids), CategoryRestriction.category_id.is_(None)),
            CategoryRestriction.valid_from <= on,
            sa.or_(CategoryRestriction.valid_to.is_(None), CategoryRestriction.valid_to >= on),
        )
        .order_by(CategoryRestriction.id)
    )
    found = [Restriction(*row) for row in rows]
    return {one: tuple(row for row in found if row.category_id in {one, None}) for one in category_ids}


def household_shares(product_ids: set[int], on: date) -> dict[int, int]:
    """What part of each product would count by the household route this quarter, basis points; none → absent.

    Mass balance of purchase notes and deliveries so far (rule 39); the acceptance decides in the end.
    """
    if not product_ids:
        return {}
    return {product_id: of.share_bp for product_id, of in lots.quarter(product_ids, on).items() if of.eligible_qty > 0}
