"""Cards of goods: what the shop's list shows of a product. Four statements, however many cards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.offer import OfferStock
from catalog.models.product import Category, Product, ProductPicture
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.queries import certificates, impact
from catalog.queries.certificates import Badge
from catalog.queries.goods import best_offer
from catalog.queries.leads import is_lead
from catalog.queries.prices import references
from catalog.queries.villages import Households, of_supplier
from catalog.queries.visibility import LINKED, agreed_on, class_on, from_exited_village, visible
from catalog.rules.disclosure import LEAST
from catalog.rules.listing import ListingClass
from catalog.rules.offer import SaleMode
from catalog.rules.pricing import Price, Reference
from core import clock
from core.db import any_of, db
from core.files.models import StoredFile
from core.money import half_up
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel
from core.quantity import BaseUnit, price_per

COMPARED_BY = {BaseUnit.G: 500, BaseUnit.ML: 500, BaseUnit.PIECE: 1}
"""The quantity by which prices are compared: 500 g, 500 ml, one piece."""


def compared_fen(price_fen_x100: int, basis_qty: int, base_unit: BaseUnit) -> int:
    """The price per 500 g (500 ml, one piece) in fen, half up, for display only."""
    return half_up(price_per(price_fen_x100, basis_qty, COMPARED_BY[base_unit]), 100)


@dataclass(frozen=True)
class Card:
    """A product in a list. The price is that of the pack shown (`offer_id`): the cheapest for everybody, else, with
    `only_units`, the cheapest for units. `picture` is a file token, None: show the category's `art` as 示意图.
    """

    product_id: int
    sku: str
    name: str
    category_id: int
    category_name: str
    art: str
    picture: str | None
    supplier_id: int
    supplier_name: str
    origin_code: str
    origin_full: str
    is_exited: bool
    listing_class: ListingClass
    offer_id: int
    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    sale_mode: SaleMode
    only_units: bool
    price_fen: int
    price_fen_x100: int
    basis_qty: int
    ships_from: date | None
    min_packs: int
    pack_g: int
    free_qty: int
    households: Households
    is_lead: bool
    badges: list[Badge] = field(default_factory=list)
    reference: Reference | None = None

    @property
    def presale_from(self) -> date | None:
        """The pack shown is ordered now and sent from this day on; None: at once."""
        return self.ships_from if self.ships_from is not None and self.ships_from > clock.today() else None

    @property
    def is_dear(self) -> bool:
        """More than 1.2 × the reference price (rule 68)."""
        return self.reference is not None and self.reference.is_below(Price(self.price_fen_x100, self.basis_qty))

    @property
    def compared_fen(self) -> int:
        """Fen per 500 g (500 ml, one piece)."""
        return compared_fen(self.price_fen_x100, self.basis_qty, self.base_unit)

    @property
    def is_sold_out(self) -> bool:
        """Less than one pack is left of the pack shown."""
        return self.free_qty < self.pack_qty


def cards_of(product_ids: Sequence[int], on: date) -> list[Card]:
    """Cards in the order of the ids; what may not be seen on the day is left out. Four statements."""
    if not product_ids:
        return []
    rows = db.session.execute(card_select(on).where(any_of(Product.id, product_ids))).mappings().all()
    cards = {card.product_id: card for card in cards_from(rows, on)}
    badges = certificates.badges_of(cards, on)
    known = references({card.category_id for card in cards.values()}, on)
    return [
        replace(card, badges=badges.get(i, []), reference=known.of(card.category_id, card.base_unit))
        for i in product_ids
        if (card := cards.get(i)) is not None
    ]


def cards_from(rows: Sequence[Any], on: date, figures: impact.Public | None = None) -> list[Card]:
    """Rows of `card_select` as cards without badges. Households as the county's public `figures` let them be said."""
    if figures is None and any(row["households"] >= LEAST for row in rows):
        figures = impact.public(on)
    return [_card(row, figures) for row in rows]


def _card(row: Any, figures: impact.Public | None) -> Card:
    households = of_supplier(row["supplier_id"], row["households"], figures)
    return Card(**{**row, "listing_class": ListingClass(row["listing_class"]), "households": households})


def households_of_supplier(on: date) -> sa.ScalarSelect[int]:
    """Linked households of the product's supplier on the day, as a number that only the public figures may show."""
    return (
        sa.select(sa.func.count(sa.distinct(Household.id)))
        .join(LinkageAgreement, LinkageAgreement.household_id == Household.id)
        .where(LinkageAgreement.supplier_id == Supplier.id, Household.category.in_(LINKED), agreed_on(on))
        .correlate(Supplier)
        .scalar_subquery()
    )


def first_picture() -> sa.ScalarSelect[str]:
    """The token of the product's first picture."""
    return (
        sa.select(StoredFile.token)
        .join(ProductPicture, ProductPicture.file_id == StoredFile.id)
        .where(ProductPicture.product_id == Product.id)
        .order_by(ProductPicture.position)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )


def origin_full() -> tuple[sa.ColumnElement[str], type[Place]]:
    """Town and village as printed, and the town's alias to join (outer) on `Place.parent_code`."""
    town = aliased(Place)
    above = sa.case((Place.level == PlaceLevel.TOWN, ""), else_=sa.func.coalesce(town.name, ""))
    return sa.func.btrim(above + " " + Place.name), town


@lru_cache(maxsize=8)  # a statement is never changed, and costs more to write down than to run
def card_select(on: date) -> sa.Select[*tuple[Any, ...]]:
    """The select behind cards, columns named as `Card`'s fields, visible products only."""
    best, (origin, town) = best_offer(on), origin_full()
    return (
        sa.select(
            Product.id.label("product_id"),
            Product.sku,
            Product.name,
            Product.category_id,
            Category.name.label("category_name"),
            Category.art,
            first_picture().label("picture"),
            Product.supplier_id,
            Organisation.name.label("supplier_name"),
            Product.origin_code,
            origin.label("origin_full"),
            from_exited_village(on).label("is_exited"),
            class_on(on).label("listing_class"),
            best.c.offer_id,
            best.c.pack_name,
            best.c.pack_qty,
            best.c.base_unit,
            best.c.sale_mode,
            best.c.only_units,
            best.c.pack_price_fen.label("price_fen"),
            best.c.price_fen_x100,
            best.c.basis_qty,
            best.c.ships_from,
            best.c.min_packs,
            best.c.pack_g,
            (OfferStock.on_hand - OfferStock.reserved).label("free_qty"),
            households_of_supplier(on).label("households"),
            is_lead().label("is_lead"),
        )
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, town.code == Place.parent_code)
        .join(best, sa.true())
        .join(OfferStock, OfferStock.offer_id == best.c.offer_id)
        .where(visible(on))
    )
