"""What the market says and forgets when somebody deletes their account."""

import sqlalchemy as sa

from core.db import db
from core.errors import Refused
from market.models.cart import Address, Cart
from market.models.order import Order
from market.rules.order_states import OrderKind, OrderState

OVER = (OrderState.CLOSED, OrderState.CANCELLED, OrderState.FULFILLED)


def open_orders(person_id: int) -> Refused | None:
    """Orders of a resident that are not over, the time for questions after the receipt included."""
    open_ones = sa.select(sa.func.count(Order.id)).where(
        Order.person_id == person_id, Order.kind == OrderKind.RESIDENT, Order.state.not_in(OVER)
    )
    count = db.session.scalar(open_ones) or 0
    return Refused("leave-orders", count=count) if count else None


def forget(person_id: int) -> None:
    """Addresses and the cart go. Orders keep the copy that the law keeps."""
    db.session.execute(sa.delete(Cart).where(Cart.person_id == person_id))
    db.session.execute(sa.delete(Address).where(Address.person_id == person_id))
