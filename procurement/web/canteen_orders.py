"""A canteen's orders: out of an approved plan, the list, one order, its paper."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import clean
from market.queries import asks, goods_text, next_actions, parcels, rounds, tracking
from market.rules.order_states import OrderState
from procurement.queries import canteen_orders as queries
from procurement.queries import plans as plan_queries
from procurement.queries import runs, unit_debt
from procurement.services import canteen_orders
from procurement.web.plan_forms import day_of, picked

bp = Blueprint("canteen_orders", __name__, url_prefix="/canteen")
menu.add("canteen", "canteen-orders", icon="receipt", endpoint="canteen_orders.index", right=Right.UNIT_VIEW, order=25)
_TABS: dict[str, tuple[OrderState, ...]] = {
    "all": (),
    "placed": (OrderState.PLACED,),
    "confirmed": (OrderState.CONFIRMED,),
    "fulfilled": (OrderState.FULFILLED,),
    "over": (OrderState.CLOSED, OrderState.CANCELLED),
}


@bp.get("/plans/<token>/order")
@requires(Right.PLAN)
def choose(token: str) -> ResponseReturnValue:
    view = plan_queries.view(token, actor())
    lines = [one.line for one in view.left]
    ahead = runs.ahead(view.plan, lines, runs.place_of(view.plan.canteen_id)) if lines else {}
    return render_template(
        "procurement/orders/choose.html", view=view, plan=view.plan, ahead=ahead, debt=unit_debt.of_plan(view.plan)
    )


@bp.post("/plans/<token>/order")
@requires(Right.PLAN)
@again(choose)
def place(token: str) -> ResponseReturnValue:
    wanted = picked(request.form, "packs")
    day = clean(request.form.get("deliver_on"))
    with transaction():
        orders = canteen_orders.place(token, packs=wanted, deliver_on=day_of(day) if day else None, by=actor())
        tokens = [order.token for order in orders]
        told = runs.told([order.id for order in orders])
    flash(sentence("message", "orders-placed", count=len(tokens)), "ok")
    _tell(told)
    if len(tokens) == 1:
        return redirect(url_for("canteen_orders.show", token=tokens[0]), 303)
    return redirect(url_for("canteen_orders.index"), 303)


@bp.get("/orders")
@requires(Right.UNIT_VIEW)
def index() -> ResponseReturnValue:
    tab = request.args.get("state", "all")
    tab = tab if tab in _TABS else "all"
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    rows, total = queries.page_of(actor(), states=_TABS[tab], page=page)
    pages = -(-total // queries.PAGE)
    return render_template(
        "procurement/orders/list.html", rows=rows, total=total, page=page, pages=pages, tab=tab, size=queries.PAGE
    )


@bp.get("/orders/<token>")
@requires(Right.UNIT_VIEW)
def show(token: str) -> ResponseReturnValue:
    view = queries.view(token, actor())
    return render_template(
        "procurement/orders/show.html", view=view, next=next_actions.of(view.order), text=goods_text,
        asks=asks.of_order(view.order.id),
        track=tracking.of_order(view.order), carrier=parcels.carrier, run=rounds.run_of(view.order.id),
    )  # fmt: skip


def _tell(told: list[runs.Told]) -> None:
    """Orders that go with a later run, and stops below what the van drives for."""
    for one in told:
        facts = {"order_no": one.order_no, "supplier": one.supplier_name, "run_on": one.run_on}
        if one.is_moved:
            flash(sentence("message", "round-moved", wanted_on=one.wanted_on, **facts), "warn")
        if one.is_small:
            missing_fen = one.min_stop_fen - one.stop_fen
            flash(sentence("message", "round-below-minimum", missing_fen=missing_fen, **facts), "warn")


@bp.get("/orders/<token>/print")
@requires(Right.UNIT_VIEW)
def paper(token: str) -> ResponseReturnValue:
    printed = clock.now().astimezone(clock.COUNTY).strftime("%Y-%m-%d %H:%M")
    return render_template("procurement/orders/print.html", view=queries.view(token, actor()), printed_at=printed)


@bp.post("/orders/<token>/cancellation")
@requires(Right.PLAN)
@again(show)
def cancel(token: str) -> ResponseReturnValue:
    with transaction():
        canteen_orders.cancel(token, reason=clean(request.form.get("reason"))[:200], by=actor())
    flash(sentence("message", "order-cancelled"), "ok")
    return redirect(url_for("canteen_orders.show", token=token), 303)
