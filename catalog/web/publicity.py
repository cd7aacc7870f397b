"""In public: who is about to sell, and the objections; which enterprises are recognised as leading."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from catalog.queries import admission_terms, leads, publications
from catalog.rules.admission import AdmissionState
from catalog.services import publications as services
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import uploads
from core.web.access import actor, again, public, requires
from core.web.forms import Form
from core.web.limits import limiter

bp = Blueprint("publicity", __name__)
_NO = "<string(maxlength=20):application_no>"


class ObjectionForm(Form):
    text = TextAreaField()


@bp.get("/publicity")
@public
def every() -> ResponseReturnValue:
    days = admission_terms.publication_days()
    return render_template("catalog/publicity/list.html", rows=publications.listed(), days=days)


@bp.get(f"/publicity/{_NO}")
@public
def show(application_no: str) -> ResponseReturnValue:
    found = publications.get(application_no)
    return render_template(
        "catalog/publicity/show.html",
        found=found,
        open=found.state is AdmissionState.PUBLICATION and clock.today() <= found.objections_until,
        checks=publications.checks(application_no),
        objections=publications.objections(application_no),
        form=ObjectionForm(),
    )


@bp.post(f"/publicity/{_NO}/objection")
@requires(Right.APPLY)
@limiter.limit("6 per hour")
@again(show)
def object_to(application_no: str) -> ResponseReturnValue:
    form = ObjectionForm()
    form.require()
    with transaction():
        file_id = uploads.find("file", "objection", own=True)
        services.object_to(application_no, (form.text.data or "")[:2000], file_id=file_id, by=actor())
    flash(sentence("message", "objection-made"))
    return redirect(url_for("publicity.show", application_no=application_no), 303)


@bp.get("/lead-enterprises")
@public
def lead_enterprises() -> ResponseReturnValue:
    return render_template(
        "catalog/publicity/leads.html", rows=leads.listed(), criteria=admission_terms.lead_criteria()
    )
