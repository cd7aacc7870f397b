"""What stands on the label of a box: where it goes, when, and what is in it; of a person only what the way needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from core.text import sentence
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.models.shipping import DeliveryRound, RoundStop
from market.queries import goods_text
from market.queries.supplier_desk import mine
from market.rules.delivery_states import DeliveryState


@dataclass(frozen=True)
class BoxLabel:
    """One order's label. `to`: the canteen, or a resident's family name and the last four digits of the phone."""

    order_id: int
    order_no: str
    token: str
    to: str
    address: str
    deliver_on: date | None
    round: str
    supplier_name: str
    goods: tuple[str, ...]


def find(order_id: int, by: Actor) -> BoxLabel | None:
    """The label of one of the shop's orders. Two statements."""
    canteen, unit, seller = (sa.orm.aliased(Organisation) for _ in range(3))
    row = db.session.execute(
        sa.select(Order, sa.func.concat_ws(" ", unit.name, canteen.name), seller.name, DeliveryRound.name)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .outerjoin(unit, unit.id == Order.buyer_id)
        .outerjoin(canteen, canteen.id == Order.canteen_id)
        .outerjoin(RoundStop, RoundStop.order_id == Order.id)
        .outerjoin(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .where(Order.id == order_id, mine(by))
    ).one_or_none()
    if row is None:
        return None
    order, bodies, seller_name, round_name = row
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    return BoxLabel(
        order_id=order.id,
        order_no=order.order_no,
        token=order.token,
        to=bodies or sentence("word", "box-for", name=order.receiver[:1], tail=order.phone[-4:]),
        address=order.address,
        deliver_on=order.deliver_on,
        round=round_name or "",
        supplier_name=seller_name,
        goods=tuple(f"{line.product_name} {goods_text.qty(line, line.qty)}" for line in lines),
    )


def printed(label: BoxLabel) -> dict[str, Any]:
    """As the printing room takes it."""
    return {
        "number": label.order_no,
        "to": label.to,
        "address": label.address,
        "deliver_on": label.deliver_on,
        "round": label.round,
        "supplier": label.supplier_name,
        "goods": list(label.goods),
    }


def seen_by(token: str, by: Actor) -> tuple[str, dict[str, Any]] | None:
    """(page, its arguments) of the order on a box for this person: its supplier, the unit it comes to (the delivery to
    weigh first), the resident who bought it; None for anybody else.
    """
    order = db.session.scalars(sa.select(Order).where(Order.token == token)).one_or_none()
    if order is None:
        return None
    if db.session.scalar(sa.select(sa.exists().where(Order.id == order.id, mine(by)))):
        return "supplier_orders.order", {"order_id": order.id}
    if order.canteen_id in by.scope_ids or (order.buyer_id is not None and order.buyer_id in by.scope_ids):
        coming = db.session.scalar(
            sa.select(sa.func.min(Delivery.id)).where(
                Delivery.order_id == order.id, Delivery.state.in_((DeliveryState.ON_THE_WAY, DeliveryState.COUNTED))
            )
        )
        if coming is not None:
            return "receiving.show", {"delivery_id": coming}
        return "canteen_orders.show", {"token": token}
    if order.buyer_id is None and order.person_id == by.person_id:
        return "orders.show", {"token": token}
    return None
