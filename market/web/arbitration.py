"""The platform's desk for cases on which buyer and shop do not agree. Nothing here moves money."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.settings import calendar
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField
from core.web.inbox import Task
from market.models.after_sale import AfterSale
from market.queries import after_sales as reading
from market.queries import case_file
from market.rules.after_sale import AfterSaleState, hearing_ends_at
from market.rules.parties import Party
from market.services import after_sales, arbitration
from market.services.arbitration import Ruling
from market.web.after_sales import zipped

bp = Blueprint("arbitration", __name__, url_prefix="/platform/arbitration")
CASE = "<string(maxlength=32):token>"
PAGE = 30
TABS: dict[str, tuple[tuple[AfterSaleState, ...], bool]] = {
    "open": ((AfterSaleState.ARBITRATION,), False),
    "unpaid": ((AfterSaleState.REFUNDING, AfterSaleState.FAILED), True),
    "decided": ((AfterSaleState.AGREED, AfterSaleState.REFUNDED, AfterSaleState.CLOSED), True),
    "running": ((AfterSaleState.ASKED, AfterSaleState.DECLINED, AfterSaleState.RETURNING), False),
}


class DecisionForm(Form):
    text = ShortText(most=1000)
    amount_fen = YuanField(least=1, required=False)


class SayForm(Form):
    text = ShortText(most=1000, required=False)


def waiting(_by: Actor) -> int:
    """Cases to decide, for the menu."""
    return reading.count(AfterSale.state == AfterSaleState.ARBITRATION)


menu.add(
    "market", "arbitration", icon="chat-left-text", endpoint="arbitration.cases", right=Right.ARBITRATE, order=60,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Cases before the platform; what is late is urgent."""
    if not by.may(Right.ARBITRATE) or not (number := waiting(by)):
        return []
    due = reading.earliest_due(AfterSale.state == AfterSaleState.ARBITRATION)
    tone = "danger" if due is not None and due <= clock.now() else "warn"
    due_on = clock.county_day(due) if due else None
    text, href = sentence("task", "cases-to-decide"), url_for("arbitration.cases")
    return [Task(text, href, number, due_on=due_on, tone=tone, icon="chat-left-text")]


@bp.get("")
@requires(Right.ARBITRATE)
def cases() -> ResponseReturnValue:
    tab = request.args.get("tab", "open")
    states, decided = TABS.get(tab, TABS["open"])
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    rows = reading.of_platform(states, decided=decided, limit=PAGE, offset=(page - 1) * PAGE)
    where = [AfterSale.state.in_(states)] + ([AfterSale.decided_at.is_not(None)] if decided else [])
    total = reading.count(*where)
    return render_template(
        "market/arbitration/list.html", rows=rows, tab=tab if tab in TABS else "open", tabs=list(TABS),
        counts={"open": waiting(actor())}, page=page, pages=max(1, -(-total // PAGE)), total=total, size=PAGE,
        is_late=reading.is_late,
    )  # fmt: skip


@bp.get(f"/{CASE}")
@requires(Right.ARBITRATE)
def show(token: str) -> ResponseReturnValue:
    view = reading.find(token)
    if view is None:
        raise Missing("no-such-case")
    return render_template(
        "market/arbitration/show.html", view=view, form=DecisionForm(), say_form=SayForm(),
        hearing_ends_at=hearing_ends_at(view.case.since, calendar.current()), ruling=request.form.get("ruling"),
        step_text=case_file.step_text, try_text=case_file.try_text, late=reading.is_late(view.case),
    )  # fmt: skip


@bp.post(f"/{CASE}/decision")
@requires(Right.ARBITRATE)
@again(show)
def decide(token: str) -> ResponseReturnValue:
    form, chosen = DecisionForm(), request.form.get("ruling", "")
    form.require()
    if chosen not in set(Ruling):
        raise Refused("ruling-needed")
    with transaction():
        arbitration.decide(
            token, Ruling(chosen), text=form.text.data, amount_fen=form.amount_fen.data, photos=uploads.photos(),
            by=actor(),
        )  # fmt: skip
    flash(sentence("message", "after-sale-decided"), "ok")
    return redirect(url_for("arbitration.show", token=token), 303)


@bp.post(f"/{CASE}/messages")
@requires(Right.ARBITRATE)
@again(show)
def say(token: str) -> ResponseReturnValue:
    form = SayForm()
    form.require()
    with transaction():
        after_sales.say(token, Party.PLATFORM, text=form.text.data or "", photos=uploads.photos(), by=actor())
    flash(sentence("message", "message-sent"), "ok")
    return redirect(url_for("arbitration.show", token=token), 303)


@bp.get(f"/{CASE}/file.zip")
@requires(Right.ARBITRATE)
def file(token: str) -> ResponseReturnValue:
    view = reading.find(token)
    if view is None:
        raise Missing("no-such-case")
    return zipped(view, actor())
