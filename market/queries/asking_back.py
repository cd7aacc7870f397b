"""Reading whether a resident asked a paid order's money back."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from market.models.order import AskBack, Order
from market.queries import supplier_desk
from market.rules.asking_back import AskBackState


def of_order(order_id: int) -> AskBack | None:
    """The order's, if its buyer ever asked."""
    return db.session.scalars(sa.select(AskBack).where(AskBack.order_id == order_id)).one_or_none()


def is_open(order_id: int) -> bool:
    """Whether the shop's answer is awaited: nothing may leave until then."""
    waits = sa.exists().where(AskBack.order_id == order_id, AskBack.state == AskBackState.ASKED)
    return bool(db.session.scalar(sa.select(waits)))


def waiting(by: Actor) -> int:
    """How many of the shop's orders wait for its answer."""
    query = sa.select(sa.func.count()).select_from(AskBack).join(Order, Order.id == AskBack.order_id)
    return db.session.scalar(query.where(AskBack.state == AskBackState.ASKED, supplier_desk.mine(by))) or 0
