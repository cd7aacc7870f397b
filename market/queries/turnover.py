"""What suppliers sold in a time: units' accepted goods, residents' orders that were sent. For the linkage score."""

from datetime import date

import sqlalchemy as sa

from core.clock import day_start
from core.db import db
from core.quantity import BaseUnit
from market.models.delivery import Acceptance, AcceptanceLine
from market.models.order import Order, OrderLine
from market.queries.progress import in_force
from market.rules.order_states import OrderKind, OrderState

SENT = (OrderState.SHIPPED, OrderState.RECEIVED, OrderState.CLOSED)


def revenue(first: date, last: date) -> dict[int, int]:
    """{supplier: fen} of the days from `first` to `last`: goods as they were paid, discounts and freight out (rule 30);
    corrected acceptances once."""
    accepted = (
        sa.select(Order.supplier_id, sa.func.sum(Acceptance.amount_fen).label("fen"))
        .join(Order, Order.id == Acceptance.order_id)
        .where(Acceptance.accepted_on.between(first, last), in_force())
        .group_by(Order.supplier_id)
    )
    bought = (
        sa.select(Order.supplier_id, sa.func.sum(Order.goods_fen - Order.discount_fen).label("fen"))
        .where(*_sent(first, last))
        .group_by(Order.supplier_id)
    )
    both = sa.union_all(accepted, bought).subquery()
    query = sa.select(both.c.supplier_id, sa.func.sum(both.c.fen)).group_by(both.c.supplier_id)
    return {supplier_id: int(fen) for supplier_id, fen in db.session.execute(query)}


def sold_g(first: date, last: date) -> dict[int, int]:
    """{product: grams} sold by weight or in packs of a weight, in the same days."""
    accepted = (
        sa.select(OrderLine.product_id, sa.func.sum(AcceptanceLine.accepted_qty).label("qty"))
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(Acceptance.accepted_on.between(first, last), in_force(), OrderLine.base_unit == BaseUnit.G)
        .group_by(OrderLine.product_id)
    )
    bought = (
        sa.select(OrderLine.product_id, sa.func.sum(OrderLine.qty).label("qty"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(*_sent(first, last), OrderLine.base_unit == BaseUnit.G)
        .group_by(OrderLine.product_id)
    )
    both = sa.union_all(accepted, bought).subquery()
    query = sa.select(both.c.product_id, sa.func.sum(both.c.qty)).group_by(both.c.product_id)
    return {product_id: int(grams) for product_id, grams in db.session.execute(query) if grams}


def _sent(first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    after = date.fromordinal(last.toordinal() + 1)
    return (
        Order.kind == OrderKind.RESIDENT,
        Order.state.in_(SENT),
        Order.placed_at >= day_start(first),
        Order.placed_at < day_start(after),
    )
