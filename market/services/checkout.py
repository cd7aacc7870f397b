"""From cart to orders: one legal order per supplier and day of sending, goods promised, the cart emptied of them.

A page buys once: it carries the cart's round, and the round makes one checkout, however often it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from catalog.queries.offers import SellableOffer, sellable
from catalog.rules.freight import Option
from catalog.services import stock
from core import clock, codes
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from core.places import divisions
from market.models.cart import Address, Cart, CartLine
from market.models.order import Order, OrderGroup
from market.queries import carts, promotions, shop_blocks
from market.queries.carts import SupplierTerms
from market.rules.checkout import (
    CartItem,
    Change,
    Seen,
    SupplierPart,
    changes,
    check_items,
    discounted,
    split_by_supplier,
    total_fen,
)
from market.rules.checkout import with_coupon as after_coupon
from market.rules.order_states import OrderState
from market.services import coupons, discounts, live, pairings, placing
from market.services.placing import Destination

MAX_UNPAID = 6
"""Unpaid checkouts one person may hold goods with (abuse limit G33)."""
MAX_UNPAID_ORDERS = 40
MAX_UNPAID_DOOR = 12
"""Unpaid checkouts to one phone or one door, whoever makes them: goods are not held by many accounts of one hand."""


@dataclass(frozen=True)
class Choice:
    """A line as the buyer confirmed it: packs and price on the page, and what would be paid for it, if it told."""

    offer_id: int
    packs: int
    seen_price_fen: int
    seen_paid_fen: int | None = None


@dataclass(frozen=True)
class Deal:
    """How the buyer wants it: the way of each supplier, the freight the page showed for it, a coupon of theirs or a
    code; `round` of the cart that the page showed; `ticked`: offers whose seven days of return the buyer gives up.
    """

    ways: Mapping[int, str] = field(default_factory=dict)
    seen_freight_fen: Mapping[int, int] = field(default_factory=dict)
    coupon_id: int | None = None
    coupon_code: str = ""
    round: int | None = None
    ticked: frozenset[int] = frozenset()


def check_out(
    cart_id: int, choices: Iterable[Choice], address_id: int, *, by: Actor, through: str = "", deal: Deal | None = None
) -> OrderGroup:
    """Make the orders. What the page showed must be so today: a change is told and confirmed first.

    `through`: code of the live session that the buyer came through.

    Reads and checks come first, then every row is written in one statement per table, the contended stock last.
    The cart is locked: two tabs come one after the other, and the second with the same round gets what the first made.

    Raises: Missing (address); Refused "cart-empty", "cart-changed", "goods-gone", "price-changed", "discount-changed",
    "freight-changed", "stock-short", "supplier-takes-no-payment", "too-many-unpaid", "too-many-unpaid-here",
    "cart-packs", "address-incomplete", "region-refused", "way-too-little", those of `coupons.hold` and `discounts.use`.
    """
    chosen, wanted = list(choices), deal or Deal()
    made = _locked_round(cart_id, chosen, wanted, by)
    if made is not None:
        return made
    address = _address(address_id, by)
    offers = _offers(chosen)
    terms = carts.terms_of({offer.supplier_id for offer in offers.values()})
    if not all(term.takes_payment for term in terms.values()):
        raise Refused("supplier-takes-no-payment")
    coupon = _coupon(wanted, by)
    wished = check_items([carts.charged(offers[one.offer_id], one.packs) for one in chosen])
    items = discounted(wished, promotions.shelf(terms))
    items = after_coupon(items, coupon.terms if coupon else None)
    ways = _ways(items, terms, address.region_code or "", wanted, offers)
    parts = split_by_supplier(items, {id_: way.tariff for id_, way in ways.items() if way.tariff})
    _as_seen(chosen, parts, wanted, offers)
    _within_limit(len(parts), address, by)
    group = OrderGroup(
        token=codes.token(), person_id=by.person_id, total_fen=total_fen(parts), created_at=clock.now(),
        cart_id=None if wanted.round is None else cart_id, cart_round=wanted.round,
    )  # fmt: skip
    db.session.add(group)
    db.session.flush()
    placed = placing.place(parts, offers, group, Destination(address, ways, wanted.ticked), by)
    discounts.use(placed, coupon.coupon if coupon else None, group.id)
    pairings.attribute(group.id, by)
    _empty(cart_id, chosen, wanted)
    if through:
        live.attribute(group.id, through)
    goods = [(choice.offer_id, choice.packs * offers[choice.offer_id].pack_qty) for choice in chosen]
    stock.reserve(goods, source="checkout", source_id=group.id)
    return group


def _locked_round(cart_id: int, chosen: Sequence[Choice], deal: Deal, by: Actor) -> OrderGroup | None:
    """Lock the cart. → what the same page made before, if it did. Raises: Refused "cart-changed"."""
    now = db.session.execute(sa.select(Cart.round).where(Cart.id == cart_id).with_for_update()).scalar_one_or_none()
    if deal.round is None:
        return None
    made = db.session.scalar(
        sa.select(OrderGroup).where(
            OrderGroup.cart_id == cart_id, OrderGroup.cart_round == deal.round, OrderGroup.person_id == by.person_id
        )
    )
    if made is not None:
        return made
    mine = sa.select(CartLine.offer_id, CartLine.packs).where(CartLine.cart_id == cart_id)
    have = {row.offer_id: row.packs for row in db.session.execute(mine)}
    if now != deal.round or any(have.get(one.offer_id) != one.packs for one in chosen):
        raise Refused("cart-changed")
    return None


def _coupon(deal: Deal, by: Actor) -> promotions.Held | None:
    coupon_id = deal.coupon_id
    if deal.coupon_code:
        coupon_id = coupons.hold(deal.coupon_code, by=by).id
    return None if coupon_id is None else coupons.usable(coupon_id, by=by)


def _ways(
    items: Sequence[CartItem],
    terms: Mapping[int, SupplierTerms],
    region: str,
    deal: Deal,
    offers: Mapping[int, SellableOffer],
) -> dict[int, Option]:
    """How each supplier's goods come. Raises: Refused "address-incomplete", "region-refused", "way-too-little"."""
    if not divisions.is_complete(region):
        raise Refused("address-incomplete")
    names = {offer.supplier_id: offer.supplier_name for offer in offers.values()}
    found = {}
    for supplier_id, term in terms.items():
        own = [item for item in items if item.supplier_id == supplier_id]
        way = carts.way_of(term.template, region, own, deal.ways.get(supplier_id))
        if way.tariff is None:
            raise Refused("region-refused", name=names[supplier_id], reason=way.reason)
        if not way.is_open(sum(item.shelf_paid_fen for item in own)):
            raise Refused("way-too-little", name=names[supplier_id], least_fen=way.least_fen)
        found[supplier_id] = way
    return found


def _as_seen(
    chosen: Sequence[Choice], parts: Sequence[SupplierPart], deal: Deal, offers: Mapping[int, SellableOffer]
) -> None:
    """Raises: Refused "discount-changed", "freight-changed", where the page told and it is otherwise now."""
    paid = {item.offer_id: item.paid_fen for part in parts for item in part.items}
    for one in chosen:
        if one.seen_paid_fen is not None and one.seen_paid_fen != paid[one.offer_id]:
            raise Refused("discount-changed", name=offers[one.offer_id].product_name, now_fen=paid[one.offer_id])
    names = {offer.supplier_id: offer.supplier_name for offer in offers.values()}
    for supplier_id, seen_fen in deal.seen_freight_fen.items():
        now_fen = sum(part.freight_fen for part in parts if part.supplier_id == supplier_id)
        if now_fen != seen_fen:
            raise Refused("freight-changed", name=names.get(supplier_id, ""), now_fen=now_fen)


def _empty(cart_id: int, chosen: Sequence[Choice], deal: Deal) -> None:
    """Take what was bought out of the cart, which begins its next round."""
    bought = [one.offer_id for one in chosen]
    db.session.execute(sa.delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.offer_id.in_(bought)))
    if deal.round is not None:
        db.session.execute(sa.update(Cart).where(Cart.id == cart_id).values(round=deal.round + 1))


def differences(choices: Iterable[Choice], now: carts.CartView, seen_freight_fen: Mapping[int, int]) -> list[Change]:
    """Line by line how the cart differs from what a page showed: for the buyer, before he confirms."""
    rows = {row.offer_id: row for group in now.groups for row in group.rows if row.offer}
    known = {id_: (row.offer.free_packs if row.offer else 0, row.price_fen, row.paid_fen) for id_, row in rows.items()}
    seen = [
        Seen(one.offer_id, one.packs, one.seen_price_fen, known.get(one.offer_id, (0, 0, 0))[2])
        if one.seen_paid_fen is None
        else Seen(one.offer_id, one.packs, one.seen_price_fen, one.seen_paid_fen)
        for one in choices
    ]
    freight = {group.supplier_id: group.freight_fen for group in now.groups}
    moved = [
        Change("freight", supplier_id, fen, freight[supplier_id])
        for supplier_id, fen in seen_freight_fen.items()
        if supplier_id in freight and freight[supplier_id] != fen
    ]
    return changes(seen, known) + moved


def orders_of(group_id: int) -> list[int]:
    """Ids of the orders that a checkout made."""
    return list(db.session.scalars(sa.select(Order.id).where(Order.group_id == group_id).order_by(Order.id)))


def _address(address_id: int, by: Actor) -> Address:
    address = db.session.scalar(
        sa.select(Address).where(Address.id == address_id, Address.person_id == by.person_id, Address.is_active)
    )
    if address is None:
        raise Missing("no-such-address")
    return address


def _offers(chosen: list[Choice]) -> dict[int, SellableOffer]:
    if not chosen:
        raise Refused("cart-empty")
    offers = sellable([choice.offer_id for choice in chosen], for_units=False)
    for choice in chosen:
        offer = offers.get(choice.offer_id)
        if offer is None:
            raise Refused("goods-gone")
        now_fen = offer.pack_price_fen_for(choice.packs)
        if now_fen != choice.seen_price_fen:
            raise Refused("price-changed", name=offer.product_name, now_fen=now_fen)
    _shops_open(offers.values())
    return offers


def _shops_open(offers: Iterable[SellableOffer]) -> None:
    """A shop with an unpaid decision of the platform takes no residents' orders. Raises: Refused "shop-suspended"."""
    closed = shop_blocks.blocked({offer.supplier_id for offer in offers})
    for offer in offers:
        if offer.supplier_id in closed:
            raise Refused("shop-suspended", name=offer.supplier_name)


def _within_limit(new: int, to: Address, by: Actor) -> None:
    """Raises: Refused "too-many-unpaid", "too-many-unpaid-here"."""
    own = Order.person_id == by.person_id
    here = sa.or_(Order.phone == to.phone, Order.address == f"{to.region}{to.detail}")
    group = sa.distinct(Order.group_id)
    held = sa.select(
        sa.func.count().filter(own), sa.func.count(group).filter(own), sa.func.count(group).filter(here)
    ).where(Order.state == OrderState.PENDING_PAY, Order.expires_at > clock.now(), sa.or_(own, here))
    orders, checkouts, at_door = db.session.execute(held).one()
    if checkouts + 1 > MAX_UNPAID or (orders and orders + new > MAX_UNPAID_ORDERS):
        raise Refused("too-many-unpaid", most=MAX_UNPAID)
    if at_door >= MAX_UNPAID_DOOR:
        raise Refused("too-many-unpaid-here", most=MAX_UNPAID_DOOR)
