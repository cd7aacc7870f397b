"""The supplier's side of a unit's order: confirm or decline, close what is left; sending is `sending`'s.

Stock: an order has promised its agreed quantity; when the order ends, the promise that nobody shipped is released.
"""

from collections.abc import Iterable

from catalog.services import stock
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream
from market.models.delivery import OrderLineClose
from market.models.order import Order
from market.queries import progress
from market.rules.order_states import OrderAct
from market.services import holding, order_steps
from market.services.lots import NewLot
from market.services.sending import ShipLine, Van, ship

__all__ = [
    "NewLot",
    "ShipLine",
    "Van",
    "close_order",
    "close_rest",
    "confirm_order",
    "decline",
    "fulfil",
    "release_rest",
    "ship",
    "write_rest_off",
]


def confirm_order(order_id: int, *, by: Actor) -> Order:
    """The supplier will deliver. Raises: Missing, Refused "state-forbids-act"."""
    order = holding.sold_order(order_id, by)
    order_steps.move(order, OrderAct.CONFIRM, party="supplier", by=by)
    _record("order-confirmed", order, by)
    return order


def decline(order_id: int, *, reason: str, by: Actor) -> Order:
    """The supplier will not deliver; what was promised is free again. Raises: Missing, Refused "reason-needed"."""
    if not reason.strip():
        raise Refused("reason-needed")
    order = holding.sold_order(order_id, by)
    order_steps.move(order, OrderAct.DECLINE, party="supplier", by=by, reason=reason)
    release_rest(order)
    _record("order-declined", order, by, reason=reason)
    return order


def close_rest(order_id: int, *, reason: str, by: Actor) -> Order:
    """The unit no longer wants what is missing (关闭余量): the order is fulfilled with what was accepted.

    Raises: Refused "reason-needed", "close-under-way" (a delivery is still to be weighed), "state-forbids-act".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    order = holding.bought_order(order_id, by)
    close_order(order, reason=reason, right=Right.RECEIVE, by=by)
    return order


def close_order(order: Order, *, reason: str, right: Right, by: Actor) -> None:
    """The same for a locked order, by the right that the unit's person has it from. Raises: as `close_rest`."""
    known = progress.of_order(order.id)
    if any(one.progress.under_way_qty for one in known.values()):
        raise Refused("close-under-way", order_no=order.order_no)
    write_rest_off(known.values(), reason=reason, by=by)
    fulfil(order, party="unit", by=by, reason=reason)
    _record("order-closed-short", order, by, right=right, reason=reason)


def write_rest_off(lines: Iterable[progress.LineProgress], *, reason: str, by: Actor) -> None:
    """Keep, per line, what will not come any more."""
    for one in lines:
        if one.progress.rest_qty and not one.progress.is_closed:
            db.session.add(
                OrderLineClose(
                    order_line_id=one.line.id,
                    qty=one.progress.rest_qty,
                    reason=reason,
                    person_id=by.person_id,
                    at=clock.now(),
                )
            )
    db.session.flush()


def fulfil(order: Order, *, party: str, by: Actor, reason: str = "") -> None:
    """End the deliveries of an order and free what was promised and never left."""
    order_steps.move(order, OrderAct.FULFIL, party=party, by=by, reason=reason)
    release_rest(order)


def release_rest(order: Order) -> None:
    """Free the part of the order's promise that nobody shipped."""
    rest = [
        (one.line.offer_id, one.agreed_qty - one.shipped_qty)
        for one in progress.of_order(order.id).values()
        if one.agreed_qty > one.shipped_qty
    ]
    stock.release(rest, source="order", source_id=order.id)


def _record(act: str, order: Order, by: Actor, *, right: Right = Right.SELL, reason: str = "") -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "purchase_order", order.id),
        by=by,
        right=right,
        after={"state": order.state.value},
        order_no=order.order_no,
        reason=reason,
    )
