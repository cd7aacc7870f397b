"""Reading a cart as it would be bought now: by supplier and day of sending, with discounts and freight."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.queries import freight
from catalog.queries.offers import SellableOffer, sellable
from catalog.rules.freight import FREE, Option, Tariff, Template
from core import settings
from core.db import db
from market.models.cart import Cart, CartLine
from market.models.payment import MerchantAccount
from market.queries import promotions
from market.rules.checkout import (
    CartItem,
    NextTier,
    SupplierPart,
    coupon_fen,
    discounted,
    next_tier,
    split_by_supplier,
    with_coupon,
)
from market.rules.promotion import Terms

settings.register(shop__region="220681")


@dataclass(frozen=True)
class CartRow:
    """A line: packs and the offer as it is sold now; None once it is gone. `item` is the line as it is charged."""

    offer_id: int
    packs: int
    seen_price_fen: int
    is_chosen: bool
    offer: SellableOffer | None
    item: CartItem | None = None
    landed_fen: int = 0

    @property
    def price_changed(self) -> bool:
        """The price of one pack is not the one the buyer saw; a tier that is reached is no change."""
        return self.offer is not None and self.offer.pack_price_fen != self.seen_price_fen

    @property
    def price_fen(self) -> int:
        """Today's price of one pack for so many packs, by the tiers."""
        return self.offer.pack_price_fen_for(self.packs) if self.offer else 0

    @property
    def is_short(self) -> bool:
        """Fewer packs are left than wanted."""
        return self.offer is not None and self.offer.free_packs < self.packs

    @property
    def amount_fen(self) -> int:
        """Packs × today's pack price for so many."""
        return self.packs * self.price_fen

    @property
    def paid_fen(self) -> int:
        """What is paid for the goods of the line."""
        return self.item.paid_fen if self.item else self.amount_fen

    @property
    def discount_fen(self) -> int:
        """What is taken off it."""
        return self.item.discount_fen if self.item else 0

    @property
    def next_tier(self) -> NextTier | None:
        """The tier a few packs away."""
        return next_tier(self.offer.tiers, self.packs, self.price_fen) if self.offer else None


@dataclass(frozen=True)
class CartGroup:
    """One supplier's lines; `takes_payment` False: it sells to units only. `parts` become orders, one each."""

    supplier_id: int
    supplier_name: str
    rows: tuple[CartRow, ...]
    takes_payment: bool
    options: tuple[Option, ...] = ()
    way: Option | None = None
    parts: tuple[SupplierPart, ...] = ()

    @property
    def chosen(self) -> tuple[CartRow, ...]:
        """Lines that would be bought."""
        return tuple(row for row in self.rows if row.is_chosen and row.offer is not None)

    @property
    def days(self) -> tuple[date | None, ...]:
        """The days its orders are sent from; None: at once."""
        return tuple(part.ships_from for part in self.parts)

    @property
    def goods_fen(self) -> int:
        """Sum of the chosen lines on the shelf."""
        return sum(row.amount_fen for row in self.chosen)

    @property
    def discount_fen(self) -> int:
        """What is taken off them."""
        return sum(part.discount_fen for part in self.parts)

    @property
    def freight_fen(self) -> int:
        """Freight of this supplier's orders."""
        return sum(part.freight_fen for part in self.parts)

    @property
    def total_fen(self) -> int:
        """What this supplier is paid: at the door."""
        return sum(part.total_fen for part in self.parts)

    @property
    def is_sent(self) -> bool:
        """Whether the way that is chosen is open for so many goods."""
        return self.way is not None and self.way.is_open(self._shelf_paid_fen)

    @property
    def missing_fen(self) -> int | None:
        """How much more goods would make it free of freight."""
        return self.way.tariff.missing_fen(self._shelf_paid_fen) if self.way and self.way.tariff else None

    @property
    def _shelf_paid_fen(self) -> int:
        return sum(item.shelf_paid_fen for part in self.parts for item in part.items)

    def row_of(self, offer_id: int) -> CartRow:
        """The row of a part's line."""
        return next(row for row in self.rows if row.offer_id == offer_id)


@dataclass(frozen=True)
class CartView:
    """The whole cart. `gone` are lines whose goods are no longer sold."""

    groups: tuple[CartGroup, ...]
    gone: tuple[CartRow, ...]
    coupon: Terms | None = None
    round: int = 0

    @property
    def total_fen(self) -> int:
        """Goods less discounts, and freight, of everything chosen."""
        return sum(group.total_fen for group in self.groups)

    @property
    def discount_fen(self) -> int:
        """Everything that is taken off."""
        return sum(group.discount_fen for group in self.groups)

    @property
    def coupon_fen(self) -> int:
        """What the coupon takes off."""
        return sum(coupon_fen(part.items) for group in self.groups for part in group.parts)

    @property
    def chosen_count(self) -> int:
        """Lines that would be bought."""
        return sum(len(group.chosen) for group in self.groups)

    @property
    def chosen_items(self) -> list[CartItem]:
        """The lines that would be bought, without a coupon."""
        items = [item for group in self.groups for part in group.parts for item in part.items]
        return [replace(item, cuts=tuple(cut for cut in item.cuts if not cut.is_coupon)) for item in items]

    @property
    def is_ready(self) -> bool:
        """Whether it can be bought as it stands."""
        chosen = [row for group in self.groups for row in group.chosen]
        open_ = all(group.takes_payment and group.is_sent for group in self.groups if group.chosen)
        return bool(chosen) and open_ and not any(row.is_short or row.price_changed for row in chosen)


def find(*, person_id: int | None, token: str | None) -> int | None:
    """The id of the cart, if there is one."""
    mine = Cart.person_id == person_id if person_id is not None else sa.and_(
        Cart.token == (token or ""), Cart.person_id.is_(None)
    )  # fmt: skip
    return db.session.scalar(sa.select(Cart.id).where(mine))


def count(cart_id: int | None) -> int:
    """Lines in the cart, for the header."""
    if cart_id is None:
        return 0
    return db.session.scalar(sa.select(sa.func.count()).where(CartLine.cart_id == cart_id)) or 0


def round_of(cart_id: int) -> int:
    """How many checkouts the cart has made."""
    return db.session.scalar(sa.select(Cart.round).where(Cart.id == cart_id)) or 0


@dataclass(frozen=True)
class Wish:
    """How the buyer wants it: the region, the way of each supplier (a key of its options), a coupon."""

    region: str = ""
    ways: Mapping[int, str] | None = None
    coupon: Terms | None = None


def view(cart_id: int | None, wish: Wish | None = None) -> CartView:
    """The cart as it would be bought now: a fixed number of statements, however many lines."""
    if cart_id is None:
        return CartView((), ())
    wished = wish or Wish()
    query = sa.select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.added_at, CartLine.offer_id)
    lines = db.session.scalars(query).all()
    offers = sellable([line.offer_id for line in lines], for_units=False)
    rows = [CartRow(i.offer_id, i.packs, i.seen_price_fen, i.is_chosen, offers.get(i.offer_id)) for i in lines]
    here = [row for row in rows if row.offer is not None]
    suppliers = {row.offer.supplier_id for row in here if row.offer}
    terms, shelf = terms_of(suppliers), promotions.shelf(suppliers) if suppliers else []
    items = {item.offer_id: item for item in discounted([item_of(row) for row in here], shelf)}
    chosen = with_coupon([items[row.offer_id] for row in here if row.is_chosen], wished.coupon)
    items |= {item.offer_id: item for item in chosen}
    groups = tuple(
        _group(supplier_id, [row for row in here if row.offer and row.offer.supplier_id == supplier_id], items,
               terms[supplier_id], wished)
        for supplier_id in dict.fromkeys(row.offer.supplier_id for row in here if row.offer)
    )  # fmt: skip
    return CartView(groups, tuple(row for row in rows if row.offer is None), wished.coupon, round_of(cart_id))


def item_of(row: CartRow) -> CartItem:
    """The line as it is charged, before discounts."""
    if row.offer is None:
        raise ValueError(f"offer {row.offer_id} is gone")
    return charged(row.offer, row.packs)


def charged(offer: SellableOffer, packs: int) -> CartItem:
    """So many packs of an offer at today's tier."""
    return CartItem(
        offer.supplier_id, offer.offer_id, packs, offer.pack_price_fen_for(packs), offer.min_packs, offer.pack_g,
        offer.presale_from,
    )  # fmt: skip


def _group(
    supplier_id: int, rows: Sequence[CartRow], items: Mapping[int, CartItem], terms: "SupplierTerms", wish: Wish
) -> CartGroup:
    chosen = [items[row.offer_id] for row in rows if row.is_chosen and row.packs >= 1]
    region = wish.region or settings.value("shop.region")
    options = terms.template.options(region)
    way = way_of(terms.template, region, chosen, (wish.ways or {}).get(supplier_id))
    sellable_ = [replace(item, min_packs=1) for item in chosen]
    parts = split_by_supplier(sellable_, {supplier_id: way.tariff or FREE}) if sellable_ else []
    landed = {offer_id: fen for part in parts for offer_id, fen in part.landed_fen().items()}
    own = tuple(
        replace(row, item=items[row.offer_id], landed_fen=landed.get(row.offer_id, items[row.offer_id].paid_fen))
        for row in rows
    )
    name = own[0].offer.supplier_name if own[0].offer else ""
    return CartGroup(supplier_id, name, own, terms.takes_payment, tuple(options), way, tuple(parts))


def way_of(template: Template, region: str, items: Sequence[CartItem], wanted: str | None) -> Option:
    """The way that was chosen, if it still is one; else the best."""
    for option in template.options(region):
        if option.key == wanted:
            return option
    return template.best(region, sum(i.shelf_paid_fen for i in items), sum(i.weight_g for i in items))


@dataclass(frozen=True)
class SupplierTerms:
    """What a resident's order to a supplier depends on."""

    template: Template
    takes_payment: bool

    @property
    def freight(self) -> Tariff:
        """The tariff of every region that no zone names."""
        return self.template.plain


def terms_of(supplier_ids: Collection[int]) -> dict[int, SupplierTerms]:
    """Freight (free where no rule stands) and whether the supplier can be paid online. Four statements."""
    paid = sa.exists().where(MerchantAccount.supplier_id == Supplier.id, MerchantAccount.is_active)
    rows = db.session.execute(sa.select(Supplier.id, paid).where(Supplier.id.in_(supplier_ids))).all()
    templates = freight.templates(supplier_ids)
    return {id_: SupplierTerms(templates[id_], takes) for id_, takes in rows}
