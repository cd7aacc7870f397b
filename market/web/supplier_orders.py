"""The supplier's desk: new orders, delivery notes with lots and papers. Phone first."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import Form, QuantityField, ShortText, YuanField
from core.web.inbox import Task
from market.models.delivery import Delivery
from market.queries import asking_back as ask_backs
from market.queries import deliveries, goods_text, next_actions, papers, parcels, promotions, supplier_desk
from market.queries.supplier_desk import TABS, OrderSheet
from market.services import asking, asking_back, fulfilment, holding, resident_orders
from market.web import ship_form

bp = Blueprint("supplier_orders", __name__, url_prefix="/supplier")
PAGE = 30
SHEETS = ("a4", "a5")


def waiting(by: Actor) -> int:
    """New orders, for the menu."""
    return supplier_desk.count(by, "new")


menu.add(
    "market", "supplier_orders", icon="truck", endpoint="supplier_orders.orders", right=Right.SELL, order=10,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """New orders to confirm, orders to send today."""
    if not by.may(Right.SELL):
        return []
    found = []
    if new := supplier_desk.count(by, "new"):
        text = sentence("task", "orders-new")
        found.append(Task(text, url_for("supplier_orders.orders"), new, tone="warn", icon="cart-check"))
    if asked := ask_backs.waiting(by):
        text, href = sentence("task", "orders-asked-back"), url_for("supplier_orders.orders", tab="to-send")
        found.append(Task(text, href, asked, tone="danger", icon="arrow-counterclockwise"))
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
    tab = tab if tab in TABS else "new"
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    rows = supplier_desk.orders(who, tab, limit=PAGE, offset=(page - 1) * PAGE)
    counts = supplier_desk.counts(who)
    return render_template(
        "market/supplier/orders.html", rows=rows, tab=tab, tabs=TABS, counts=counts, page=page,
        pages=max(1, -(-counts[tab] // PAGE)), total=counts[tab], size=PAGE,
    )  # fmt: skip


@bp.get("/orders/<id:order_id>")
@requires(Right.SELL)
def order(order_id: int) -> ResponseReturnValue:
    sheet = _sheet(order_id)
    return render_template(
        "market/supplier/order.html", sheet=sheet, text=goods_text, form=DeclineForm(),
        next=next_actions.of(sheet.order), asked_back=ask_backs.of_order(order_id), given=promotions.given(order_id),
        confirming=confirm_form(sheet),
        unit=ship_form.unit_of, carrier=parcels.carrier, parcel=ship_form.one_parcel(),
        couriers=ship_form.couriers(),
    )  # fmt: skip


@bp.post("/orders/<id:order_id>/confirmation")
@requires(Right.SELL)
@again(order)
def confirm(order_id: int) -> ResponseReturnValue:
    """Whole at once, or with less goods or with freight: then the buyer is asked."""
    sheet = _sheet(order_id)
    form = confirm_form(sheet)
    form.require()
    typed = {one.line.id: form[f"amount-{one.line.id}"].data for one in sheet.lines}
    quantities = {line_id: qty for line_id, qty in typed.items() if qty is not None}
    with transaction():
        ask = asking.confirm(
            order_id, quantities=quantities, freight_fen=form.freight.data or 0, reason=form.why.data or "", by=actor()
        )
        code = "order-confirmed" if ask is None else "order-confirm-asked"
        flash(sentence("message", code, order_no=sheet.order.order_no))
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


@bp.post("/orders/<id:order_id>/ask-back")
@requires(Right.SELL)
@again(order)
def answer_ask_back(order_id: int) -> ResponseReturnValue:
    """The buyer cancelled while it was being packed: give the money back, or send and say why."""
    yes, who = request.form.get("answer") == "agree", actor()
    with transaction():
        if yes:
            asking_back.agree(order_id, by=who)
        else:
            asking_back.decline(order_id, reason=request.form.get("why-not", ""), by=who)
    flash(sentence("message", "ask-back-agreed" if yes else "ask-back-declined"))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.get("/orders/<id:order_id>/delivery")
@requires(Right.SELL)
def note(order_id: int) -> ResponseReturnValue:
    """The delivery note to fill in."""
    sheet = _sheet(order_id)
    form = ship_form.make(sheet)
    if request.method == "POST":
        form.validate()
    return render_template(
        "market/supplier/ship.html", sheet=sheet, form=form, text=goods_text, unit=ship_form.unit_of,
        tags=ship_form.lot_tags, parcels=ship_form.PARCELS, couriers=ship_form.couriers(),
    )  # fmt: skip


@bp.post("/orders/<id:order_id>/delivery")
@requires(Right.SELL)
@again(note)
def ship(order_id: int) -> ResponseReturnValue:
    sheet = _sheet(order_id)
    form = ship_form.make(sheet)
    form.require()
    with transaction():
        lines, van = ship_form.lines_of(form, sheet), ship_form.van_of(form)
        sent = fulfilment.ship(order_id, lines, van=van, arrives_on=form.arrives_on.data, by=actor())
        flash(sentence("message", "delivery-sent", delivery_no=sent.delivery_no))
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.get("/deliveries/<id:delivery_id>.pdf")
@requires(Right.SELL)
def paper(delivery_id: int) -> ResponseReturnValue:
    """送货单, to travel with the goods; on A4, or on A5 for the printer in the van."""
    who, paper_size = actor(), request.args.get("paper", "a4")
    sheet = deliveries.find_sheet(delivery_id, holding.sells(who, Delivery.supplier_id))
    if sheet is None:
        raise Missing("no-such-delivery")
    size = paper_size if paper_size in SHEETS else SHEETS[0]
    return printed.answer("delivery", papers.delivery_note(sheet) | {"paper": size}, who)


def _sheet(order_id: int) -> OrderSheet:
    found = supplier_desk.find_sheet(order_id, actor())
    if found is None:
        raise Missing("no-such-order")
    return found


def confirm_form(sheet: OrderSheet) -> Any:
    """How much of each line can come (empty: all of it), the freight, and why."""
    fields: dict[str, Any] = {"freight": YuanField(required=False), "why": ShortText(most=200, required=False)}
    for one in sheet.lines:
        fields[f"amount-{one.line.id}"] = QuantityField(unit=ship_form.unit_of(one), required=False)
    return type("ConfirmForm", (Form,), fields)()
