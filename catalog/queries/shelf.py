"""A supplier's packs with price and stock on one row, and the moves of its stock."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion, StockMove
from catalog.models.product import Product
from catalog.models.revision import PriceChange
from catalog.queries import suppliers
from catalog.rules.listing import ProductState
from catalog.rules.offer import OfferAudience, SaleMode, StockMoveKind
from catalog.rules.pricing import price_text
from catalog.rules.revision import PriceChangeState
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing
from core.people.models import Person
from core.quantity import UNITS, BaseUnit

PAGE = 30
BY = ("jin", "kg", "l", "piece")
"""Units by which a price may be stated; any other basis is the pack."""


@dataclass(frozen=True)
class ShelfRow:
    """One pack. Quantities in base units, prices in fen and 1/100 fen per basis; `asked_fen`: a price that waits."""

    offer_id: int
    product_id: int
    name: str
    state: ProductState
    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    sale_mode: SaleMode
    audience: OfferAudience
    version_id: int
    price_fen_x100: int
    basis_qty: int
    pack_price_fen: int
    ships_from: date | None
    on_hand: int
    reserved: int
    asked_fen: int | None

    @property
    def packs_on_hand(self) -> int:
        """Whole packs that lie there, promised ones included."""
        return self.on_hand // self.pack_qty

    @property
    def packs_promised(self) -> int:
        """Packs that orders hold, a begun one included."""
        return -(-self.reserved // self.pack_qty)

    @property
    def per(self) -> str:
        """The unit by which its price is stated: jin, kg, l, piece, or pack."""
        fits = (code for code in BY if UNITS[code].ratio == self.basis_qty and UNITS[code].base is self.base_unit)
        return next(fits, "pack")

    @property
    def stated_x100(self) -> int:
        """The price as stated, in 1/100 fen per `per`."""
        return self.pack_price_fen * 100 if self.per == "pack" else self.price_fen_x100

    @property
    def stated_text(self) -> str:
        """The price as stated, in yuan."""
        return price_text(self.stated_x100)

    @property
    def presale_from(self) -> date | None:
        """Sent from this day on; None: at once."""
        return self.ships_from if self.ships_from is not None and self.ships_from > clock.today() else None


def rows(for_: Actor, *, words: str = "", page: int = 1, size: int = PAGE) -> tuple[list[ShelfRow], int]:
    """One page of the actor's packs by name, and how many there are. Three statements."""
    mine = [Product.supplier_id == suppliers.own(for_).id, Offer.is_active, Product.state != ProductState.WITHDRAWN]
    mine += [
        sa.or_(Product.name.contains(word, autoescape=True), Product.own_code == word) for word in words.split()[:4]
    ]
    counted = sa.select(sa.func.count(Offer.id)).join(Product, Product.id == Offer.product_id).where(*mine)
    order = (Product.name, Product.id, Offer.pack_qty, Offer.id)
    query = _select().where(*mine).order_by(*order).limit(size).offset((page - 1) * size)
    found = [ShelfRow(**row) for row in db.session.execute(query).mappings()]
    return found, db.session.scalar(counted) or 0


def row(offer_id: int, for_: Actor) -> ShelfRow:
    """One pack of the actor's. Raises: Missing."""
    query = _select().where(Offer.id == offer_id, Offer.is_active, Product.supplier_id == suppliers.own(for_).id)
    found = db.session.execute(query).mappings().one_or_none()
    if found is None:
        raise Missing("no-such-offer")
    return ShelfRow(**found)


def _select() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Offer.id.label("offer_id"),
            Product.id.label("product_id"),
            Product.name,
            Product.state,
            Offer.pack_name,
            Offer.pack_qty,
            Offer.base_unit,
            Offer.sale_mode,
            Offer.audience,
            OfferVersion.id.label("version_id"),
            OfferVersion.price_fen_x100,
            OfferVersion.basis_qty,
            OfferVersion.pack_price_fen,
            OfferVersion.ships_from,
            OfferStock.on_hand,
            OfferStock.reserved,
            PriceChange.pack_price_fen.label("asked_fen"),
        )
        .join(Product, Product.id == Offer.product_id)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .outerjoin(
            PriceChange, sa.and_(PriceChange.offer_id == Offer.id, PriceChange.state == PriceChangeState.WAITING)
        )
    )


@dataclass(frozen=True)
class Move:
    """One change of stock. Quantities in base units; `person` "" for what an order does."""

    id: int
    offer_id: int
    name: str
    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    kind: StockMoveKind
    on_hand_change: int
    reserved_change: int
    source: str
    reason: str
    person: str
    at: datetime


def moves(
    for_: Actor, *, offer_id: int | None = None, kind: StockMoveKind | None = None, page: int = 1, size: int = 50
) -> tuple[list[Move], int]:
    """One page of the actor's stock moves, the newest first, and how many there are. Three statements."""
    mine = [Product.supplier_id == suppliers.own(for_).id]
    if offer_id is not None:
        mine.append(StockMove.offer_id == offer_id)
    if kind is not None:
        mine.append(StockMove.kind == kind)
    joined = sa.join(StockMove, Offer, Offer.id == StockMove.offer_id).join(Product, Product.id == Offer.product_id)
    total = db.session.scalar(sa.select(sa.func.count(StockMove.id)).select_from(joined).where(*mine)) or 0
    query = (
        sa.select(
            StockMove.id, StockMove.offer_id, Product.name, Offer.pack_name, Offer.pack_qty, Offer.base_unit,
            StockMove.kind, StockMove.on_hand_change, StockMove.reserved_change, StockMove.source, StockMove.reason,
            sa.func.coalesce(Person.name, "").label("person"), StockMove.at,
        )
        .select_from(joined)
        .outerjoin(Person, Person.id == StockMove.person_id)
        .where(*mine)
        .order_by(StockMove.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )  # fmt: skip
    return [Move(**one) for one in db.session.execute(query).mappings()], total
