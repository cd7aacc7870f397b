"""支付对账: what does not agree with the provider, its evidence, its end by two persons."""

from collections.abc import Iterator

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from core import clock, sheets
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.queries import exceptions as queries
from market.rules.reconciliation import ExceptionKind, Resolution
from market.services import exceptions

bp = Blueprint("reconciliation", __name__, url_prefix="/reconciliation")
menu.add(
    *("system", "reconciliation"),
    icon="clipboard-check",
    endpoint="reconciliation.show",
    right=Right.RECONCILE_VIEW,
    order=31,
    counter=lambda who: queries.count(for_=who),
)


class ResolutionForm(Form):
    resolution = SelectField(coerce=Resolution)
    note = ShortText(most=200)


def _form() -> ResolutionForm:
    form = ResolutionForm()
    form.resolution.choices = [(one.value, label(one)) for one in Resolution]
    return form


def tasks(who: Actor) -> Iterator[Task]:
    """Exceptions that wait for a person."""
    if who.may(Right.RECONCILE) and (number := queries.count(for_=who)):
        href = url_for("reconciliation.show")
        yield Task(sentence("task", "payment-exceptions"), href, number, tone="warn", icon="clipboard-check")


def _word(code: str) -> str:
    return sentence("exceptions", code)


def _kind() -> ExceptionKind | None:
    asked = request.args.get("kind", "")
    return ExceptionKind(asked) if asked in list(ExceptionKind) else None


@bp.get("")
@requires(Right.RECONCILE_VIEW)
def show() -> ResponseReturnValue:
    who, kind, done = actor(), _kind(), request.args.get("done") == "1"
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    total = queries.count(for_=who, kind=kind, done=done)
    return render_template(
        "market/reconciliation/list.html",
        rows=queries.listed(for_=who, kind=kind, done=done, page=page),
        bills=queries.bills(for_=who),
        kinds=list(ExceptionKind),
        kind=kind,
        done=done,
        page=page,
        total=total,
        pages=-(-total // queries.PAGE),
    )


@bp.get("/sheet.xlsx")
@requires(Right.RECONCILE_VIEW)
def sheet() -> ResponseReturnValue:
    rows = queries.listed(for_=actor(), kind=_kind(), done=request.args.get("done") == "1", size=5_000)
    names = ("kind", "state", "shop", "day", "number", "ours", "theirs", "owner", "note")
    kinds = {"ours": "yuan", "theirs": "yuan"}
    columns = [sheets.Column(sentence("exceptions", name), kinds.get(name, "text"), 18) for name in names]
    body = [
        [
            *(label(row.kind), label(row.state), row.shop, str(row.day_on or ""), row.number),
            *(row.ours_fen, row.theirs_fen, row.owner, row.note),
        ]
        for row in rows
    ]
    note = sentence("exceptions", "as-of", at=clock.now())
    data = sheets.write([(sentence("exceptions", "sheet"), columns, body)], note=note)
    answer = Response(data, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer.headers["Content-Disposition"] = 'attachment; filename="payment-exceptions.xlsx"'
    return answer


@bp.get("/exceptions/<id:exception_id>")
@requires(Right.RECONCILE_VIEW)
def one(exception_id: int) -> ResponseReturnValue:
    found = queries.evidence(exception_id, for_=actor())
    if found is None:
        raise Missing("no-such-exception")
    return render_template(
        "market/reconciliation/one.html", found=found, form=_form(), word=_word, may=actor().may(Right.RECONCILE)
    )


@bp.post("/exceptions/<id:exception_id>/owner")
@requires(Right.RECONCILE)
@again(one)
def own(exception_id: int) -> ResponseReturnValue:
    with transaction():
        exceptions.own(exception_id, by=actor())
    return redirect(url_for(".one", exception_id=exception_id), 303)


@bp.post("/exceptions/<id:exception_id>/resolution")
@requires(Right.RECONCILE)
@again(one)
def propose(exception_id: int) -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        exceptions.propose(exception_id, form.resolution.data, form.note.data or "", by=actor())
    flash(sentence("message", "exception-proposed"))
    return redirect(url_for(".one", exception_id=exception_id), 303)


@bp.post("/exceptions/<id:exception_id>/agreement")
@requires(Right.RECONCILE)
@again(one)
def agree(exception_id: int) -> ResponseReturnValue:
    with transaction():
        exceptions.agree(exception_id, by=actor())
    flash(sentence("message", "exception-closed"))
    return redirect(url_for(".show"), 303)


@bp.post("/exceptions/<id:exception_id>/objection")
@requires(Right.RECONCILE)
@again(one)
def object_to(exception_id: int) -> ResponseReturnValue:
    with transaction():
        exceptions.object_to(exception_id, by=actor())
    return redirect(url_for(".one", exception_id=exception_id), 303)
