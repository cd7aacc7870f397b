"""Placing a unit's orders: one legal order per supplier, its lines frozen as they stand, the goods promised.

The agreed quantity is promised in stock; what may weigh more within the tolerance is promised when it is shipped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.queries.offers import SellableOffer
from catalog.services import stock
from core import clock, codes
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from market.models.delivery import Delivery
from market.models.order import Order, OrderEvent, OrderLine
from market.queries.offer_terms import terms_of
from market.rules.lines import Priced
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.rules.partners import HookEvent
from market.services import frozen, fulfilment, hooks, numbers, order_steps


@dataclass(frozen=True)
class Wanted:
    """Packs of an offer as it is sold today, and the plan line that asks for them."""

    offer: SellableOffer
    packs: int
    plan_line_id: int | None = None

    @property
    def priced(self) -> Priced:
        """What the line comes to. Raises: Refused "packs-too-few", "packs-too-many"."""
        return terms_of(self.offer).of(self.packs)


@dataclass(frozen=True)
class Destination:
    """Who buys, and where the goods go on which day."""

    kind: OrderKind
    buyer_id: int
    canteen_id: int | None
    deliver_on: date
    receiver: str
    phone: str
    address: str
    plan_id: int | None = None
    remark: str = ""
    pay_term_days: int = 30


def check_day(offer: SellableOffer, deliver_on: date) -> None:
    """Pre-sold goods are not wanted before they are there. Raises: Refused "order-before-presale"."""
    if offer.presale_from is not None and deliver_on < offer.presale_from:
        raise Refused("order-before-presale", name=offer.product_name, ships_from_on=offer.presale_from)


def place(wanted: Iterable[Wanted], to: Destination, *, by: Actor) -> list[Order]:
    """One order per supplier, in the order of first appearance; the goods of all are promised, or of none.

    Raises: Refused "order-empty", "stock-short", "packs-too-few", "packs-too-many", "order-before-presale".
    """
    by_supplier: dict[int, list[Wanted]] = {}
    for one in wanted:
        check_day(one.offer, to.deliver_on)
        by_supplier.setdefault(one.offer.supplier_id, []).append(one)
    if not by_supplier:
        raise Refused("order-empty")
    taken = numbers.take_many(Order, "XC", len(by_supplier))
    orders = [_order(*number, lines, to, by) for number, lines in zip(taken, by_supplier.values(), strict=True)]
    db.session.add_all(orders)
    db.session.flush()
    rows = [
        _line(order.id, position, one)
        for order, lines in zip(orders, by_supplier.values(), strict=True)
        for position, one in enumerate(lines, start=1)
    ]
    db.session.execute(sa.insert(OrderLine), rows)
    db.session.add_all(_placed(order, by) for order in orders)
    for order in orders:
        order_steps.tell_shop(order, "sold-placed")
    promised = zip(orders, by_supplier.values(), strict=True)
    for order, lines in sorted(promised, key=lambda pair: pair[0].supplier_id):  # one order of locks for everybody
        stock.reserve([(one.offer.offer_id, one.priced.qty) for one in lines], source="order", source_id=order.id)
    for order in orders:
        hooks.tell_order(order, HookEvent.ORDER_PLACED)
    return orders


def cancel(order: Order, *, party: str, reason: str, by: Actor) -> None:
    """End a locked order before anything of it was sent, and free what it promised.

    Raises: Refused "reason-needed", "order-already-sent", "state-forbids-act", "state-forbids-party".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    if db.session.scalar(sa.select(sa.exists().where(Delivery.order_id == order.id))):
        raise Refused("order-already-sent", order_no=order.order_no)
    order_steps.move(order, OrderAct.CANCEL, party=party, by=by, reason=reason.strip())
    fulfilment.release_rest(order)


def _order(order_id: int, order_no: str, lines: Sequence[Wanted], to: Destination, by: Actor) -> Order:
    priced = [one.priced for one in lines]
    goods_fen, upper_fen = sum(p.amount_fen for p in priced), sum(p.upper_fen for p in priced)
    return Order(
        id=order_id,
        order_no=order_no,
        token=codes.token(),
        kind=to.kind,
        supplier_id=lines[0].offer.supplier_id,
        buyer_id=to.buyer_id,
        canteen_id=to.canteen_id,
        person_id=by.person_id,
        plan_id=to.plan_id,
        state=OrderState.PLACED,
        version=1,
        goods_fen=goods_fen,
        freight_fen=0,
        total_fen=goods_fen,
        upper_fen=upper_fen,
        deliver_on=to.deliver_on,
        receiver=to.receiver,
        phone=to.phone,
        address=to.address,
        remark=to.remark,
        pay_term_days=to.pay_term_days,
        placed_at=clock.now(),
    )


def _line(order_id: int, position: int, one: Wanted) -> dict[str, object]:
    priced = one.priced
    return frozen.line(
        order_id,
        position,
        one.offer,
        one.packs,
        amount_fen=priced.amount_fen,
        upper_qty=priced.upper_qty,
        upper_fen=priced.upper_fen,
        plan_line_id=one.plan_line_id,
    )


def _placed(order: Order, by: Actor) -> OrderEvent:
    return OrderEvent(
        order_id=order.id,
        act="place",
        from_state="",
        to_state=order.state.value,
        person_id=by.person_id,
        at=order.placed_at,
    )
