"""Orders and deliveries as the parties' programs read them: numbers, states, goods; no person."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderKind, OrderState


def orders(
    by: Actor, mine: sa.ColumnElement[bool], *, state: OrderState | None, page: int, size: int
) -> tuple[list[Order], int]:
    """One page of the actor's orders, newest first, and how many there are."""
    where = [mine, Order.kind != OrderKind.RESIDENT] + ([Order.state == state] if state else [])
    return _page(Order, where, page, size)


def order(order_no: str, mine: sa.ColumnElement[bool]) -> tuple[Order, Sequence[OrderLine]] | None:
    """An order with its lines, or None."""
    found = db.session.scalar(
        sa.select(Order).where(Order.order_no == order_no, mine, Order.kind != OrderKind.RESIDENT)
    )
    if found is None:
        return None
    lines = db.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id == found.id).order_by(OrderLine.position)
    ).all()
    return found, lines


def deliveries(
    mine: sa.ColumnElement[bool], *, state: DeliveryState | None, order_no: str | None, page: int, size: int
) -> tuple[list[Delivery], int]:
    """One page of the actor's deliveries, newest first, and how many there are."""
    where = [mine] + ([Delivery.state == state] if state else [])
    if order_no is not None:
        where.append(Delivery.order_id.in_(sa.select(Order.id).where(Order.order_no == order_no)))
    return _page(Delivery, where, page, size)


def delivery(delivery_no: str, mine: sa.ColumnElement[bool]) -> Delivery | None:
    """A delivery, or None."""
    return db.session.scalar(sa.select(Delivery).where(Delivery.delivery_no == delivery_no, mine))


def order_nos(order_ids: set[int]) -> dict[int, str]:
    """Numbers of orders."""
    rows = db.session.execute(sa.select(Order.id, Order.order_no).where(Order.id.in_(order_ids)))
    return {row[0]: row[1] for row in rows}


def _page(table: Any, where: list[Any], page: int, size: int) -> tuple[list[Any], int]:
    total = db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
    rows = db.session.scalars(
        sa.select(table).where(*where).order_by(table.id.desc()).limit(size).offset((page - 1) * size)
    ).all()
    return list(rows), total
