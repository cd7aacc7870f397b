"""Sales offline and on other platforms: a list of their own with evidence, checked by the linkage office."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText, YuanField
from core.web.inbox import Task
from market.queries import outside_sales
from market.rules.pairing import OutsideChannel
from market.services import outside_sales as acts
from market.services.outside_sales import Sale

bp = Blueprint("outside_sales", __name__, url_prefix="/outside-sales")
SIZE = 30
menu.add(
    "market", "outside_sales", icon="file-earmark-text", endpoint="outside_sales.listed", right=Right.OUTSIDE_VIEW,
    order=82, counter=outside_sales.waiting,
)  # fmt: skip


class SaleForm(Form):
    village = SelectField()
    channel = SelectField()
    place = ShortText(most=60)
    goods = ShortText(most=200)
    amount = YuanField(least=1)
    sold_on = DayField()


class ReasonForm(Form):
    reason = ShortText(most=200, required=False)


def tasks(by: Actor) -> list[Task]:
    """Entries for the office."""
    count = outside_sales.waiting(by)
    if not count:
        return []
    return [Task(sentence("word", "task-outside"), url_for("outside_sales.listed"), count, icon="file-earmark-text")]


def sale_form() -> SaleForm:
    form = SaleForm(sold_on=clock.today())
    form.village.choices = [(one.code, one.full) for one in outside_sales.villages(actor())]
    form.channel.choices = [(one.value, label(one)) for one in OutsideChannel]
    return form


@bp.get("")
@requires(Right.OUTSIDE_VIEW)
def listed() -> ResponseReturnValue:
    asked, by = request.args.get("page", "1"), actor()
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    rows, total = outside_sales.listed(by, page=page, size=SIZE)
    return render_template(
        "market/pairings/outside.html", rows=rows, total=total, page=page, pages=max(1, -(-total // SIZE)),
        sums=outside_sales.sums(by), channels=list(OutsideChannel), is_office=by.may(Right.PAIRING_REVIEW),
        may_enter=by.may(Right.OUTSIDE_ENTER),
    )  # fmt: skip


@bp.get("/new")
@requires(Right.OUTSIDE_ENTER)
def new() -> ResponseReturnValue:
    return render_template("market/pairings/outside_new.html", form=sale_form())


@bp.post("/new")
@requires(Right.OUTSIDE_ENTER)
@again(new)
def enter() -> ResponseReturnValue:
    form = sale_form()
    form.require()
    with transaction():
        wanted = Sale(
            form.village.data, OutsideChannel(form.channel.data), form.place.data, form.goods.data, form.amount.data,
            form.sold_on.data, _evidence(),
        )  # fmt: skip
        acts.enter(wanted, by=actor())
    flash(sentence("message", "outside-entered"))
    return redirect(url_for(".listed"), 303)


@bp.post("/<id:sale_id>/check")
@requires(Right.PAIRING_REVIEW)
@again(listed)
def check(sale_id: int) -> ResponseReturnValue:
    return _decide(sale_id, agreed=True)


@bp.post("/<id:sale_id>/refuse")
@requires(Right.PAIRING_REVIEW)
@again(listed)
def refuse(sale_id: int) -> ResponseReturnValue:
    return _decide(sale_id, agreed=False)


def _decide(sale_id: int, *, agreed: bool) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        acts.decide(sale_id, agreed=agreed, reason=form.reason.data or "", by=actor())
    flash(sentence("message", "outside-checked" if agreed else "outside-refused"))
    return redirect(url_for(".listed"), 303)


def _evidence() -> int:
    file = request.files.get("evidence")
    if file is None or not file.filename:
        raise Refused("outside-evidence")
    kept = files.take_paper(
        file.stream, name=file.filename, purpose="outside-sale", by=actor(), audience=Audience.PARTIES,
        owner_id=actor().office_id,
    )  # fmt: skip
    return kept.id
