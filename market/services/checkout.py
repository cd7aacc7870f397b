"""From cart to orders: one legal order per supplier, goods promised for 30 minutes, the cart emptied of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from catalog.queries.offers import SellableOffer, sellable
from catalog.services import stock
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.models.cart import Address, CartLine
from market.models.order import Order, OrderEvent, OrderGroup, OrderLine
from market.queries import carts, shop_blocks
from market.rules.checkout import CartItem, SupplierPart, split_by_supplier, total_fen
from market.rules.order_states import OrderKind, OrderState
from market.services import frozen, live, numbers

RESERVE_MINUTES = 30
MAX_UNPAID = 6
"""Unpaid orders one person may hold goods with (abuse limit G33)."""


@dataclass(frozen=True)
class Choice:
    """A line as the buyer confirmed it: packs and the price on the page."""

    offer_id: int
    packs: int
    seen_price_fen: int


def check_out(cart_id: int, choices: Iterable[Choice], address_id: int, *, by: Actor, through: str = "") -> OrderGroup:
    """Make the orders. The price on the page must be today's: a change is told and confirmed first.

    `through`: code of the live session that the buyer came through.

    Reads and checks come first, then every row is written in one statement per table, the contended stock last.

    Raises: Missing (address); Refused "cart-empty", "goods-gone", "price-changed", "stock-short",
    "supplier-takes-no-payment", "too-many-unpaid", "cart-packs".
    """
    chosen = list(choices)
    address = _address(address_id, by)
    offers = _offers(chosen)
    terms = carts.terms_of({offer.supplier_id for offer in offers.values()})
    if not all(term.takes_payment for term in terms.values()):
        raise Refused("supplier-takes-no-payment")
    items = [_item(choice, offers[choice.offer_id]) for choice in chosen]
    parts = split_by_supplier(items, {supplier_id: term.freight for supplier_id, term in terms.items()})
    _within_limit(len(parts), by)
    group = OrderGroup(token=codes.token(), person_id=by.person_id, total_fen=total_fen(parts), created_at=clock.now())
    db.session.add(group)
    db.session.flush()
    _place(parts, offers, group, address, by)
    db.session.execute(
        sa.delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.offer_id.in_([c.offer_id for c in chosen]))
    )
    if through:
        live.attribute(group.id, through)
    goods = [(choice.offer_id, choice.packs * offers[choice.offer_id].pack_qty) for choice in chosen]
    stock.reserve(goods, source="checkout", source_id=group.id)
    return group


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


def _item(choice: Choice, offer: SellableOffer) -> CartItem:
    price_fen = offer.pack_price_fen_for(choice.packs)
    return CartItem(offer.supplier_id, offer.offer_id, choice.packs, price_fen, offer.min_packs)


def _within_limit(new: int, by: Actor) -> None:
    held = sa.select(sa.func.count()).where(
        Order.person_id == by.person_id, Order.state == OrderState.PENDING_PAY, Order.expires_at > clock.now()
    )
    if (db.session.scalar(held) or 0) + new > MAX_UNPAID:
        raise Refused("too-many-unpaid", most=MAX_UNPAID)


def _place(
    parts: list[SupplierPart], offers: dict[int, SellableOffer], group: OrderGroup, to: Address, by: Actor
) -> None:
    taken = numbers.take_many(Order, "XC", len(parts))
    numbered = list(zip(taken, parts, strict=True))
    db.session.execute(sa.insert(Order), [_order(*number, part, group, to, by) for number, part in numbered])
    lines = [
        frozen.line(order_id, position, offers[item.offer_id], item.packs, amount_fen=item.amount_fen)
        for (order_id, _), part in numbered
        for position, item in enumerate(part.items, start=1)
    ]
    db.session.execute(sa.insert(OrderLine), lines)
    events = [
        {"order_id": order_id, "act": "place", "from_state": "", "to_state": OrderState.PENDING_PAY.value}
        for (order_id, _), _ in numbered
    ]
    db.session.execute(sa.insert(OrderEvent).values(person_id=by.person_id, at=clock.now(), reason=""), events)
    for (order_id, order_no), part in numbered:
        trail.record(
            *(Stream.MONEY, "order-placed", "order", order_id),
            by=by,
            right=Right.SHOP,
            order_no=order_no,
            amount_fen=part.total_fen,
        )


def _order(
    order_id: int, order_no: str, part: SupplierPart, group: OrderGroup, to: Address, by: Actor
) -> dict[str, object]:
    now = clock.now()
    return {
        "id": order_id,
        "order_no": order_no,
        "token": codes.token(),
        "kind": OrderKind.RESIDENT,
        "group_id": group.id,
        "supplier_id": part.supplier_id,
        "person_id": by.person_id,
        "state": OrderState.PENDING_PAY,
        "goods_fen": part.goods_fen,
        "freight_fen": part.freight_fen,
        "total_fen": part.total_fen,
        "upper_fen": part.total_fen,
        "receiver": to.receiver,
        "phone": to.phone,
        "address": f"{to.region}{to.detail}",
        "placed_at": now,
        "expires_at": now + timedelta(minutes=RESERVE_MINUTES),
    }
