"""投诉: anybody logged in complains to the platform, which answers within three working days."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.queries import complaints as reading
from market.rules.complaint import ComplaintKind, ComplaintState
from market.services import complaints

bp = Blueprint("complaints", __name__)
CASE = "<string(maxlength=32):token>"


class LodgeForm(Form):
    subject = ShortText(most=60)
    text = ShortText(most=1000)


class SayForm(Form):
    text = ShortText(most=1000)


def waiting(_by: Actor) -> int:
    """Complaints to answer, for the menu."""
    return reading.count(ComplaintState.OPEN)


menu.add(
    "market", "complaints", icon="headset", endpoint="complaints.desk", right=Right.ARBITRATE, order=63,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> Iterator[Task]:
    """Complaints to answer within three working days."""
    number = waiting(by) if by.may(Right.ARBITRATE) else 0
    if number:
        due = reading.earliest_due()
        tone = "danger" if due is not None and due <= clock.now() else "warn"
        due_on = clock.county_day(due) if due else None
        text = sentence("task", "complaints-to-answer")
        yield Task(text, url_for("complaints.desk"), number, due_on=due_on, tone=tone, icon="headset")


@bp.get("/complaints")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    kind = request.values.get("kind", "")
    rows = reading.mine(for_=actor())
    return render_template(
        "market/complaints/mine.html", rows=rows, form=LodgeForm(), kinds=list(ComplaintKind), kind=kind
    )


@bp.post("/complaints")
@requires(Right.SHOP)
@again(mine)
def lodge() -> ResponseReturnValue:
    form, kind = LodgeForm(), request.form.get("kind", "")
    form.require()
    if kind not in set(ComplaintKind):
        raise Refused("complaint-kind-needed")
    with transaction():
        made = complaints.lodge(
            ComplaintKind(kind), form.subject.data, form.text.data, photos=uploads.photos(), by=actor()
        )
        token = made.token
    flash(sentence("message", "complaint-lodged"), "ok")
    return redirect(url_for("complaints.show", token=token), 303)


@bp.get(f"/complaints/{CASE}")
@requires(Right.SHOP)
def show(token: str) -> ResponseReturnValue:
    who = actor()
    view = reading.find(token, for_=who)
    if view is None:
        raise Missing("no-such-complaint")
    is_own = view.complaint.person_id == who.person_id
    return render_template("market/complaints/show.html", view=view, is_own=is_own, form=SayForm(), now=clock.now())


def _said(token: str, message: str) -> ResponseReturnValue:
    flash(sentence("message", message), "ok")
    return redirect(url_for("complaints.show", token=token), 303)


@bp.post(f"/complaints/{CASE}/messages")
@requires(Right.SHOP)
@again(show)
def ask_again(token: str) -> ResponseReturnValue:
    form = SayForm()
    form.require()
    with transaction():
        complaints.ask_again(token, text=form.text.data, photos=uploads.photos(), by=actor())
    return _said(token, "message-sent")


@bp.post(f"/complaints/{CASE}/end")
@requires(Right.SHOP)
@again(show)
def end(token: str) -> ResponseReturnValue:
    with transaction():
        complaints.end(token, by=actor())
    return _said(token, "complaint-closed")


@bp.post(f"/complaints/{CASE}/reply")
@requires(Right.ARBITRATE)
@again(show)
def reply(token: str) -> ResponseReturnValue:
    form = SayForm()
    form.require()
    with transaction():
        complaints.reply(token, text=form.text.data, photos=uploads.photos(), by=actor())
    return _said(token, "complaint-answered")


@bp.get("/platform/complaints")
@requires(Right.ARBITRATE)
def desk() -> ResponseReturnValue:
    rows = {state: reading.desk(state) for state in ComplaintState}
    return render_template("market/complaints/desk.html", rows=rows, now=clock.now())
