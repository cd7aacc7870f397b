"""The supplier's desk: new orders, delivery notes with lots and papers. Phone first."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.quantity import KG
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, QuantityField, ShortText
from core.web.inbox import Task
from market.models.delivery import Delivery
from market.queries import deliveries, goods_text, papers, supplier_desk
from market.queries.deliveries import SheetLine
from market.queries.progress import LineProgress
from market.queries.supplier_desk import TO_SEND, OrderSheet
from market.rules.order_states import OrderState
from market.services import fulfilment, holding, resident_orders
from market.services.fulfilment import ShipLine, Van
from market.services.lots import NewLot

bp = Blueprint("supplier_orders", __name__, url_prefix="/supplier")
PAGE = 30
MOST_LOTS = 3
TABS: dict[str, tuple[OrderState, ...]] = {
    "new": (OrderState.PLACED,),
    "to-send": TO_SEND,
    "sent": (OrderState.SHIPPED, OrderState.RECEIVED),
    "done": (OrderState.FULFILLED, OrderState.CLOSED),
    "cancelled": (OrderState.CANCELLED,),
}


def waiting(by: Actor) -> int:
    """New orders, for the menu."""
    return supplier_desk.count(by, TABS["new"])


menu.add(
    "market", "supplier_orders", icon="truck", endpoint="supplier_orders.orders", right=Right.SELL, order=10,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """New orders to confirm, orders to send today."""
    if not by.may(Right.SELL):
        return []
    found = []
    if new := supplier_desk.count(by, TABS["new"]):
        text = sentence("task", "orders-new")
        found.append(Task(text, url_for("supplier_orders.orders"), new, tone="warn", icon="cart-check"))
    if due := supplier_desk.due_today(by):
        text = sentence("task", "orders-due")
        href = url_for("supplier_orders.orders", tab="to-send")
        found.append(Task(text, href, due, due_on=clock.today(), tone="warn", icon="truck"))
    return found


class DeclineForm(Form):
    reason = ShortText(most=200)


@bp.get("/orders")
@requires(Right.SELL)
def orders() -> ResponseReturnValue:
    who, tab = actor(), request.args.get("tab", "new")
    states = TABS.get(tab, TABS["new"])
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    total = supplier_desk.count(who, states)
    rows = supplier_desk.orders(who, states, limit=PAGE, offset=(page - 1) * PAGE)
    counts = {name: supplier_desk.count(who, of) for name, of in TABS.items() if name in {"new", "to-send"}}
    return render_template(
        "market/supplier/orders.html", rows=rows, tab=tab, tabs=list(TABS), counts=counts, page=page,
        pages=max(1, -(-total // PAGE)), total=total, size=PAGE,
    )  # fmt: skip


@bp.get("/orders/<id:order_id>")
@requires(Right.SELL)
def order(order_id: int) -> ResponseReturnValue:
    sheet = _sheet(order_id)
    return render_template("market/supplier/order.html", sheet=sheet, text=goods_text, form=DeclineForm())


@bp.post("/orders/<id:order_id>/confirmation")
@requires(Right.SELL)
@again(order)
def confirm(order_id: int) -> ResponseReturnValue:
    with transaction():
        confirmed = fulfilment.confirm_order(order_id, by=actor())
        flash(sentence("message", "order-confirmed", order_no=confirmed.order_no))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.post("/orders/<id:order_id>/refusal")
@requires(Right.SELL)
@again(order)
def decline(order_id: int) -> ResponseReturnValue:
    form = DeclineForm()
    form.require()
    with transaction():
        declined = fulfilment.decline(order_id, reason=form.reason.data, by=actor())
        flash(sentence("message", "order-declined", order_no=declined.order_no))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.post("/orders/<id:order_id>/giving-back")
@requires(Right.SELL)
@again(order)
def give_back(order_id: int) -> ResponseReturnValue:
    """无法发货退款: a resident's paid order that cannot be sent."""
    form = DeclineForm()
    form.require()
    with transaction():
        given = resident_orders.refund_unsent(order_id, reason=form.reason.data, by=actor())
        flash(sentence("message", "order-given-back", order_no=given.order_no))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.get("/orders/<id:order_id>/delivery")
@requires(Right.SELL)
def note(order_id: int) -> ResponseReturnValue:
    """The delivery note to fill in."""
    sheet = _sheet(order_id)
    form = ship_form(sheet)
    if request.method == "POST":
        form.validate()
    return render_template("market/supplier/ship.html", sheet=sheet, form=form, text=goods_text, unit=unit_of,
                           tags=lot_tags)  # fmt: skip


@bp.post("/orders/<id:order_id>/delivery")
@requires(Right.SELL)
@again(note)
def ship(order_id: int) -> ResponseReturnValue:
    sheet = _sheet(order_id)
    form = ship_form(sheet)
    form.require()
    van = Van(
        form.driver.data or "", form.driver_phone.data or "", form.carrier.data or "", form.tracking_no.data or ""
    )
    with transaction():
        sent = fulfilment.ship(order_id, ship_lines(form, sheet), van=van, arrives_on=form.arrives_on.data, by=actor())
        flash(sentence("message", "delivery-sent", delivery_no=sent.delivery_no))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.get("/deliveries/<id:delivery_id>.pdf")
@requires(Right.SELL)
def paper(delivery_id: int) -> ResponseReturnValue:
    """送货单, to travel with the goods."""
    who = actor()
    sheet = deliveries.find_sheet(delivery_id, holding.sells(who, Delivery.supplier_id))
    if sheet is None:
        raise Missing("no-such-delivery")
    return printed.answer("delivery", papers.delivery_note(sheet), who)


def _sheet(order_id: int) -> OrderSheet:
    found = supplier_desk.find_sheet(order_id, actor())
    if found is None:
        raise Missing("no-such-order")
    return found


def unit_of(one: LineProgress) -> Any:
    """What a line is weighed or counted in at the supplier's gate: kg, or packs."""
    return SheetLine.unit_for(one.line, KG)


def ship_form(sheet: OrderSheet) -> Any:
    """A form with the fields of every line that may still be sent: qty-7, lot-7, harvested-7 …"""
    fields: dict[str, Any] = {
        "driver": ShortText(most=30, required=False),
        "driver_phone": ShortText(most=20, required=False),
        "carrier": ShortText(most=30, required=False),
        "tracking_no": ShortText(most=40, required=False),
        "arrives_on": DayField(default=clock.today),
    }
    for one in sheet.lines:
        for tag in lot_tags(one):
            fields |= _lot_fields(tag, one, sheet)
    return type("ShipForm", (Form,), fields)()


def lot_tags(one: LineProgress) -> list[str]:
    """How the fields of a line's lots end: 7, 7-2, 7-3. Goods of one line may come from several lots."""
    return [str(one.line.id), *(f"{one.line.id}-{number}" for number in range(2, MOST_LOTS + 1))]


def _lot_fields(tag: str, one: LineProgress, sheet: OrderSheet) -> dict[str, Any]:
    return {
        f"qty-{tag}": QuantityField(unit=unit_of(one), required=False),
        f"lot-{tag}": ShortText(most=30, required=False),
        f"stored-{tag}": ShortText(most=30, required=False),
        f"harvested-{tag}": DayField(required=False, default=clock.today),
        f"origin-{tag}": ShortText(most=12, required=False, default=sheet.default_origins[one.line.product_id]),
        f"promise-{tag}": ShortText(most=24, required=False),
        f"commitment-{tag}": ShortText(most=40, required=False),
        f"quarantine-{tag}": ShortText(most=40, required=False),
        f"inspection-{tag}": ShortText(most=40, required=False),
        f"report-{tag}": DayField(required=False),
        f"organic-{tag}": ShortText(most=1_000, required=False),
    }


def ship_lines(form: Any, sheet: OrderSheet) -> list[ShipLine]:
    """The lots with a quantity, of every line."""
    found = [_ship_line(form, tag, one, sheet) for one in sheet.lines for tag in lot_tags(one)]
    return [line for line in found if line is not None]


def _ship_line(form: Any, tag: str, one: LineProgress, sheet: OrderSheet) -> ShipLine | None:
    def given(name: str) -> Any:
        return form[f"{name}-{tag}"].data

    if not given("qty"):
        return None
    number, paper = given("stored") or given("lot") or "", given("commitment") or ""
    lot = NewLot(given("harvested") or clock.today(), number, given("origin") or None)
    chosen = [promise for promise in sheet.promises[one.line.product_id] if promise.commitment_no == given("promise")]
    if chosen:
        paper = chosen[0].commitment_no
        lot = NewLot(chosen[0].harvested_on, number or chosen[0].lot_no, chosen[0].origin_code)
    return ShipLine(
        one.line.id, given("qty"), lot, paper, given("quarantine") or "", given("inspection") or "", given("report"),
        given("organic") or "",
    )  # fmt: skip
