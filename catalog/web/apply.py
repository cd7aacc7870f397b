"""Asking to become a supplier: what it takes, one's own applications, the form, the documents, the progress."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, TextAreaField

from catalog.models.admission import AdmissionApplication
from catalog.queries import admission_terms, applications, producers, publications, suppliers
from catalog.rules.admission import DESKS, EDITABLE, ApplicantKind, PaperKind
from catalog.rules.supplier import LinkageMode
from catalog.services import applications as services
from catalog.services.applications import Agreement, Draft
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.places.models import PlaceLevel
from core.places.queries import listed as places
from core.terms import queries as consents
from core.terms import services as terms
from core.terms.rules import TermsKind
from core.text import label, sentence
from core.web import uploads
from core.web.access import actor, again, current_actor, public, requires
from core.web.forms import DayField, Form, PhoneField, ShortText

bp = Blueprint("apply", __name__, url_prefix="/apply")
_NO = "<string(maxlength=20):application_no>"
_TEXTS = (
    "name", "uscc", "legal_person", "phone", "village_code", "goods", "bank_name", "bank_account_name",
    "bank_account_no", "sc_no", "jy_no", "food_issuer", "recognition_no",
)  # fmt: skip
_DAYS = ("licence_valid_to", "sc_from", "sc_to", "jy_from", "jy_to")


class ApplyForm(Form):
    kind = SelectField()
    name = ShortText(most=60)
    uscc = ShortText(most=30)
    legal_person = ShortText(most=30)
    phone = PhoneField(most=11)
    village_code = SelectField()
    goods = ShortText(most=100)
    licence_valid_to = DayField(required=False)
    bank_name = ShortText(most=60)
    bank_account_name = ShortText(most=60)
    bank_account_no = ShortText(most=40)
    sells_processed = BooleanField()
    sc_no = ShortText(most=20, required=False)
    sc_from = DayField(required=False)
    sc_to = DayField(required=False)
    jy_no = ShortText(most=20, required=False)
    jy_from = DayField(required=False)
    jy_to = DayField(required=False)
    food_issuer = ShortText(most=60, required=False)
    agreements = TextAreaField()
    recognition_no = ShortText(most=60, required=False)
    producer_id = SelectField(validate_choice=False)


def _form(found: AdmissionApplication | None = None) -> ApplyForm:
    form = ApplyForm(data=_shown(found) if found else None)
    form.kind.choices = [(kind.value, label(kind)) for kind in ApplicantKind]
    form.village_code.choices = [("", ""), *((p.code, p.full) for p in places(PlaceLevel.VILLAGE))]
    form.producer_id.choices = [("", ""), *((str(i), name) for i, name in producers.choices())]
    return form


def _shown(found: AdmissionApplication) -> dict[str, Any]:
    lines = [f"{each['code']} {label(LinkageMode(each['mode']))}" for each in found.agreements]
    facts = {name: getattr(found, name) for name in applications.FACTS if name != "entity_type"}
    given = {"kind": found.entity_type.value, "agreements": "\n".join(lines), "producer_id": str(found.producer_id)}
    return {**facts, **given}


def _agreements(text: str) -> tuple[Agreement, ...]:
    """One household a line: its code, then the mode in words (a purchase where none stands)."""
    modes = {label(mode): mode for mode in LinkageMode}
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.replace("，", " ").replace(",", " ").split()
        if not parts:
            continue
        mode = modes.get(parts[1]) if len(parts) == 2 else LinkageMode.PURCHASE
        if mode is None or len(parts) > 2:
            raise Refused("agreement-line", line=number)
        found.append(Agreement(parts[0], mode))
    return tuple(found)


def _draft(form: ApplyForm) -> Draft:
    """What was typed. The producer stands in a list; anything else is nobody."""
    form.require()
    texts: dict[str, Any] = {name: form[name].data or "" for name in _TEXTS}
    texts |= {name: form[name].data for name in _DAYS}
    chosen = form.producer_id.data or ""
    return Draft(
        **texts,
        kind=ApplicantKind(form.kind.data),
        sells_processed=bool(form.sells_processed.data),
        agreements=_agreements(form.agreements.data or ""),
        producer_id=int(chosen) if chosen.isdigit() and len(chosen) < 18 else None,
    )


@bp.get("")
@public
def start() -> ResponseReturnValue:
    who = current_actor()
    own = applications.listed_own(who) if who else []
    limits = {desk: admission_terms.limit(desk) for desk in DESKS}
    return render_template(
        "catalog/apply/start.html", own=own, limits=limits, days=admission_terms.publication_days(), kinds=PaperKind
    )


@bp.get("/new")
@requires(Right.APPLY)
def new() -> ResponseReturnValue:
    form = _form()
    chosen = form.village_code.data or ""
    helpers = suppliers.aggregators(chosen[:9]) if form.kind.data == ApplicantKind.GROWER else []
    asked = consents.lacking(actor(), [TermsKind.SENSITIVE])
    return render_template("catalog/apply/form.html", form=form, found=None, helpers=helpers, asked=asked)


@bp.post("/new")
@requires(Right.APPLY)
@again(new)
def create() -> ResponseReturnValue:
    form = _form()
    draft = _draft(form)
    with transaction():
        if request.form.get("agree_sensitive"):
            terms.agree([row.id for row in consents.lacking(actor(), [TermsKind.SENSITIVE])], by=actor())
        application_no = services.start(draft, by=actor()).application_no
    flash(sentence("message", "application-saved"))
    return redirect(url_for("apply.show", application_no=application_no), 303)


@bp.get(f"/{_NO}")
@requires(Right.APPLY)
def show(application_no: str) -> ResponseReturnValue:
    found = applications.get_own(application_no, actor())
    return render_template(
        "catalog/apply/show.html",
        found=found,
        editable=found.state in EDITABLE,
        papers=applications.papers(found.id),
        check=applications.check_list(found),
        timeline=applications.timeline(found.id),
        objections=publications.objections(application_no),
        kinds=PaperKind,
        facts=applications.facts_for_reading(found),
    )


@bp.get(f"/{_NO}/edit")
@requires(Right.APPLY)
def edit(application_no: str) -> ResponseReturnValue:
    found = applications.get_own(application_no, actor())
    return render_template("catalog/apply/form.html", form=_form(found), found=found, helpers=[])


@bp.post(f"/{_NO}/edit")
@requires(Right.APPLY)
@again(edit)
def save(application_no: str) -> ResponseReturnValue:
    form = _form()
    draft = _draft(form)
    with transaction():
        services.save(application_no, draft, by=actor())
    flash(sentence("message", "application-saved"))
    return redirect(url_for("apply.show", application_no=application_no), 303)


@bp.post(f"/{_NO}/papers")
@requires(Right.APPLY)
@again(show)
def add_paper(application_no: str) -> ResponseReturnValue:
    kinds = {kind.value: kind for kind in PaperKind}
    kind = kinds.get(request.form.get("kind", ""), PaperKind.OTHER)
    with transaction():
        file_id = uploads.needed("file", "admission", own=True)
        services.add_paper(application_no, kind, file_id, by=actor())
    flash(sentence("message", "paper-added"))
    return redirect(url_for("apply.show", application_no=application_no, _anchor="papers"), 303)


@bp.post(f"/{_NO}/papers/<int:paper_id>/drop")
@requires(Right.APPLY)
@again(show)
def drop_paper(application_no: str, paper_id: int) -> ResponseReturnValue:
    with transaction():
        services.drop_paper(application_no, paper_id, by=actor())
    flash(sentence("message", "paper-dropped"))
    return redirect(url_for("apply.show", application_no=application_no, _anchor="papers"), 303)


@bp.post(f"/{_NO}/submission")
@requires(Right.APPLY)
@again(show)
def submit(application_no: str) -> ResponseReturnValue:
    with transaction():
        found = services.submit(application_no, by=actor())
        said = sentence("message", "application-submitted", state=found.state, due_on=found.due_on)
    flash(said)
    return redirect(url_for("apply.show", application_no=application_no), 303)


@bp.get(f"/{_NO}/withdrawal")
@requires(Right.APPLY)
def ask_withdraw(application_no: str) -> ResponseReturnValue:
    found = applications.get_own(application_no, actor())
    return render_template("catalog/apply/withdraw.html", found=found)


@bp.post(f"/{_NO}/withdrawal")
@requires(Right.APPLY)
@again(ask_withdraw)
def withdraw(application_no: str) -> ResponseReturnValue:
    with transaction():
        services.withdraw(application_no, by=actor())
    flash(sentence("message", "application-withdrawn"))
    return redirect(url_for("apply.show", application_no=application_no), 303)
