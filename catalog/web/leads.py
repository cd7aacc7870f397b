"""Officers recognise lead enterprises on verified figures, and end a recognition."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import admission_terms, leads
from catalog.services import leads as services
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText

bp = Blueprint("leads", __name__, url_prefix="/admission/leads")
menu.add("catalogue", "leads", icon="award", endpoint="leads.candidates", right=Right.LEAD_RECOGNISE, order=40)


class RecogniseForm(Form):
    document = ShortText(most=120, required=False)


class RevokeForm(Form):
    reason = ShortText(most=120, required=False)


@bp.get("")
@requires(Right.LEAD_RECOGNISE)
def candidates() -> ResponseReturnValue:
    return render_template(
        "catalog/admission/leads.html", rows=leads.candidates(), criteria=admission_terms.lead_criteria()
    )


@bp.post("/<int:supplier_id>/recognition")
@requires(Right.LEAD_RECOGNISE)
@again(candidates)
def recognise(supplier_id: int) -> ResponseReturnValue:
    form = RecogniseForm()
    form.require()
    with transaction():
        services.recognise(supplier_id, document=form.document.data or "", by=actor())
        said = sentence("message", "lead-recognised", name=leads.name_of(supplier_id))
    flash(said)
    return redirect(url_for("leads.candidates"), 303)


@bp.post("/<int:supplier_id>/revocation")
@requires(Right.LEAD_RECOGNISE)
@again(candidates)
def revoke(supplier_id: int) -> ResponseReturnValue:
    form = RevokeForm()
    form.require()
    with transaction():
        services.revoke(supplier_id, reason=form.reason.data or "", by=actor())
        said = sentence("message", "lead-revoked", name=leads.name_of(supplier_id))
    flash(said)
    return redirect(url_for("leads.candidates"), 303)
