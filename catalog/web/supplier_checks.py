"""A township looks again at its suppliers every six months: on a phone, at the place."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField

from catalog.queries import supplier_checks as queries
from catalog.rules.supplier_life import CheckOutcome, licence_stage
from catalog.services import supplier_life
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form

bp = Blueprint("supplier_checks", __name__, url_prefix="/township/suppliers")
menu.add(
    "catalogue", "supplier-checks", icon="clipboard2-check", endpoint="supplier_checks.due", order=35,
    right=Right.SUPPLIER_CHECK, counter=queries.due_count,
)  # fmt: skip


class CheckForm(Form):
    outcome = SelectField()
    note = TextAreaField()
    due_on = DayField()


def _form() -> CheckForm:
    form = CheckForm()
    form.outcome.choices = [(each.value, label(each)) for each in CheckOutcome]
    return form


@bp.get("")
@requires(Right.SUPPLIER_CHECK)
def due() -> ResponseReturnValue:
    return render_template("catalog/township/checks.html", rows=queries.due(actor()))


@bp.get("/<int:supplier_id>")
@requires(Right.SUPPLIER_CHECK)
def show(supplier_id: int) -> ResponseReturnValue:
    found, body = queries.get(supplier_id, actor())
    return render_template(
        "catalog/township/check.html",
        found=found,
        body=body,
        due_on=queries.due_of(found),
        stage=licence_stage(found.licence_valid_to, clock.today()),
        history=queries.history(supplier_id),
        form=_form(),
    )


@bp.post("/<int:supplier_id>")
@requires(Right.SUPPLIER_CHECK)
@again(show)
def check(supplier_id: int) -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        _, body = queries.get(supplier_id, actor())
        file_id = uploads.find("file", "supplier-check", own=True)
        outcome, note = CheckOutcome(form.outcome.data), (form.note.data or "")[:1000]
        supplier_life.check(supplier_id, outcome, due_on=form.due_on.data, note=note, by=actor(), file_id=file_id)
        said = sentence("message", "supplier-checked", name=body.name)
    flash(said)
    return redirect(url_for("supplier_checks.due"), 303)
