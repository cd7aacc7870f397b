"""A resident's own orders."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web.access import actor, requires
from core.web.inbox import Task
from market.queries import resident_orders as queries
from market.rules.order_states import OrderState
from market.services import resident_orders
from market.web import shown

bp = Blueprint("orders", __name__, url_prefix="/orders")
TABS: dict[str, frozenset[OrderState]] = {
    "pay": frozenset({OrderState.PENDING_PAY}),
    "ship": frozenset({OrderState.PAID}),
    "receive": frozenset({OrderState.SHIPPED}),
    "done": frozenset({OrderState.RECEIVED, OrderState.CLOSED}),
    "cancelled": frozenset({OrderState.CANCELLED}),
}


def tasks(who: Actor) -> Iterator[Task]:
    """One's own orders: to pay before they lapse, and parcels to confirm. Anybody may buy, officials too."""
    if not who.may(Right.SHOP):
        return
    counts = queries.counts(for_=who)
    for tab, code, tone in (("pay", "own-orders-to-pay", "warn"), ("receive", "own-orders-coming", "info")):
        number = sum(counts.get(state, 0) for state in TABS[tab])
        if number:
            yield Task(sentence("task", code), url_for("orders.mine", tab=tab), number, tone=tone, icon="bag-check")


@bp.get("")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    who, tab = actor(), request.args.get("tab", "")
    before = request.args.get("before", type=int)
    views = queries.page(for_=who, states=TABS.get(tab), before=before if before and before < 2**62 else None)
    counts = queries.counts(for_=who)
    numbers = {name: sum(counts.get(state, 0) for state in states) for name, states in TABS.items()}
    return render_template(
        "market/orders/list.html", views=views, tab=tab, tabs=TABS, numbers=numbers, picture=shown.picture
    )


@bp.get("/<string(maxlength=32):token>")
@requires(Right.SHOP)
def show(token: str) -> ResponseReturnValue:
    view = queries.find(token, for_=actor())
    if view is None:
        raise Missing("no-such-order")
    return render_template(
        "market/orders/show.html",
        view=view,
        steps=queries.steps(view.order.id),
        parcels=queries.parcels(view.order.id),
        picture=shown.picture,
    )


@bp.post("/<string(maxlength=32):token>/receipt")
@requires(Right.SHOP)
def receive(token: str) -> ResponseReturnValue:
    who = actor()
    view = queries.find(token, for_=who)
    if view is None:
        raise Missing("no-such-order")
    with transaction():
        resident_orders.receive(view.order.id, by=who)
    flash(sentence("message", "order-received"))
    return redirect(url_for("orders.show", token=token), 303)
