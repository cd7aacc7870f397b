"""How far the lines of an order are: accepted, with a carrier, closed short, shipped in all."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from core.db import db
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine, OrderLineClose
from market.models.order import OrderLine
from market.models.shipping import OrderLineCut
from market.rules.counting import Progress
from market.rules.delivery_states import DeliveryState


@dataclass(frozen=True)
class LineProgress:
    """An agreed line and how far it is. `shipped_qty` is all that ever left, whatever became of it."""

    line: OrderLine
    progress: Progress
    shipped_qty: int

    @property
    def agreed_qty(self) -> int:
        """What is agreed now, base units: as ordered, less what the buyer agreed to go without."""
        return self.progress.qty

    @property
    def is_open(self) -> bool:
        """Whether anything may still be sent of it."""
        return bool(self.agreed_qty) and not self.progress.closed_qty


def in_force() -> sa.ColumnElement[bool]:
    """The condition that an acceptance was not replaced by a correction."""
    later = sa.orm.aliased(Acceptance)
    return ~sa.exists().where(later.reverses_id == Acceptance.id)


def is_decided() -> sa.ColumnElement[bool]:
    """The condition that a line of a delivery note (joined to its delivery) is accepted, rejected or received.

    The others are on their way, or held at the door until their papers are in order.
    """
    signed = sa.exists().where(
        AcceptanceLine.delivery_line_id == DeliveryLine.id, Acceptance.id == AcceptanceLine.acceptance_id, in_force()
    )
    return sa.or_(signed, Delivery.state == DeliveryState.RECEIVED)


def of_orders(order_ids: Collection[int]) -> dict[int, list[LineProgress]]:
    """Per order its lines in their order, with their progress. One statement."""
    accepted = (
        sa.select(sa.func.coalesce(sa.func.sum(AcceptanceLine.accepted_qty), 0))
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(AcceptanceLine.order_line_id == OrderLine.id, in_force())
        .scalar_subquery()
    )
    shipped = (
        sa.select(sa.func.coalesce(sa.func.sum(DeliveryLine.qty), 0))
        .where(DeliveryLine.order_line_id == OrderLine.id)
        .scalar_subquery()
    )
    under_way = (
        sa.select(sa.func.coalesce(sa.func.sum(DeliveryLine.qty), 0))
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(DeliveryLine.order_line_id == OrderLine.id, ~is_decided())
        .scalar_subquery()
    )
    received = (
        sa.select(sa.func.coalesce(sa.func.sum(DeliveryLine.qty), 0))
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(DeliveryLine.order_line_id == OrderLine.id, Delivery.state == DeliveryState.RECEIVED)
        .scalar_subquery()
    )
    closed = sa.func.coalesce(OrderLineClose.qty, 0)
    cut = sa.func.coalesce(OrderLineCut.qty, 0), sa.func.coalesce(OrderLineCut.upper_qty, 0)
    rows = db.session.execute(
        sa.select(OrderLine, accepted + received, shipped, under_way, closed, *cut)
        .outerjoin(OrderLineClose, OrderLineClose.order_line_id == OrderLine.id)
        .outerjoin(OrderLineCut, OrderLineCut.order_line_id == OrderLine.id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    found: dict[int, list[LineProgress]] = {order_id: [] for order_id in order_ids}
    for line, accepted_qty, shipped_qty, under_way_qty, closed_qty, cut_qty, cut_upper in rows:
        agreed = (line.qty - cut_qty, line.upper_qty - cut_upper)
        progress = Progress(*agreed, int(accepted_qty), int(under_way_qty), int(closed_qty))
        found[line.order_id].append(LineProgress(line, progress, int(shipped_qty)))
    return found


def of_order(order_id: int) -> dict[int, LineProgress]:
    """By order line id."""
    return {one.line.id: one for one in of_orders([order_id])[order_id]}
