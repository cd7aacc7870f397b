"""售后, the shop's side, on a phone: answer in time, take goods back, speak."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.models.after_sale import AfterSale
from market.queries import after_sales as reading
from market.queries import case_file
from market.rules.after_sale import AfterSaleState
from market.rules.parties import Party
from market.services import after_sales
from market.web import shown

bp = Blueprint("supplier_after_sales", __name__, url_prefix="/supplier/after-sales")
CASE = "<string(maxlength=32):token>"
PAGE = 30
TABS: dict[str, tuple[AfterSaleState, ...]] = {
    "todo": reading.SHOP_ACTS,
    "buyer": (AfterSaleState.AGREED, AfterSaleState.DECLINED),
    "platform": (AfterSaleState.ARBITRATION,),
    "money": (AfterSaleState.RETURNED, AfterSaleState.REFUNDING),
    "done": (AfterSaleState.REFUNDED, AfterSaleState.CLOSED, AfterSaleState.WITHDRAWN),
}


class ReasonForm(Form):
    text = ShortText(most=1000, required=False)


def waiting(by: Actor) -> int:
    """Cases that wait for the shop, for the menu."""
    return reading.count(reading.shop_of(by), AfterSale.state.in_(reading.SHOP_ACTS))


menu.add(
    "market", "supplier_after_sales", icon="arrow-repeat", endpoint="supplier_after_sales.cases", right=Right.SELL,
    order=15, counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Cases to answer before silence counts as consent."""
    number = waiting(by) if by.may(Right.SELL) else 0
    if not number:
        return []
    due = reading.earliest_due(reading.shop_of(by), AfterSale.state.in_(reading.SHOP_ACTS))
    due_on = clock.county_day(due) if due else None
    text, href = sentence("task", "cases-to-answer"), url_for("supplier_after_sales.cases")
    return [Task(text, href, number, due_on=due_on, tone="warn", icon="arrow-repeat")]


@bp.get("")
@requires(Right.SELL)
def cases() -> ResponseReturnValue:
    who, tab = actor(), request.args.get("tab", "todo")
    states = TABS.get(tab, TABS["todo"])
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    rows = reading.of_shop(for_=who, states=states, limit=PAGE, offset=(page - 1) * PAGE)
    total = reading.count(reading.shop_of(who), AfterSale.state.in_(states))
    counts = {"todo": waiting(who)}
    return render_template(
        "market/supplier/after_sales.html", rows=rows, tab=tab if tab in TABS else "todo", tabs=list(TABS),
        counts=counts, page=page, pages=max(1, -(-total // PAGE)), total=total, size=PAGE,
    )  # fmt: skip


@bp.get(f"/{CASE}")
@requires(Right.SELL)
def show(token: str) -> ResponseReturnValue:
    view = reading.find(token, reading.shop_of(actor()))
    if view is None:
        raise Missing("no-such-case")
    return render_template(
        "market/supplier/after_sale.html", view=view, form=ReasonForm(), step_text=case_file.step_text,
        try_text=case_file.try_text, picture=shown.picture,
    )  # fmt: skip


def _done(token: str, message: str) -> ResponseReturnValue:
    flash(sentence("message", message), "ok")
    return redirect(url_for("supplier_after_sales.show", token=token), 303)


def _reason() -> str:
    form = ReasonForm()
    form.require()
    return form.text.data or ""


@bp.post(f"/{CASE}/agreement")
@requires(Right.SELL)
@again(show)
def agree(token: str) -> ResponseReturnValue:
    with transaction():
        after_sales.agree(token, goods_back=request.form.get("goods_back") == "1", by=actor())
    return _done(token, "after-sale-agreed")


@bp.post(f"/{CASE}/refusal")
@requires(Right.SELL)
@again(show)
def decline(token: str) -> ResponseReturnValue:
    reason = _reason()
    with transaction():
        after_sales.decline(token, reason=reason, photos=uploads.photos(), by=actor())
    return _done(token, "after-sale-declined")


@bp.post(f"/{CASE}/goods")
@requires(Right.SELL)
@again(show)
def take_back(token: str) -> ResponseReturnValue:
    with transaction():
        after_sales.take_back(token, by=actor())
    return _done(token, "after-sale-taken-back")


@bp.post(f"/{CASE}/contest")
@requires(Right.SELL)
@again(show)
def contest(token: str) -> ResponseReturnValue:
    reason = _reason()
    with transaction():
        after_sales.contest(token, reason=reason, photos=uploads.photos(), by=actor())
    return _done(token, "after-sale-appealed")


@bp.post(f"/{CASE}/retry")
@requires(Right.SELL)
@again(show)
def retry(token: str) -> ResponseReturnValue:
    with transaction():
        after_sales.try_again(token, by=actor())
    return _done(token, "after-sale-retried")


@bp.post(f"/{CASE}/messages")
@requires(Right.SELL)
@again(show)
def say(token: str) -> ResponseReturnValue:
    text = _reason()
    with transaction():
        after_sales.say(token, Party.SUPPLIER, text=text, photos=uploads.photos(), by=actor())
    return _done(token, "message-sent")
