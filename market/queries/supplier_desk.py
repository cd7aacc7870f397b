"""A supplier's desk: orders to confirm and to send, what is still to go of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries import lots
from catalog.queries.lots import LotRow
from core import clock
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from core.places import queries as places
from core.places.queries import PlaceName
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.queries import commitments, deliveries, origins, progress
from market.queries.commitments import Usable
from market.queries.deliveries import DeliveryRow
from market.queries.progress import LineProgress
from market.rules.order_states import OrderKind, OrderState

TO_SEND = (OrderState.CONFIRMED, OrderState.PAID)
"""A unit's confirmed order, a resident's paid one."""


@dataclass(frozen=True)
class OrderRow:
    """One order in the supplier's list."""

    id: int
    order_no: str
    kind: OrderKind
    state: OrderState
    buyer_name: str
    goods: str
    total_fen: int
    deliver_on: date | None
    placed_at: datetime


@dataclass(frozen=True)
class OrderSheet:
    """One order with its lines, what was sent, and where each line's goods may come from."""

    order: Order
    buyer_name: str
    lines: tuple[LineProgress, ...]
    categories: dict[int, Category]
    origins: dict[int, list[PlaceName]]
    default_origins: dict[int, str]
    deliveries: tuple[DeliveryRow, ...]
    lots: dict[int, list[LotRow]]
    promises: dict[int, list[Usable]]

    @property
    def can_send(self) -> bool:
        """Whether goods may leave for it now."""
        return self.order.state in TO_SEND


def _mine(by: Actor) -> sa.ColumnElement[bool]:
    return sa.exists().where(Supplier.id == Order.supplier_id, Supplier.organisation_id.in_(by.scope_ids))


def orders(by: Actor, states: Collection[OrderState], *, limit: int = 30, offset: int = 0) -> list[OrderRow]:
    """The shop's orders in these states: the earliest delivery day first, then the newest. One statement."""
    buyer = sa.orm.aliased(Organisation)
    goods = (
        sa.select(sa.func.string_agg(OrderLine.product_name, sa.text("'、' ORDER BY order_line.position")))
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            *(Order.id, Order.order_no, Order.kind, Order.state, sa.func.coalesce(buyer.name, Order.receiver)),
            *(goods, Order.total_fen, Order.deliver_on, Order.placed_at),
        )
        .outerjoin(buyer, buyer.id == sa.func.coalesce(Order.canteen_id, Order.buyer_id))
        .where(_mine(by), Order.state.in_(states))
        .order_by(Order.deliver_on.nulls_last(), Order.placed_at.desc(), Order.id)
        .limit(limit)
        .offset(offset)
    )
    return [OrderRow(*row) for row in rows]


def count(by: Actor, states: Collection[OrderState]) -> int:
    """How many orders of the shop are in these states."""
    return db.session.scalar(sa.select(sa.func.count(Order.id)).where(_mine(by), Order.state.in_(states))) or 0


def due_today(by: Actor) -> int:
    """Orders that should be on their way today, and of which nothing was sent yet."""
    sent = sa.exists().where(Delivery.order_id == Order.id)
    wanted = sa.select(sa.func.count(Order.id)).where(
        _mine(by), Order.state.in_(TO_SEND), Order.deliver_on <= clock.today(), ~sent
    )
    return db.session.scalar(wanted) or 0


def find_sheet(order_id: int, by: Actor) -> OrderSheet | None:
    """One order of the shop."""
    buyer, canteen = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    row = db.session.execute(
        sa.select(Order, buyer.name, canteen.name)
        .outerjoin(buyer, buyer.id == Order.buyer_id)
        .outerjoin(canteen, canteen.id == Order.canteen_id)
        .where(Order.id == order_id, _mine(by))
    ).one_or_none()
    if row is None:
        return None
    order, buyer_name, canteen_name = row
    lines = tuple(progress.of_orders([order.id])[order.id])
    ids = {one.line.category_id for one in lines}
    found = db.session.scalars(sa.select(Category).where(Category.id.in_(ids)))
    villages = {category: origins.confirmed(order.supplier_id, category) for category in ids}
    named = places.names({code for codes in villages.values() for code in codes})
    defaults = db.session.execute(
        sa.select(Product.id, Product.origin_code).where(Product.id.in_([one.line.product_id for one in lines]))
    )
    return OrderSheet(
        order=order,
        buyer_name=" ".join(filter(None, (buyer_name, canteen_name))) or order.receiver,
        lines=lines,
        categories={category.id: category for category in found},
        origins={category: [named[code] for code in sorted(codes)] for category, codes in villages.items()},
        default_origins={row.id: row.origin_code for row in defaults},
        deliveries=tuple(deliveries.listed(Delivery.order_id == order.id)),
        lots=lots.to_ship({one.line.product_id for one in lines}),
        promises=commitments.usable({one.line.product_id for one in lines}),
    )
