"""One application at the office: tick papers, pass steps, wait, send inspectors, measure, fee and letter, the end."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import certification_case, inspections
from catalog.rules.certification import STEPS, CertificationState, FeePayer, MonitoringResult
from catalog.services import certification_limits, certification_office
from catalog.services import inspections as visits
from catalog.services.certificates import Paper
from catalog.web import certification_papers as printed
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.quantity import KG
from core.text import label, sentence
from core.web import papers, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, QuantityField, ShortText, YuanField

bp = Blueprint("certification_case", __name__, url_prefix="/agriculture/certification")


class VisitForm(Form):
    planned_on = DayField(default=clock.today)
    lead = SelectField(coerce=int)
    second = SelectField(coerce=int)


class MonitoringForm(Form):
    result = SelectField()
    agency = ShortText(most=60, required=False)
    report_no = ShortText(most=60, required=False)
    sampled_on = DayField(required=False)
    reason = ShortText(most=200, required=False)


class FeeForm(Form):
    standard = YuanField()
    reduction = YuanField()
    payer = SelectField()
    document = ShortText(most=100, required=False)
    fee_note = ShortText(most=200, required=False)


class LetterForm(Form):
    addressee = ShortText(most=60)
    asked = YuanField()
    because = ShortText(most=200, required=False)


class SendForm(Form):
    sent_to = ShortText(most=60)
    sent_document = ShortText(most=60)


class GrantForm(Form):
    number = ShortText(most=40)
    issuer = ShortText(most=60)
    valid_from = DayField()
    valid_to = DayField()
    approved = QuantityField(unit=KG, required=False)


def made(form: type[Form], act: str, data: dict[str, Any] | None = None) -> Any:
    """A form of the page: with what was typed where it is the one that was sent, else with `data`."""
    is_sent = request.endpoint == f"certification_case.{act}"
    found: Any = form(data=data) if is_sent else form(formdata=None, data=data)
    if isinstance(found, MonitoringForm):
        found.result.choices = [(one.value, label(one)) for one in MonitoringResult]
    if isinstance(found, FeeForm):
        found.payer.choices = [(one.value, label(one)) for one in FeePayer]
    return found


def visit_form() -> VisitForm:
    form: VisitForm = made(VisitForm, "plan_visit")
    people = inspections.inspectors(actor().office_id)
    form.lead.choices = form.second.choices = people
    if request.endpoint != "certification_case.plan_visit" and len(people) > 1:
        form.second.data = people[1][0]
    return form


@bp.get("/<id:certification_id>")
@requires(Right.CERTIFICATION_HANDLE)
def show(certification_id: int) -> ResponseReturnValue:
    case = certification_case.get(certification_id, actor())
    return render_template(
        "catalog/certification/case.html", case=case, steps=STEPS, visits=inspections.of_application(certification_id),
        visit_form=visit_form(), monitoring_form=made(MonitoringForm, "measure"),
        fee_form=made(FeeForm, "put_fee", _fee(case)), letter_form=made(LetterForm, "write_letter"),
        send_form=made(SendForm, "send"), grant_form=made(GrantForm, "grant"),
    )  # fmt: skip


def _fee(case: certification_case.Case) -> dict[str, Any]:
    fee = case.fee
    if fee is None:
        return {"standard": certification_limits.standard_fee_fen(case.row.kind) or None, "reduction": 0}
    return {"standard": fee.standard_fen, "reduction": fee.reduction_fen, "payer": fee.payer.value,
            "document": fee.document, "fee_note": fee.note}  # fmt: skip


def back(certification_id: int, code: str, anchor: str = "", **facts: object) -> ResponseReturnValue:
    """To the application with the sentence of what was done."""
    flash(sentence("message", code, **facts))
    return redirect(url_for("certification_case.show", certification_id=certification_id, _anchor=anchor or None), 303)


def _at() -> CertificationState:
    """The step that stood on the page. Raises: Refused "form-invalid"."""
    given = request.form.get("at", "")
    if given not in set(CertificationState):
        raise Refused("form-invalid", count=1)
    return CertificationState(given)


def _reason() -> str:
    chosen, typed = request.form.get("chosen", "").strip(), request.form.get("reason", "").strip()
    return (typed or chosen)[:200]


@bp.post("/<id:certification_id>/papers/<id:material_id>/acceptance")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def accept_paper(certification_id: int, material_id: int) -> ResponseReturnValue:
    with transaction():
        certification_office.judge_paper(certification_id, material_id, accepted=True, by=actor())
    return back(certification_id, "certification-paper-accepted", f"m{material_id}")


@bp.post("/<id:certification_id>/papers/<id:material_id>/return")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def return_paper(certification_id: int, material_id: int) -> ResponseReturnValue:
    with transaction():
        certification_office.judge_paper(certification_id, material_id, accepted=False, reason=_reason(), by=actor())
    return back(certification_id, "certification-paper-returned", f"m{material_id}")


@bp.post("/<id:certification_id>/pass")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def pass_step(certification_id: int) -> ResponseReturnValue:
    with transaction():
        done = certification_office.pass_step(certification_id, at=_at(), by=actor())
        facts = {"application_no": done.application_no, "state": done.state}
    return back(certification_id, "certification-pass", **facts)


@bp.post("/<id:certification_id>/asking")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def ask(certification_id: int) -> ResponseReturnValue:
    with transaction():
        certification_office.ask(certification_id, _reason(), at=_at(), by=actor())
    return back(certification_id, "certification-ask")


@bp.post("/<id:certification_id>/going-on")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def go_on(certification_id: int) -> ResponseReturnValue:
    with transaction():
        certification_office.go_on(certification_id, _reason(), by=actor())
    return back(certification_id, "certification-go-on")


@bp.post("/<id:certification_id>/visit")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def plan_visit(certification_id: int) -> ResponseReturnValue:
    form = visit_form()
    form.require()
    with transaction():
        visits.plan(
            certification_id, planned_on=form.planned_on.data, lead_id=form.lead.data, second_id=form.second.data,
            by=actor(),
        )  # fmt: skip
    return back(certification_id, "inspection-planned", "visits")


@bp.post("/<id:certification_id>/monitoring")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def measure(certification_id: int) -> ResponseReturnValue:
    form = made(MonitoringForm, "measure")
    form.require()
    with transaction():
        given = certification_office.Measurement(
            MonitoringResult(form.result.data), form.agency.data or "", form.report_no.data or "",
            form.sampled_on.data, form.reason.data or "", uploads.find("report", "monitoring"),
        )  # fmt: skip
        certification_office.measure(certification_id, given, by=actor())
    return back(certification_id, "certification-measured", "monitoring")


@bp.post("/<id:certification_id>/fee")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def put_fee(certification_id: int) -> ResponseReturnValue:
    form = made(FeeForm, "put_fee")
    form.require()
    with transaction():
        certification_office.put_fee(
            certification_id, standard_fen=form.standard.data, reduction_fen=form.reduction.data,
            payer=FeePayer(form.payer.data), document=form.document.data or "", note=form.fee_note.data or "",
            by=actor(),
        )  # fmt: skip
    return back(certification_id, "certification-fee", "fee")


@bp.post("/<id:certification_id>/letters")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def write_letter(certification_id: int) -> ResponseReturnValue:
    form = LetterForm()
    form.require()
    with transaction():
        number = certification_office.write_letter(
            certification_id, form.addressee.data, form.asked.data, form.because.data or "", by=actor()
        ).letter_no
    return back(certification_id, "certification-letter", "fee", letter_no=number)


@bp.get("/letters/<id:letter_id>.pdf")
@requires(Right.CERTIFICATION_HANDLE)
def letter(letter_id: int) -> ResponseReturnValue:
    """减免认证费用协调函, as it was written."""
    found, case = certification_case.letter(letter_id, actor())
    return papers.answer("fee_letter", printed.fee_letter(found, case, actor()), actor())


@bp.post("/<id:certification_id>/sending")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def send(certification_id: int) -> ResponseReturnValue:
    form = SendForm()
    form.require()
    with transaction():
        number = certification_office.send(
            certification_id, form.sent_to.data, form.sent_document.data, by=actor()
        ).application_no
    return back(certification_id, "certification-send", application_no=number)


@bp.post("/<id:certification_id>/grant")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def grant(certification_id: int) -> ResponseReturnValue:
    form = GrantForm()
    form.require()
    kind = certification_case.get(certification_id, actor()).row.kind
    with transaction():
        paper = Paper(
            kind, form.number.data, form.issuer.data, form.valid_from.data, form.valid_to.data,
            uploads.find("scan", "certificate"), form.approved.data,
        )  # fmt: skip
        number = certification_office.grant(certification_id, paper, by=actor()).application_no
    return back(certification_id, "certification-grant", application_no=number)


@bp.post("/<id:certification_id>/failure")
@requires(Right.CERTIFICATION_HANDLE)
@again(show)
def fail(certification_id: int) -> ResponseReturnValue:
    with transaction():
        number = certification_office.fail(certification_id, _reason(), at=_at(), by=actor()).application_no
    return back(certification_id, "certification-fail", application_no=number)
