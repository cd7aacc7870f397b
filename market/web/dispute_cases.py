"""One dispute of a unit about accepted goods: both sides' evidence, and the platform's decision."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField
from core.web.inbox import Task
from market.queries import disputes as reading
from market.rules.dispute_states import DisputeState
from market.services import dispute_cases, disputes

bp = Blueprint("dispute_cases", __name__, url_prefix="/disputes")
_WAITS = (DisputeState.ANSWERED,)
_OVER = (DisputeState.CONCEDED, DisputeState.WITHDRAWN, DisputeState.DECIDED)
TABS = {"decide": _WAITS, "open": (DisputeState.OPEN,), "done": _OVER}


class SayForm(Form):
    text = ShortText(most=1000, required=False)


class DecisionForm(Form):
    for_buyer_fen = YuanField()
    text = ShortText(most=1000)


def waiting(by: Actor) -> int:
    """Disputes that the platform is to decide, for the menu."""
    return reading.count(_WAITS, for_=by)


menu.add(
    "market", "dispute_cases", icon="shield-exclamation", endpoint="dispute_cases.cases", right=Right.ARBITRATE,
    order=61, counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Disputes between units and shops that wait for a decision."""
    if not by.may(Right.ARBITRATE) or not (rows := reading.listed(_WAITS, for_=by, limit=200)):
        return []
    due = rows[0].case.due_at
    tone = "danger" if due is not None and due <= clock.now() else "warn"
    due_on = clock.county_day(due) if due else None
    text, href = sentence("task", "disputes-to-decide"), url_for("dispute_cases.cases")
    return [Task(text, href, len(rows), due_on=due_on, tone=tone, icon="shield-exclamation")]


@bp.get("")
@requires(Right.ARBITRATE)
def cases() -> ResponseReturnValue:
    rows = {name: reading.listed(states, for_=actor()) for name, states in TABS.items()}
    return render_template("market/disputes/list.html", rows=rows)


@bp.get("/<id:deduction_id>")
@requires(Right.INBOX)
def show(deduction_id: int) -> ResponseReturnValue:
    view = reading.find(deduction_id, for_=actor())
    if view is None:
        raise Missing("no-such-dispute")
    return render_template("market/disputes/show.html", view=view, form=DecisionForm())


def _text() -> str:
    form = SayForm()
    form.require()
    return form.text.data or ""


def _done(deduction_id: int, message: str) -> ResponseReturnValue:
    flash(sentence("message", message), "ok")
    return redirect(url_for("dispute_cases.show", deduction_id=deduction_id), 303)


@bp.post("/<id:deduction_id>/messages")
@requires(Right.INBOX)
@again(show)
def say(deduction_id: int) -> ResponseReturnValue:
    who, text = actor(), _text()
    view = reading.find(deduction_id, for_=who)
    if view is None or view.party is None:
        raise Missing("no-such-dispute")
    with transaction():
        dispute_cases.say(deduction_id, view.party, text=text, photos=uploads.photos(), by=who)
    return _done(deduction_id, "message-sent")


@bp.post("/<id:deduction_id>/answer")
@requires(Right.SELL)
@again(show)
def answer(deduction_id: int) -> ResponseReturnValue:
    text = _text()
    with transaction():
        dispute_cases.answer(deduction_id, text=text, photos=uploads.photos(), by=actor())
    return _done(deduction_id, "dispute-answered")


@bp.post("/<id:deduction_id>/decision")
@requires(Right.ARBITRATE)
@again(show)
def decide(deduction_id: int) -> ResponseReturnValue:
    form = DecisionForm()
    form.require()
    with transaction():
        disputes.decide(deduction_id, for_buyer_fen=form.for_buyer_fen.data, text=form.text.data, by=actor())
    return _done(deduction_id, "dispute-decided")
