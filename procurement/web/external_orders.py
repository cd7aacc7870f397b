"""832 orders: the list, one order with why it counts or not, its split; names that wait for their unit."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, Form, YuanField, clean
from core.web.inbox import Task
from procurement.models.external import ExternalOrderVersion
from procurement.queries import external_pages as queries
from procurement.rules.p832 import PurchaseType, Split
from procurement.services.imports import answers
from procurement.web.imports import page_number

bp = Blueprint("external_orders", __name__, url_prefix="/p832")
menu.add(
    "supervise", "external-orders", icon="receipt", endpoint="external_orders.index", right=Right.P832_VIEW, order=61
)


class SplitForm(Form):
    canteen = YuanField()
    union = YuanField()


class NameForm(Form):
    unit = SelectField(coerce=int)


@bp.get("/orders")
@requires(Right.P832_VIEW)
def index() -> ResponseReturnValue:
    state, text, page = request.args.get("state", ""), clean(request.args.get("q", ""))[:60], page_number()
    rows, total, total_fen = queries.orders(actor(), state=state, text=text, page=page)
    return render_template(
        "procurement/imports/orders.html", rows=rows, total=total, total_fen=total_fen, state=state, q=text, page=page,
        pages=-(-total // queries.PAGE), size=queries.PAGE,
    )  # fmt: skip


@bp.get("/orders/<int:order_id>")
@requires(Right.P832_VIEW)
def show(order_id: int) -> ResponseReturnValue:
    if order_id > MAX_ID:
        raise Missing("no-such-order")
    view = queries.order(order_id, actor())
    asks = view.current.purchase_type is PurchaseType.BOTH and not view.order.is_void
    return render_template(
        "procurement/imports/order.html", view=view, form=SplitForm(), asks_split=asks, reason=_reason
    )


def _reason(code: str, version: ExternalOrderVersion) -> str:
    """Why an order does not count, as a sentence."""
    return sentence("p832", code.replace("_", "-"), text=version.status)


@bp.post("/orders/<int:order_id>/split")
@requires(Right.IMPORT_832)
@again(show)
def split(order_id: int) -> ResponseReturnValue:
    if order_id > MAX_ID:
        raise Missing("no-such-order")
    form = SplitForm()
    form.require()
    parts = Split(form.canteen.data, form.union.data)
    with transaction():
        answers.answer_split(order_id, parts, by=actor())
    told = {"canteen_fen": parts.canteen_fen, "union_fen": parts.union_fen}
    flash(sentence("message", "split-answered", **told), "ok")
    return redirect(url_for("external_orders.show", order_id=order_id), 303)


@bp.get("/names")
@requires(Right.P832_ASSIGN)
def names() -> ResponseReturnValue:
    units = queries.all_units()
    return render_template("procurement/imports/names.html", names=queries.waiting_names(units), units=units)


@bp.post("/names")
@requires(Right.P832_ASSIGN)
@again(names)
def assign() -> ResponseReturnValue:
    form, units = NameForm(), dict(queries.all_units())
    form.unit.choices = list(units.items())
    form.require()
    name = clean(request.form.get("name"))[:200]
    with transaction():
        count = answers.assign_unit(name, form.unit.data, remember="alias" in request.form, by=actor())
    told = {"name": name, "count": count, "unit": units[form.unit.data]}
    flash(sentence("message", "unit-assigned", **told), "ok")
    return redirect(url_for("external_orders.names"), 303)


def tasks(who: Actor) -> list[Task]:
    """Names that wait for their unit (finance), orders that wait for their split."""
    found = []
    if who.may(Right.P832_ASSIGN) and (count := queries.count_names()):
        text, note = sentence("inbox", "p832-names", count=count), sentence("inbox", "p832-names-note")
        found.append(
            Task(text, url_for("external_orders.names"), count, note=note, tone="warn", icon="question-circle")
        )
    if who.may(Right.IMPORT_832) and who.organisation_id and (count := queries.count_splits(who)):
        href = url_for("external_orders.index", state="split")
        found.append(Task(sentence("inbox", "p832-splits", count=count), href, count, tone="warn", icon="receipt"))
    return found
