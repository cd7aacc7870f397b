"""Entering a paper that allows a unit less than the minimum share, and those entered before."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.text import label, sentence
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, DayField, Form, ShortText, YuanField
from procurement.queries import declarations, schemes
from procurement.rules.scheme import Approver
from procurement.services import exceptions
from procurement.services.exceptions import Paper

bp = Blueprint("exceptions", __name__, url_prefix="/declarations/exceptions")
UNIT = f"<int(max={MAX_ID}):unit_id>"
APPROVERS = [(approver.value, label(approver)) for approver in Approver]


class PaperForm(Form):
    """The share in percent has two decimals, as yuan have: the field's data is basis points."""

    scheme = ShortText(most=4)
    min_share = YuanField()
    document = ShortText(most=200)
    approver = ShortText(most=20)
    valid_from = DayField()
    valid_to = DayField()


@bp.get(f"/{UNIT}")
@requires(Right.DECLARATION_DECIDE)
def show(unit_id: int) -> ResponseReturnValue:
    unit = db.session.get(Organisation, unit_id)
    if unit is None:
        raise Missing("no-such-unit")
    own = schemes.terms_of_year(clock.today().year)
    return render_template(
        "procurement/declarations/exceptions.html", unit=unit, papers=declarations.exceptions(unit_id),
        form=PaperForm(), schemes=own, approvers=APPROVERS,
    )  # fmt: skip


@bp.post(f"/{UNIT}")
@requires(Right.DECLARATION_DECIDE)
@again(show)
def enter(unit_id: int) -> ResponseReturnValue:
    form = PaperForm()
    form.require()
    if form.approver.data not in set(Approver):
        raise Refused("exception-approver")
    paper = Paper(
        form.scheme.data, form.min_share.data, form.document.data, Approver(form.approver.data),
        form.valid_from.data, form.valid_to.data,
    )  # fmt: skip
    with transaction():
        exceptions.enter(unit_id, paper, by=actor())
    flash(sentence("message", "exception-entered"))
    return redirect(url_for("exceptions.show", unit_id=unit_id), 303)
