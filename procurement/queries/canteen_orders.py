"""Reading a canteen's orders: lists in the actor's scope, one order with lines, steps and deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.delivery import Delivery
from market.models.order import Order, OrderEvent, OrderLine
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderState
from procurement.models.plan import Plan
from procurement.queries import canteens

PAGE = 20
_seller = sa.orm.aliased(Organisation)


@dataclass(frozen=True)
class OrderRow:
    """One order in a list."""

    id: int
    order_no: str
    token: str
    supplier_name: str
    supplier_phone: str
    canteen_name: str
    deliver_on: date | None
    state: OrderState
    total_fen: int
    upper_fen: int
    placed_at: datetime
    goods: list[str]


@dataclass(frozen=True)
class EventRow:
    """One step of an order."""

    act: str
    to_state: str
    who: str | None
    reason: str
    at: datetime


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery note of an order."""

    id: int
    delivery_no: str
    token: str
    state: DeliveryState
    delivered_on: date


@dataclass(frozen=True)
class OrderView:
    """One order as its page shows it."""

    order: Order
    row: OrderRow
    lines: list[OrderLine]
    events: list[EventRow]
    deliveries: list[DeliveryRow]
    plan_no: str | None
    plan_token: str | None
    orderer_name: str


def page_of(
    who: Actor, *, states: Sequence[OrderState] = (), page: int = 1, size: int = PAGE
) -> tuple[list[OrderRow], int]:
    """Orders of the actor's canteens, newest first, and how many there are. Two statements."""
    conditions = [_mine(who)]
    if states:
        conditions.append(Order.state.in_(states))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Order).where(*conditions)) or 0
    query = _rows(*conditions).order_by(Order.placed_at.desc(), Order.id.desc()).limit(size).offset((page - 1) * size)
    return [OrderRow(*row) for row in db.session.execute(query)], total


def due_on(who: Actor, day: date) -> list[OrderRow]:
    """Orders to be delivered on a day and not over. One statement."""
    live = Order.state.in_([OrderState.PLACED, OrderState.CONFIRMED, OrderState.FULFILLED])
    query = _rows(_mine(who), live, Order.deliver_on == day).order_by(Order.id)
    return [OrderRow(*row) for row in db.session.execute(query)]


def view(token: str, who: Actor) -> OrderView:
    """One order of the actor's canteens. Raises: Missing. Five statements."""
    found = db.session.execute(
        sa.select(Order, Person.name, Plan.plan_no, Plan.token)
        .join(Person, Person.id == Order.person_id)
        .join(Plan, Plan.id == Order.plan_id, isouter=True)
        .where(Order.token == token, _mine(who))
    ).one_or_none()
    if found is None:
        raise Missing("no-such-order")
    order, orderer, plan_no, plan_token = found
    row = OrderRow(*db.session.execute(_rows(Order.id == order.id)).one())
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    return OrderView(order, row, list(lines), _events(order.id), _deliveries(order.id), plan_no, plan_token, orderer)


def _events(order_id: int) -> list[EventRow]:
    rows = db.session.execute(
        sa.select(OrderEvent.act, OrderEvent.to_state, Person.name, OrderEvent.reason, OrderEvent.at)
        .join(Person, Person.id == OrderEvent.person_id, isouter=True)
        .where(OrderEvent.order_id == order_id)
        .order_by(OrderEvent.id.desc())
    )
    return [EventRow(*row) for row in rows]


def _deliveries(order_id: int) -> list[DeliveryRow]:
    rows = db.session.execute(
        sa.select(Delivery.id, Delivery.delivery_no, Delivery.token, Delivery.state, Delivery.delivered_on)
        .where(Delivery.order_id == order_id)
        .order_by(Delivery.id)
    )
    return [DeliveryRow(*row) for row in rows]


def _mine(who: Actor) -> sa.ColumnElement[bool]:
    return Order.canteen_id.in_(sa.select(Organisation.id).where(canteens.within(who)))


def _rows(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    canteen = sa.orm.aliased(Organisation)
    goods = sa.select(sa.func.array_agg(OrderLine.product_name)).where(OrderLine.order_id == Order.id).scalar_subquery()
    return (
        sa.select(
            Order.id, Order.order_no, Order.token, _seller.name, _seller.phone, canteen.name, Order.deliver_on,
            Order.state, Order.total_fen, Order.upper_fen, Order.placed_at, goods,
        )
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(_seller, _seller.id == Supplier.organisation_id)
        .join(canteen, canteen.id == Order.canteen_id)
        .where(*conditions)
    )  # fmt: skip
