"""Reading a resident's own orders."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from market.models.after_sale import AfterSale
from market.models.order import Order, OrderGroup, OrderLine
from market.models.payment import PaymentIntent
from market.models.review import Review
from market.rules.after_sale import ENDS
from market.rules.order_states import OrderKind, OrderState
from market.rules.order_tabs import STATES, OrderTab
from market.rules.payment_states import PaymentState


@dataclass(frozen=True)
class OrderItem:
    """A line as it was agreed."""

    product_name: str
    pack_name: str
    packs: int
    pack_price_fen: int
    amount_fen: int
    art: str
    ships_from: date | None = None
    discount_fen: int = 0
    no_return_ticked: bool = False


@dataclass(frozen=True)
class OrderView:
    """An order with its lines, its payment and its parcels."""

    order: Order
    supplier_name: str
    supplier_phone: str
    items: tuple[OrderItem, ...]
    intent: PaymentIntent | None

    @property
    def is_payable(self) -> bool:
        """Whether it still waits for its money."""
        closing = self.intent is not None and self.intent.state is PaymentState.CLOSING
        return self.order.state is OrderState.PENDING_PAY and not closing


def of_group(token: str, *, for_: Actor) -> tuple[OrderGroup, list[OrderView]] | None:
    """What one checkout made, if it is the actor's."""
    group = db.session.scalar(
        sa.select(OrderGroup).where(OrderGroup.token == token, OrderGroup.person_id == for_.person_id)
    )
    return None if group is None else (group, _views(Order.group_id == group.id))


def find(token: str, *, for_: Actor) -> OrderView | None:
    """One order of the actor's."""
    found = _views(Order.token == token, Order.person_id == for_.person_id)
    return found[0] if found else None


def page(*, for_: Actor, tab: OrderTab = OrderTab.ALL, before: int | None = None, size: int = 20) -> list[OrderView]:
    """The actor's orders under a tab, newest first, from an id on (keyset). Three statements."""
    conditions = [Order.person_id == for_.person_id]
    if tab in STATES:
        conditions.append(Order.state.in_(STATES[tab]))
    if tab is OrderTab.REVIEW:
        conditions.append(_unreviewed())
    if tab is OrderTab.AFTER_SALE:
        conditions.append(_contested())
    if before:
        conditions.append(Order.id < before)
    return _views(*conditions, limit=size)


def counts(*, for_: Actor) -> dict[OrderTab, int]:
    """How many of the actor's orders stand under each tab. Three statements."""
    mine = (Order.person_id == for_.person_id, Order.kind == OrderKind.RESIDENT)
    rows = db.session.execute(sa.select(Order.state, sa.func.count()).where(*mine).group_by(Order.state)).all()
    by_state = {state: number for state, number in rows}  # noqa: C416 - rows are not pairs to mypy
    out = {tab: sum(by_state.get(state, 0) for state in states) for tab, states in STATES.items()}
    out[OrderTab.ALL] = sum(by_state.values())
    for tab, asked in ((OrderTab.REVIEW, _unreviewed()), (OrderTab.AFTER_SALE, _contested())):
        query = sa.select(sa.func.count(Order.id)).where(*mine, Order.state.in_(STATES.get(tab, OrderState)), asked)
        out[tab] = db.session.scalar(query) or 0
    return out


def _unreviewed() -> sa.ColumnElement[bool]:
    """A line of the order has no word of its buyer yet."""
    said = sa.exists().where(Review.order_line_id == OrderLine.id)
    return sa.exists().where(OrderLine.order_id == Order.id, ~said)


def _contested() -> sa.ColumnElement[bool]:
    """A case of the order is not over."""
    open_ = sa.exists().where(AfterSale.order_id == Order.id, AfterSale.state.not_in(tuple(ENDS)))
    return open_.correlate(Order)


def _views(*conditions: sa.ColumnElement[bool], limit: int = 100) -> list[OrderView]:
    """Three statements, however many orders."""
    rows = db.session.execute(
        sa.select(Order, Organisation.name, Organisation.phone)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Order.kind == OrderKind.RESIDENT, *conditions)
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()
    ids = [order.id for order, _, _ in rows]
    items = _items(ids)
    newest = sa.select(sa.func.max(PaymentIntent.id)).where(PaymentIntent.order_id.in_(ids))
    intents = {
        i.order_id: i
        for i in db.session.scalars(
            sa.select(PaymentIntent).where(PaymentIntent.id.in_(newest.group_by(PaymentIntent.order_id)))
        )
    }
    return [
        OrderView(order, name, phone, tuple(items.get(order.id, ())), intents.get(order.id))
        for order, name, phone in rows
    ]


def _items(ids: list[int]) -> dict[int, list[OrderItem]]:
    rows = db.session.execute(
        sa.select(
            OrderLine.order_id,
            OrderLine.product_name,
            OrderLine.pack_name,
            OrderLine.packs,
            OrderLine.pack_price_fen,
            OrderLine.amount_fen,
            Category.art,
            OrderLine.ships_from,
            OrderLine.discount_fen,
            OrderLine.no_return_ticked,
        )
        .join(Category, Category.id == OrderLine.category_id)
        .where(OrderLine.order_id.in_(ids))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    out: dict[int, list[OrderItem]] = {}
    for row in rows:
        item = OrderItem(*list(row)[1:])
        out.setdefault(row[0], []).append(item)
    return out
