"""A supplier's desk: orders to confirm and to send, what is still to go of each."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries import lots
from catalog.queries.lots import LotRow
from core import clock, settings
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from core.places import queries as places
from core.places.queries import PlaceName
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.shipping import DeliveryRound, OrderAsk, Parcel, RoundStop
from market.queries import asks, commitments, deliveries, origins, parcels, progress, rounds
from market.queries.asks import AskRow
from market.queries.commitments import Usable
from market.queries.deliveries import DeliveryRow
from market.queries.progress import LineProgress
from market.rules.asks import AskState
from market.rules.order_states import OrderKind, OrderState

TO_SEND = (OrderState.CONFIRMED, OrderState.PAID)
"""A unit's confirmed order, a resident's paid one."""
TABS = ("new", "to-send", "sent", "done", "cancelled")


@dataclass(frozen=True)
class OrderRow:
    """One order in the supplier's list. `asked`: the buyer has not answered a question yet; `round`: its run's name."""

    id: int
    order_no: str
    kind: OrderKind
    state: OrderState
    buyer_name: str
    goods: str
    total_fen: int
    deliver_on: date | None
    placed_at: datetime
    asked: bool
    round: str

    @property
    def is_late(self) -> bool:
        """Whether its day has come, or gone."""
        return self.deliver_on is not None and self.deliver_on <= clock.today()


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
    asks: tuple[AskRow, ...]
    parcels: dict[int, list[Parcel]]
    run: DeliveryRound | None
    run_on: date | None
    answer_hours: int

    @property
    def can_send(self) -> bool:
        """Whether goods may leave for it now."""
        rest = any(one.progress.rest_qty for one in self.lines)
        is_parted = self.order.kind is OrderKind.RESIDENT and self.order.state is OrderState.SHIPPED and rest
        return self.order.state in TO_SEND or is_parted

    @property
    def can_ask(self) -> bool:
        """Whether other goods may be asked for, or an end of the rest."""
        return self.order.state is OrderState.CONFIRMED and self.order.kind is not OrderKind.RESIDENT

    @property
    def rest_is_open(self) -> bool:
        """Whether something is missing and nothing is on its way."""
        return any(one.progress.rest_qty for one in self.lines) and not any(
            one.progress.under_way_qty for one in self.lines
        )


def mine(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that an order is the actor's shop's."""
    own = sa.orm.aliased(Supplier)  # the query around it may read suppliers too
    return sa.exists().where(own.id == Order.supplier_id, own.organisation_id.in_(by.scope_ids))


def _in_tab(tab: str) -> sa.ColumnElement[bool]:
    """The condition of a tab. A resident's order of which a part has left stands with those to send."""
    left = sa.exists().where(DeliveryLine.order_line_id == OrderLine.id)
    unsent = sa.exists().where(OrderLine.order_id == Order.id, ~left)
    conditions = {
        "new": Order.state == OrderState.PLACED,
        "to-send": sa.or_(Order.state.in_(TO_SEND), sa.and_(Order.state == OrderState.SHIPPED, unsent)),
        "sent": sa.or_(Order.state == OrderState.RECEIVED, sa.and_(Order.state == OrderState.SHIPPED, ~unsent)),
        "done": Order.state.in_((OrderState.FULFILLED, OrderState.CLOSED)),
        "cancelled": Order.state == OrderState.CANCELLED,
    }
    return conditions[tab]


def orders(by: Actor, tab: str, *, limit: int = 30, offset: int = 0) -> list[OrderRow]:
    """The shop's orders of a tab: the earliest delivery day first, what is over by the latest. One statement."""
    buyer = sa.orm.aliased(Organisation)
    goods = (
        sa.select(sa.func.string_agg(OrderLine.product_name, sa.text("'、' ORDER BY order_line.position")))
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    asked = sa.exists().where(OrderAsk.order_id == Order.id, OrderAsk.state == AskState.ASKED)
    first = (Order.placed_at.desc(),) if tab in {"done", "cancelled"} else (Order.deliver_on.nulls_last(),)
    rows = db.session.execute(
        sa.select(
            *(Order.id, Order.order_no, Order.kind, Order.state, sa.func.coalesce(buyer.name, Order.receiver)),
            *(goods, Order.total_fen, Order.deliver_on, Order.placed_at, asked),
            sa.func.coalesce(DeliveryRound.name, ""),
        )
        .outerjoin(buyer, buyer.id == sa.func.coalesce(Order.canteen_id, Order.buyer_id))
        .outerjoin(RoundStop, RoundStop.order_id == Order.id)
        .outerjoin(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .where(mine(by), _in_tab(tab))
        .order_by(*first, Order.placed_at.desc(), Order.id)
        .limit(limit)
        .offset(offset)
    )
    return [OrderRow(*row) for row in rows]


def count(by: Actor, tab: str) -> int:
    """How many orders of the shop stand in a tab."""
    return db.session.scalar(sa.select(sa.func.count(Order.id)).where(mine(by), _in_tab(tab))) or 0


def counts(by: Actor) -> dict[str, int]:
    """How many in each tab. One statement."""
    wanted = [sa.func.count(Order.id).filter(_in_tab(tab)) for tab in TABS]
    return dict(zip(TABS, db.session.execute(sa.select(*wanted).where(mine(by))).one(), strict=True))


def due_today(by: Actor) -> int:
    """Orders that should be on their way today, and of which nothing was sent yet."""
    sent = sa.exists().where(Delivery.order_id == Order.id)
    wanted = sa.select(sa.func.count(Order.id)).where(
        mine(by), Order.state.in_(TO_SEND), Order.deliver_on <= clock.today(), ~sent
    )
    return db.session.scalar(wanted) or 0


def find_sheet(order_id: int, by: Actor) -> OrderSheet | None:
    """One order of the shop."""
    buyer, canteen = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    row = db.session.execute(
        sa.select(Order, buyer.name, canteen.name)
        .outerjoin(buyer, buyer.id == Order.buyer_id)
        .outerjoin(canteen, canteen.id == Order.canteen_id)
        .where(Order.id == order_id, mine(by))
    ).one_or_none()
    if row is None:
        return None
    order, buyer_name, canteen_name = row
    lines = tuple(progress.of_orders([order.id])[order.id])
    ids = {one.line.category_id for one in lines}
    found = db.session.scalars(sa.select(Category).where(Category.id.in_(ids)))
    villages = {category: origins.confirmed(order.supplier_id, category) for category in ids}
    named = places.names({code for codes in villages.values() for code in codes})
    run = rounds.run_of(order.id)
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
        asks=tuple(asks.of_order(order.id)),
        parcels=parcels.of_order(order.id),
        run=run[0] if run else None,
        run_on=run[1].run_on if run else None,
        answer_hours=int(settings.value("orders.answer_hours")),
    )
