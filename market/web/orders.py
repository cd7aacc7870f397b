"""A resident's own orders."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.inbox import Task
from market.queries import after_sale_lines, next_actions, parcels, promotions, reviews, tracking
from market.queries import asking_back as ask_backs
from market.queries import resident_orders as queries
from market.rules.asking_back import AskBackState
from market.rules.order_tabs import COUNTED, OrderTab
from market.services import asking_back, buying_again, receipts
from market.web import shown

bp = Blueprint("orders", __name__, url_prefix="/orders")


def tasks(who: Actor) -> Iterator[Task]:
    """One's own orders: to pay before they lapse, and parcels to confirm. Anybody may buy, officials too."""
    if not who.may(Right.SHOP):
        return
    counts = queries.counts(for_=who)
    for tab, code, tone in (
        (OrderTab.PAY, "own-orders-to-pay", "warn"),
        (OrderTab.RECEIVE, "own-orders-coming", "info"),
    ):
        if number := counts[tab]:
            href = url_for("orders.mine", tab=tab.value)
            yield Task(sentence("task", code), href, number, tone=tone, icon="bag-check")


@bp.get("")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    who, asked = actor(), request.args.get("tab", "")
    tab = OrderTab(asked) if asked in set(OrderTab) else OrderTab.ALL
    before = request.args.get("before", type=int)
    views = queries.page(for_=who, tab=tab, before=before if before and before < 2**62 else None)
    return render_template(
        "market/orders/list.html", views=views, tab=tab, tabs=list(OrderTab), numbers=queries.counts(for_=who),
        counted=COUNTED, picture=shown.picture,
    )  # fmt: skip


@bp.get("/<string(maxlength=32):token>")
@requires(Right.SHOP)
def show(token: str) -> ResponseReturnValue:
    view = _view(token)
    return render_template(
        "market/orders/show.html", view=view, track=tracking.of_order(view.order), picture=shown.picture,
        carrier=parcels.carrier, after_sales=after_sale_lines.of_order(view.order.id), now=clock.now(),
        next=next_actions.of(view.order),
        reviewed=reviews.of_order(view.order.id), asked_back=ask_backs.of_order(view.order.id),
        given=promotions.given(view.order.id),
    )  # fmt: skip


@bp.post("/<string(maxlength=32):token>/receipt")
@requires(Right.SHOP)
@again(show)
def receive(token: str) -> ResponseReturnValue:
    """All that is on its way, or one delivery of it."""
    who, view = actor(), _view(token)
    delivery_id = request.form.get("delivery", type=int)
    with transaction():
        receipts.receive(
            view.order.id, delivery_id=delivery_id if delivery_id and delivery_id < 2**62 else None, by=who
        )
    flash(sentence("message", "order-received"))
    return redirect(url_for("orders.show", token=token), 303)


@bp.post("/<string(maxlength=32):token>/extension")
@requires(Right.SHOP)
@again(show)
def extend(token: str) -> ResponseReturnValue:
    """Three days more before the goods count as received."""
    view = _view(token)
    with transaction():
        receipts.extend(view.order.id, by=actor())
    flash(sentence("message", "receipt-extended"))
    return redirect(url_for("orders.show", token=token), 303)


@bp.post("/<string(maxlength=32):token>/asking-back")
@requires(Right.SHOP)
@again(show)
def ask_back(token: str) -> ResponseReturnValue:
    """Cancel a paid order before it is sent: one tap."""
    view = _view(token)
    with transaction():
        made = asking_back.ask(view.order.id, reason=request.form.get("reason", "")[:200], by=actor())
        code = "ask-back-agreed" if made.state is AskBackState.AGREED else "ask-back-asked"
        flash(sentence("message", code, until_at=made.answer_until))
    return redirect(url_for("orders.show", token=token), 303)


@bp.post("/<string(maxlength=32):token>/asking-back/withdrawal")
@requires(Right.SHOP)
@again(show)
def withdraw_ask_back(token: str) -> ResponseReturnValue:
    view = _view(token)
    with transaction():
        asking_back.withdraw(view.order.id, by=actor())
    flash(sentence("message", "ask-back-withdrawn"))
    return redirect(url_for("orders.show", token=token), 303)


@bp.post("/<string(maxlength=32):token>/again")
@requires(Right.SHOP)
@again(show)
def buy_again(token: str) -> ResponseReturnValue:
    """再来一单: the cart says what has changed since."""
    with transaction():
        buying_again.put_in_cart(token, by=actor())
    return redirect(url_for("cart.show", again=token), 303)


def _view(token: str) -> queries.OrderView:
    view = queries.find(token, for_=actor())
    if view is None:
        raise Missing("no-such-order")
    return view
