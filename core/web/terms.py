"""Agreements in public, in every version; the question at the log-in; the editor of the operator."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.terms import queries, services
from core.terms.rules import NOTICE_DAYS, TermsKind
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, public, requires
from core.web.forms import DayField, Form, ShortText
from core.web.security import safe_next

bp = Blueprint("terms", __name__)
menu.add(
    "system", "terms", icon="file-earmark-text", endpoint="terms.edit_list", order=80,
    right=Right.CONTENT_APPROVE,
)  # fmt: skip


class VersionForm(Form):
    body = TextAreaField()
    change_note = ShortText(most=200, required=False)
    binds_on = DayField()
    seen = HiddenField()


def _kind(word: str) -> TermsKind:
    if word not in set(TermsKind):
        raise Missing("no-such-terms")
    return TermsKind(word)


@bp.get("/terms")
@public
def listed() -> ResponseReturnValue:
    every = {kind: queries.versions(kind) for kind in TermsKind}
    return render_template("core/terms/list.html", every=every, coming=queries.coming())


@bp.get("/terms/<string(maxlength=20):kind>")
@public
def show(kind: str) -> ResponseReturnValue:
    found = queries.binding().get(_kind(kind))
    if found is None:
        raise Missing("no-such-terms")
    return _page(found.kind, found.number)


@bp.get("/terms/<string(maxlength=20):kind>/<int(max=9999):number>")
@public
def version(kind: str, number: int) -> ResponseReturnValue:
    return _page(_kind(kind), number)


def _page(kind: TermsKind, number: int) -> ResponseReturnValue:
    every = queries.versions(kind)
    found = next((row for row in every if row.number == number), None)
    if found is None:
        raise Missing("no-such-terms")
    binding = queries.binding().get(kind)
    return render_template("core/terms/show.html", found=found, every=every, binding=binding)


@bp.get("/terms/consent")
@requires(Right.SHOP)
def ask() -> ResponseReturnValue:
    missing = queries.lacking(actor())
    if not missing:
        session.pop("ask", None)
        return redirect(safe_next(request.args.get("next")) or url_for("shop.home"))
    return render_template("core/terms/ask.html", missing=missing, next=safe_next(request.args.get("next")))


@bp.post("/terms/consent")
@requires(Right.SHOP)
@again(ask)
def agree() -> ResponseReturnValue:
    with transaction():
        missing = {row.id for row in queries.lacking(actor())}
        chosen = {int(each) for each in request.form.getlist("version") if each.isascii() and each.isdigit()}
        if missing - chosen:
            raise Refused("consent-all")
        services.agree(missing, by=actor())
    session.pop("ask", None)
    home = url_for("inbox.show" if actor().organisation_id else "shop.home")
    return redirect(safe_next(request.form.get("next")) or home, 303)


@bp.get("/admin/terms")
@requires(Right.CONTENT_APPROVE)
def edit_list() -> ResponseReturnValue:
    every = {kind: queries.versions(kind) for kind in TermsKind}
    return render_template("core/terms/desk.html", every=every, binding=queries.binding())


@bp.get("/admin/terms/<string(maxlength=20):kind>")
@requires(Right.CONTENT_APPROVE)
def edit(kind: str) -> ResponseReturnValue:
    every = queries.versions(_kind(kind))
    newest = every[0] if every else None
    given = {"body": newest.body if newest else "", "seen": str(newest.number if newest else 0)}
    form = VersionForm(data=given)
    return render_template(
        "core/terms/edit.html", kind=_kind(kind), form=form, newest=newest, days=NOTICE_DAYS, today=clock.today()
    )


@bp.post("/admin/terms/<string(maxlength=20):kind>")
@requires(Right.CONTENT_APPROVE)
@again(edit)
def publish(kind: str) -> ResponseReturnValue:
    form = VersionForm()
    form.require()
    seen = int(form.seen.data) if (form.seen.data or "").isdecimal() else 0
    with transaction():
        made = services.publish(
            _kind(kind), form.body.data or "", binds_on=form.binds_on.data, change_note=form.change_note.data or "",
            seen_number=seen, by=actor(),
        )  # fmt: skip
        said = sentence("message", "terms-published", binds_on=made.binds_on)
    flash(said)
    return redirect(url_for("terms.edit_list"), 303)
