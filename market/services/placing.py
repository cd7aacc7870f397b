"""Writing the orders of a checkout: one statement per table, whatever it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from catalog.queries.offers import SellableOffer
from catalog.rules.freight import DeliveryWay, Option
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.trail.models import Stream
from market.models.cart import Address
from market.models.order import Order, OrderEvent, OrderGroup, OrderLine
from market.rules.checkout import SupplierPart
from market.rules.order_states import OrderKind, OrderState
from market.services import frozen, numbers

RESERVE_MINUTES = 30


@dataclass(frozen=True)
class Destination:
    """Where everything goes, how from each supplier; offers whose seven days of return the buyer gave up."""

    address: Address
    ways: Mapping[int, Option]
    ticked: frozenset[int] = frozenset()

    def columns(self, supplier_id: int) -> dict[str, object]:
        """The order's own copy."""
        way, to = self.ways[supplier_id], self.address
        at_point = f"{way.point.name} {way.point.address}" if way.point else ""
        return {
            "delivery_way": way.way,
            "pickup_point_id": way.point.id if way.point else None,
            "receiver": to.receiver,
            "phone": to.phone,
            "address": at_point if way.way is DeliveryWay.PICKUP else f"{to.region}{to.detail}",
        }


def place(
    parts: Sequence[SupplierPart], offers: Mapping[int, SellableOffer], group: OrderGroup, to: Destination, by: Actor
) -> list[tuple[int, SupplierPart]]:
    """An order for each part with its lines and first event. → (order id, its part)."""
    taken = numbers.take_many(Order, "XC", len(parts))
    numbered = list(zip(taken, parts, strict=True))
    db.session.execute(sa.insert(Order), [_order(*number, part, group, to, by) for number, part in numbered])
    lines = [
        frozen.line(
            *(order_id, position, offers[item.offer_id], item.packs),
            amount_fen=item.amount_fen,
            no_return_ticked=item.offer_id in to.ticked,
        )
        | {"discount_fen": item.discount_fen}
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
    return [(order_id, part) for (order_id, _), part in numbered]


def _order(
    order_id: int, order_no: str, part: SupplierPart, group: OrderGroup, to: Destination, by: Actor
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
        "discount_fen": part.discount_fen,
        "freight_fen": part.freight_fen,
        "total_fen": part.total_fen,
        "upper_fen": part.total_fen,
        **to.columns(part.supplier_id),
        "placed_at": now,
        "expires_at": now + timedelta(minutes=RESERVE_MINUTES),
    }
