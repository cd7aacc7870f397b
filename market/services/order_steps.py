"""The order's axis: one step at a time, written down."""

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock, telling
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.notices.rules import NoticeKind
from core.states import advance
from market.models.order import Order, OrderEvent
from market.rules.order_states import OrderAct, OrderKind, OrderState, table_of
from market.rules.partners import HookEvent
from market.services import discounts, hooks

_ENDS = frozenset({OrderState.CLOSED, OrderState.CANCELLED})


def move(order: Order, act: OrderAct, *, party: str, by: Actor | None, reason: str = "") -> OrderState:
    """Advance a locked order and keep the step. `by` None is the clock. → the state it was in before.

    Raises: Refused "state-forbids-act", "state-forbids-party".
    """
    before, at = order.state, clock.now()
    order.state = advance(table_of(order.kind), before, act, party)
    order.version += 1
    if order.state is OrderState.CONFIRMED:
        order.confirmed_at = at
    if order.state in _ENDS:
        order.closed_at = at
    if order.state is OrderState.CANCELLED and order.discount_fen:
        discounts.give_back(order.id)
    db.session.add(
        OrderEvent(
            order_id=order.id,
            act=act.value,
            from_state=before.value,
            to_state=order.state.value,
            person_id=by.person_id if by else None,
            reason=reason,
            at=at,
        )
    )
    hooks.tell_order(order, HookEvent.ORDER_CHANGED)
    _tell(order)
    return before


def tell_shop(order: Order, code: str) -> None:
    """Those of the shop who handle orders hear that something waits for them."""
    office = db.session.scalar(sa.select(Supplier.organisation_id).where(Supplier.id == order.supplier_id))
    if office is not None:
        telling.tell_office(
            office, Right.SELL, NoticeKind.ORDERS, code, ref=f"order-{order.id}-{order.version}",
            href=f"/supplier/orders/{order.id}", order_no=order.order_no,
        )  # fmt: skip


def _tell(order: Order) -> None:
    """The buyer hears of every step, the shop of a payment and of an end."""
    if order.state in {OrderState.PAID, OrderState.CANCELLED}:
        tell_shop(order, f"sold-{order.state.value}")
    kind = NoticeKind.PAYMENTS if order.state is OrderState.PAID else NoticeKind.ORDERS
    telling.tell(
        order.person_id, kind, f"order-{order.state.value}", ref=f"order-{order.id}-{order.version}",
        href=f"/orders/{order.token}" if order.kind is OrderKind.RESIDENT else f"/canteen/orders/{order.token}",
        order_no=order.order_no,
    )  # fmt: skip
