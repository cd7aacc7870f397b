"""Renewed business licences: handed in by the clerk on a phone, compared by the township."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from catalog.queries import licences as queries
from catalog.services import licences
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, clean

bp = Blueprint("licences", __name__)
menu.add(
    "catalogue", "licences", icon="file-earmark-text", endpoint="licences.waiting", order=36,
    right=Right.SUPPLIER_CHECK, counter=queries.waiting_count,
)  # fmt: skip


class LicenceForm(Form):
    valid_to = DayField(required=False)
    is_endless = BooleanField()


@bp.get("/supplier/licence")
@requires(Right.SELL)
def own() -> ResponseReturnValue:
    return render_template("catalog/papers/licence.html", found=queries.own(actor()), form=LicenceForm())


@bp.post("/supplier/licence")
@requires(Right.SELL)
@again(own)
def hand_in() -> ResponseReturnValue:
    form = LicenceForm()
    form.require()
    if (form.valid_to.data is None) != bool(form.is_endless.data):
        raise Refused("licence-end-or-endless")
    with transaction():
        licences.hand_in(form.valid_to.data, uploads.needed("scan", "licence", own=True), by=actor())
    flash(sentence("message", "licence-handed-in"))
    return redirect(url_for("licences.own"), 303)


@bp.get("/township/licences")
@requires(Right.SUPPLIER_CHECK)
def waiting() -> ResponseReturnValue:
    return render_template("catalog/township/licences.html", rows=queries.waiting(actor()))


@bp.post("/township/licences/<id:renewal_id>/accept")
@requires(Right.SUPPLIER_CHECK)
@again(waiting)
def accept(renewal_id: int) -> ResponseReturnValue:
    with transaction():
        licences.accept(renewal_id, by=actor())
    flash(sentence("message", "licence-accepted"))
    return redirect(url_for("licences.waiting"), 303)


@bp.post("/township/licences/<id:renewal_id>/return")
@requires(Right.SUPPLIER_CHECK)
@again(waiting)
def send_back(renewal_id: int) -> ResponseReturnValue:
    with transaction():
        licences.send_back(renewal_id, clean(request.form.get("reason", ""))[:200], by=actor())
    flash(sentence("message", "licence-sent-back"))
    return redirect(url_for("licences.waiting"), 303)
