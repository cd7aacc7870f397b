"""What plan lines still hold open in the envelope, and what acceptances have freed of an order's part."""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from core import clock
from core.db import db
from market.models.delivery import AcceptanceLine
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState
from procurement.models.plan import EnvelopeMove

_LOOKS_BACK = timedelta(days=120)
_OVER = (OrderState.CANCELLED, OrderState.FULFILLED, OrderState.CLOSED)


def open_of(plan_line_ids: Collection[int]) -> dict[int, int]:
    """{plan line id: fen it still holds open}: the same under every scheme, the largest is taken. One statement."""
    by_scheme = (
        sa.select(
            EnvelopeMove.plan_line_id,
            sa.func.sum(EnvelopeMove.eligible_open_fen + EnvelopeMove.general_open_fen).label("fen"),
        )
        .where(EnvelopeMove.plan_line_id.in_(plan_line_ids))
        .group_by(EnvelopeMove.plan_line_id, EnvelopeMove.scheme_code)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(by_scheme.c.plan_line_id, sa.func.max(by_scheme.c.fen)).group_by(by_scheme.c.plan_line_id)
    )
    return {line_id: int(fen) for line_id, fen in rows}


def left_of_orders(*conditions: sa.ColumnElement[bool]) -> list[tuple[int, int, int]]:
    """(order line id, plan line id, fen of its upper amount that no acceptance has freed yet). One statement."""
    by_scheme = _freed_by_scheme()
    freed = (
        sa.select(sa.func.coalesce(sa.func.max(by_scheme.c.fen), 0))
        .where(by_scheme.c.order_line_id == OrderLine.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(OrderLine.id, OrderLine.plan_line_id, OrderLine.upper_fen - freed)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.plan_line_id.is_not(None), *conditions)
        .order_by(OrderLine.id)
    )
    return [(line_id, plan_line_id, max(0, int(left))) for line_id, plan_line_id, left in rows if plan_line_id]


def live_of_plan(plan_id: int) -> dict[int, int]:
    """{plan line id: fen that orders of the plan still under way may cost}."""
    held: dict[int, int] = {}
    for _, plan_line_id, left in left_of_orders(Order.plan_id == plan_id, Order.state.not_in(_OVER)):
        held[plan_line_id] = held.get(plan_line_id, 0) + left
    return held


def over_and_held(*conditions: sa.ColumnElement[bool], limit: int = 200) -> list[int]:
    """Orders of the last 120 days that ended, by whoever's act, while their plan lines still hold money for them."""
    told = sa.exists().where(EnvelopeMove.source == "order-over", EnvelopeMove.source_id == OrderLine.id)
    open_fen = (
        sa.select(sa.func.coalesce(sa.func.sum(EnvelopeMove.eligible_open_fen + EnvelopeMove.general_open_fen), 0))
        .where(EnvelopeMove.plan_line_id == OrderLine.plan_line_id)
        .scalar_subquery()
    )
    query = (
        sa.select(Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.plan_id.is_not(None), Order.state.in_(_OVER), ~told, open_fen > 0, *conditions)
        .where(Order.placed_at >= clock.now() - _LOOKS_BACK)
        .group_by(Order.id)
        .order_by(Order.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def _freed_by_scheme() -> sa.Subquery:
    return (
        sa.select(
            AcceptanceLine.order_line_id,
            EnvelopeMove.scheme_code,
            (-sa.func.sum(EnvelopeMove.eligible_open_fen + EnvelopeMove.general_open_fen)).label("fen"),
        )
        .join(AcceptanceLine, AcceptanceLine.id == EnvelopeMove.source_id)
        .where(EnvelopeMove.source == "acceptance-open")
        .group_by(AcceptanceLine.order_line_id, EnvelopeMove.scheme_code)
        .subquery()
    )
