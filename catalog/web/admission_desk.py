"""The desks of the admission: a queue for each, an application with all that was said of it, the verdict."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField, TextAreaField

from catalog.queries import admission_queue as queue
from catalog.queries import admission_terms, applications, publications
from catalog.rules.admission import AdmissionAct, AdmissionState
from catalog.services import admission_review
from catalog.services import publications as services
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form

bp = Blueprint("admission_desk", __name__, url_prefix="/admission")
menu.add(
    "catalogue", "admission-queue", icon="person-check", endpoint="admission_desk.waiting", order=30,
    right=Right.ADMISSION_REVIEW, counter=queue.waiting_count,
)  # fmt: skip
menu.add(
    "catalogue", "objections", icon="megaphone", endpoint="admission_desk.objections", order=31, right=Right.ADMIT,
    counter=lambda _who: publications.waiting_count(),
)  # fmt: skip
_NO = "<string(maxlength=20):application_no>"


class VerdictForm(Form):
    act = SelectField()
    template = SelectField(validate_choice=False)
    reason = TextAreaField()
    seen = HiddenField()
    version_no = HiddenField()


class AnswerForm(Form):
    verdict = SelectField(choices=["0", "1"])
    text = TextAreaField()


@bp.get("")
@requires(Right.ADMISSION_REVIEW)
def waiting() -> ResponseReturnValue:
    who, wanted = actor(), request.args.get("desk", "")
    desks = queue.desks_of(who)
    desk = next((each for each in desks if each.value == wanted), desks[0])
    words, overdue = request.args.get("q", "").strip()[:60], request.args.get("overdue") == "1"
    found = queue.page(desk, who, after=queue.key_of(request.args.get("after", "")), words=words, overdue=overdue)
    return render_template(
        "catalog/admission/queue.html", desk=desk, desks=desks, page=found, words=words, overdue=overdue,
        after=request.args.get("after", ""), limit=admission_terms.limit(desk),
    )  # fmt: skip


@bp.get(f"/{_NO}")
@requires(Right.ADMISSION_REVIEW)
def show(application_no: str) -> ResponseReturnValue:
    who = actor()
    found = applications.get_for_review(application_no, who)
    return render_template(
        "catalog/admission/review.html",
        found=found,
        mine=found.state in queue.desks_of(who),
        form=_verdict_form(found.state, found.version_no),
        reading=applications.facts_for_reading(found),
        papers=applications.papers(found.id),
        changes=applications.changes(found),
        timeline=applications.timeline(found.id),
        why=queue.why(found.rank, found.rank_facts),
        objections=publications.objections(application_no),
    )


def _verdict_form(state: AdmissionState, version_no: int) -> VerdictForm:
    form = VerdictForm(data={"seen": state.value, "version_no": str(version_no)})
    acts = [AdmissionAct.PASS, AdmissionAct.SEND_BACK, AdmissionAct.REFUSE]
    form.act.choices = [
        (act.value, label(act)) for act in acts if act is not AdmissionAct.PASS or state != "publication"
    ]
    templates = [*admission_terms.reasons("return"), *admission_terms.reasons("refuse")]
    form.template.choices = [("", ""), *((line, line) for line in dict.fromkeys(templates))]
    return form


def _given(form: Any) -> dict[str, Any]:
    """What the reviewer chose, and what they had before them."""
    states = {state.value: state for state in AdmissionState}
    version, seen = form.version_no.data or "", states.get(form.seen.data or "")
    if seen is None or not version.isdigit() or len(version) > 6:
        raise Refused("form-invalid", count=1)
    reason = "；".join(filter(None, [form.template.data or "", form.reason.data or ""]))
    return {"seen": seen, "version_no": int(version), "reason": reason[:500]}


@bp.post(f"/{_NO}/decision")
@requires(Right.ADMISSION_REVIEW)
@again(show)
def decide(application_no: str) -> ResponseReturnValue:
    form = _verdict_form(AdmissionState.TOWNSHIP, 0)
    form.require()
    act = AdmissionAct(form.act.data)
    with transaction():
        found = admission_review.decide(application_no, act, by=actor(), **_given(form))
        said, desk = sentence("message", "admission-decided", name=found.name, act=act), form.seen.data
    flash(said)
    return redirect(url_for("admission_desk.waiting", desk=desk), 303)


@bp.post(f"/{_NO}/activation")
@requires(Right.ADMIT)
@again(show)
def activate(application_no: str) -> ResponseReturnValue:
    with transaction():
        said = sentence("message", "admission-activated", name=services.activate(application_no, by=actor()).name)
    flash(said)
    return redirect(url_for("admission_desk.waiting", desk=AdmissionState.PUBLICATION.value), 303)


@bp.get("/objections")
@requires(Right.ADMIT)
def objections() -> ResponseReturnValue:
    return render_template("catalog/admission/objections.html", rows=publications.waiting(), form=AnswerForm())


@bp.post("/objections/<int:objection_id>")
@requires(Right.ADMIT)
@again(objections)
def answer(objection_id: int) -> ResponseReturnValue:
    form = AnswerForm()
    form.require()
    with transaction():
        services.answer(objection_id, form.text.data or "", is_upheld=form.verdict.data == "1", by=actor())
    flash(sentence("message", "objection-answered"))
    return redirect(url_for("admission_desk.objections"), 303)
