"""售后, the buyer's side, on a phone: ask with pictures in a few taps, see where it stands, speak, appeal."""

from collections.abc import Iterator

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import uploads
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText, YuanField
from core.web.inbox import Task
from market.models.after_sale import AfterSale
from market.queries import after_sale_lines, case_file
from market.queries import after_sales as reading
from market.queries.after_sales import CaseView
from market.rules.after_sale import AfterSaleKind
from market.rules.parties import Party
from market.services import after_sales
from market.services.after_sales import Wish
from market.web import shown

bp = Blueprint("after_sales", __name__, url_prefix="/after-sales")
CASE = "<string(maxlength=32):token>"


class AskForm(Form):
    packs = CountField(least=1, most=9_999, default=1)
    wanted_fen = YuanField(least=1, required=False)
    text = ShortText(most=1000, required=False)


class SayForm(Form):
    text = ShortText(most=1000, required=False)


class ReturnForm(Form):
    carrier = ShortText(most=30)
    tracking_no = ShortText(most=40)


def tasks(who: Actor) -> Iterator[Task]:
    """Cases in which the buyer is to act before the time is over."""
    if who.may(Right.SHOP):
        own = (AfterSale.person_id == who.person_id, AfterSale.state.in_(reading.BUYER_ACTS))
        if number := reading.count(*own):
            due = reading.earliest_due(*own)
            due_on = clock.county_day(due) if due else None
            text = sentence("task", "own-cases-to-act")
            yield Task(text, url_for("after_sales.mine"), number, due_on=due_on, tone="warn", icon="arrow-repeat")


@bp.get("")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    rows = reading.mine(for_=actor(), before=before if before and 0 < before < 2**62 else None)
    return render_template("market/after_sales/list.html", rows=rows, picture=shown.picture)


@bp.get("/new/<id:line_id>")
@requires(Right.SHOP)
def new(line_id: int) -> ResponseReturnValue:
    order_id = after_sale_lines.order_of(line_id, actor())
    if order_id is None:
        raise Missing("no-such-order")
    one = next(row for row in after_sale_lines.of_order(order_id) if row.line.id == line_id)
    return render_template(
        "market/after_sales/new.html", one=one, choices=one.choices(clock.now()), form=AskForm(), kind=_kind()
    )


def _kind() -> AfterSaleKind | None:
    chosen = request.form.get("kind", "")
    return AfterSaleKind(chosen) if chosen in set(AfterSaleKind) else None


@bp.post("/new/<id:line_id>")
@requires(Right.SHOP)
@again(new)
def ask(line_id: int) -> ResponseReturnValue:
    form, kind = AskForm(), _kind()
    form.require()
    if kind is None:
        raise Refused("after-sale-kind-needed")
    wish = Wish(kind, form.packs.data, form.wanted_fen.data, form.text.data or "")
    with transaction():
        case = after_sales.ask(line_id, wish, photos=uploads.photos(), by=actor())
        token = case.token
    flash(sentence("message", "after-sale-asked"), "ok")
    return redirect(url_for("after_sales.show", token=token), 303)


def _view(token: str) -> CaseView:
    found = reading.find(token, AfterSale.person_id == actor().person_id)
    if found is None:
        raise Missing("no-such-case")
    return found


@bp.get(f"/{CASE}")
@requires(Right.SHOP)
def show(token: str) -> ResponseReturnValue:
    return render_template(
        "market/after_sales/show.html", view=_view(token), say_form=SayForm(), return_form=ReturnForm(),
        step_text=case_file.step_text, try_text=case_file.try_text, picture=shown.picture,
    )  # fmt: skip


def _done(token: str, message: str) -> ResponseReturnValue:
    flash(sentence("message", message), "ok")
    return redirect(url_for("after_sales.show", token=token), 303)


@bp.post(f"/{CASE}/withdrawal")
@requires(Right.SHOP)
@again(show)
def withdraw(token: str) -> ResponseReturnValue:
    with transaction():
        after_sales.withdraw(token, by=actor())
    return _done(token, "after-sale-withdrawn")


@bp.post(f"/{CASE}/return")
@requires(Right.SHOP)
@again(show)
def send_back(token: str) -> ResponseReturnValue:
    form = ReturnForm()
    form.require()
    with transaction():
        after_sales.send_back(token, carrier=form.carrier.data, tracking_no=form.tracking_no.data, by=actor())
    return _done(token, "after-sale-sent-back")


@bp.post(f"/{CASE}/appeal")
@requires(Right.SHOP)
@again(show)
def appeal(token: str) -> ResponseReturnValue:
    form = SayForm()
    form.require()
    with transaction():
        after_sales.appeal(token, text=form.text.data or "", photos=uploads.photos(), by=actor())
    return _done(token, "after-sale-appealed")


@bp.post(f"/{CASE}/messages")
@requires(Right.SHOP)
@again(show)
def say(token: str) -> ResponseReturnValue:
    form = SayForm()
    form.require()
    with transaction():
        after_sales.say(token, Party.BUYER, text=form.text.data or "", photos=uploads.photos(), by=actor())
    return _done(token, "message-sent")


@bp.get(f"/{CASE}/file.zip")
@requires(Right.SHOP)
def file(token: str) -> ResponseReturnValue:
    """The file for 12315, once it was handed out."""
    view = _view(token)
    if view.case.handed_out_at is None:
        raise Missing("no-such-file")
    return zipped(view, actor())


def zipped(view: CaseView, by: Actor) -> Response:
    """The case's file as a download."""
    data = case_file.bundle(view, demo=current_app.config["XINGCUN_MODE"] == "demo", printed_by=by.name)
    made = current_app.response_class(data, mimetype="application/zip")
    made.headers["Content-Disposition"] = f'attachment; filename="{view.case.case_no}.zip"'
    made.headers["Cache-Control"] = "private, no-store"
    return made
