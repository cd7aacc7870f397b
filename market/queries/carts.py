"""Reading a cart as it would be bought now: grouped by supplier, today's prices, what changed, what is short."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import FreightRule, Supplier
from catalog.queries.offers import SellableOffer, sellable
from core.db import db
from market.models.cart import Cart, CartLine
from market.models.payment import MerchantAccount
from market.rules.checkout import Freight


@dataclass(frozen=True)
class CartRow:
    """A line: packs and the offer as it is sold now; None once it is gone."""

    offer_id: int
    packs: int
    seen_price_fen: int
    is_chosen: bool
    offer: SellableOffer | None

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


@dataclass(frozen=True)
class CartGroup:
    """One supplier's lines; `takes_payment` False: it sells to units only."""

    supplier_id: int
    supplier_name: str
    rows: tuple[CartRow, ...]
    freight: Freight
    takes_payment: bool

    @property
    def chosen(self) -> tuple[CartRow, ...]:
        """Lines that would be bought."""
        return tuple(row for row in self.rows if row.is_chosen and row.offer is not None)

    @property
    def ships_from(self) -> date | None:
        """The order is sent whole: with pre-sold goods in it, from their last day on."""
        return max(
            (row.offer.presale_from for row in self.chosen if row.offer and row.offer.presale_from), default=None
        )

    @property
    def goods_fen(self) -> int:
        """Sum of the chosen lines."""
        return sum(row.amount_fen for row in self.chosen)

    @property
    def freight_fen(self) -> int:
        """Freight of this supplier's order."""
        return self.freight.of(self.goods_fen) if self.chosen else 0


@dataclass(frozen=True)
class CartView:
    """The whole cart. `gone` are lines whose goods are no longer sold."""

    groups: tuple[CartGroup, ...]
    gone: tuple[CartRow, ...]

    @property
    def total_fen(self) -> int:
        """Goods and freight of everything chosen."""
        return sum(group.goods_fen + group.freight_fen for group in self.groups)

    @property
    def chosen_count(self) -> int:
        """Lines that would be bought."""
        return sum(len(group.chosen) for group in self.groups)

    @property
    def is_ready(self) -> bool:
        """Whether it can be bought as it stands."""
        chosen = [row for group in self.groups for row in group.chosen]
        paid = all(group.takes_payment for group in self.groups if group.chosen)
        return bool(chosen) and paid and not any(row.is_short or row.price_changed for row in chosen)


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


def view(cart_id: int | None) -> CartView:
    """The cart as it would be bought now. Six statements, however many lines."""
    if cart_id is None:
        return CartView((), ())
    query = sa.select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.added_at, CartLine.offer_id)
    lines = db.session.scalars(query).all()
    offers = sellable([line.offer_id for line in lines], for_units=False)
    rows = [CartRow(i.offer_id, i.packs, i.seen_price_fen, i.is_chosen, offers.get(i.offer_id)) for i in lines]
    by_supplier: dict[int, list[CartRow]] = {}
    for row in rows:
        if row.offer is not None:
            by_supplier.setdefault(row.offer.supplier_id, []).append(row)
    terms = terms_of(set(by_supplier))
    groups = tuple(
        CartGroup(
            supplier_id,
            own[0].offer.supplier_name if own[0].offer else "",
            tuple(own),
            terms[supplier_id].freight,
            terms[supplier_id].takes_payment,
        )
        for supplier_id, own in by_supplier.items()
    )
    return CartView(groups, tuple(row for row in rows if row.offer is None))


@dataclass(frozen=True)
class SupplierTerms:
    """What a resident's order to a supplier depends on."""

    freight: Freight
    takes_payment: bool


def terms_of(supplier_ids: set[int]) -> dict[int, SupplierTerms]:
    """Freight (free where no rule stands) and whether the supplier can be paid online. One statement."""
    paid = sa.exists().where(MerchantAccount.supplier_id == Supplier.id, MerchantAccount.is_active)
    query = (
        sa.select(Supplier.id, FreightRule.base_fen, FreightRule.free_above_fen, paid)
        .outerjoin(FreightRule, FreightRule.supplier_id == Supplier.id)
        .where(Supplier.id.in_(supplier_ids))
    )
    rows = db.session.execute(query)
    return {id_: SupplierTerms(Freight(base or 0, free), takes) for id_, base, free, takes in rows}
