"""Lists with personal rows: asked for, decided on by a second person, fetched by POST."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import household_exports as queries
from catalog.queries import households as registers
from catalog.rules.households import RevealPurpose
from catalog.services import household_exports as exports
from catalog.web.household_looks import NEVER_KEPT
from catalog.web.households import choices
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, fresh_login, requires
from core.web.forms import Form, ShortText

bp = Blueprint("household_exports", __name__, url_prefix="/households/exports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
menu.add(
    "households", "household-exports", icon="file-earmark-arrow-down", endpoint="household_exports.index",
    right=Right.HOUSEHOLD_EXPORT, order=80, counter=queries.to_decide,
)  # fmt: skip
menu.add(
    "supervise", "household-exports-decide", icon="file-earmark-arrow-down", endpoint="household_exports.waiting",
    right=Right.HOUSEHOLD_EXPORT_DECIDE, order=96, counter=queries.to_decide,
    kinds=frozenset({OrganisationKind.FINANCE}),
)  # fmt: skip


class ExportForm(Form):
    place = SelectField()
    has_names = SelectField(choices=lambda: [(v, sentence("household_word", f"names-{v}")) for v in ("no", "yes")])
    purpose = SelectField(choices=lambda: choices(RevealPurpose))
    reason = ShortText(most=100)


def _form() -> ExportForm:
    form = ExportForm()
    places = registers.villages_of(actor())
    form.place.choices = [("", sentence("household_word", "all-of-mine")), *((p.code, p.full) for p in places)]
    return form


@bp.get("")
@requires(Right.HOUSEHOLD_EXPORT)
def index() -> ResponseReturnValue:
    return render_template("catalog/households/exports.html", lines=queries.listed(actor()), form=_form())


@bp.get("/waiting")
@requires(Right.HOUSEHOLD_EXPORT_DECIDE)
def waiting() -> ResponseReturnValue:
    return render_template("catalog/households/exports.html", lines=queries.listed(actor()), form=None)


@bp.post("")
@requires(Right.HOUSEHOLD_EXPORT)
@again(index)
def ask() -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        exports.request(
            form.place.data, has_names=form.has_names.data == "yes", purpose=RevealPurpose(form.purpose.data),
            reason=form.reason.data, by=actor(),
        )  # fmt: skip
    flash(sentence("message", "household-export-asked"), "ok")
    return redirect(url_for("household_exports.index"), 303)


@bp.post("/<id:export_id>/approve")
@requires(Right.HOUSEHOLD_EXPORT_DECIDE)
@again(waiting)
def approve(export_id: int) -> ResponseReturnValue:
    with transaction():
        exports.decide(export_id, approve=True, by=actor())
    flash(sentence("message", "household-export-approved"), "ok")
    return redirect(url_for("household_exports.waiting"), 303)


@bp.post("/<id:export_id>/decline")
@requires(Right.HOUSEHOLD_EXPORT_DECIDE)
@again(waiting)
def decline(export_id: int) -> ResponseReturnValue:
    with transaction():
        exports.decide(export_id, approve=False, by=actor())
    flash(sentence("message", "household-export-declined"), "ok")
    return redirect(url_for("household_exports.waiting"), 303)


@bp.post("/<id:export_id>/fetch")
@requires(Right.HOUSEHOLD_EXPORT)
@again(index)
@fresh_login()
def fetch(export_id: int) -> ResponseReturnValue:
    with transaction():
        data = exports.fetch(export_id, by=actor())
    name = sentence("household_word", "file-export", number=export_id)
    answer = send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    answer.headers["Cache-Control"] = NEVER_KEPT
    return answer
