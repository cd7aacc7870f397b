"""The applicant's desk: apply for a certificate, give papers, follow the five steps, answer, renew."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.queries import certification_case, certifications, desk, inspections, papers, suppliers
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import KINDS, STEPS, Ground, ScaleUnit
from catalog.services import certification
from catalog.services.certification import Draft
from catalog.web.fields import HundredthsField, village_choices
from core.access.rights import Right
from core.db import transaction
from core.quantity import KG
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, QuantityField, ShortText

bp = Blueprint("certification", __name__, url_prefix="/supplier/certification")
menu.add(
    "market", "certification", icon="award", endpoint="certification.mine", right=Right.SELL, order=45,
    counter=lambda who: certifications.own_counts(who)[0],
)  # fmt: skip
VILLAGES = 5


class DraftForm(Form):
    kind = SelectField()
    goods = ShortText(most=200)
    products = SelectMultipleField(coerce=int, widget=ListWidget(), option_widget=CheckboxInput())
    scale_unit = SelectField()
    output = QuantityField(unit=KG)
    note = TextAreaField()
    renews = HiddenField()


def draft_form(data: dict[str, Any] | None = None) -> Any:
    """The form with five rows of village and scale: village-0, scale-0 …"""
    who = actor()
    villages = [("", ""), *village_choices(suppliers.own(who).town_code)]
    fields: dict[str, Any] = {}
    for row in range(VILLAGES):
        fields[f"village-{row}"] = SelectField(default="")
        fields[f"scale-{row}"] = HundredthsField(required=False)
    form = type("CertificationForm", (DraftForm,), fields)(data=data)
    for row in range(VILLAGES):
        form[f"village-{row}"].choices = villages
    form.kind.choices = [(kind.value, label(kind)) for kind in KINDS]
    form.scale_unit.choices = [(unit.value, label(unit)) for unit in ScaleUnit]
    form.products.choices = [(row.product_id, row.name) for row in desk.own_products(who)]
    return form


def shown(draft: Draft) -> dict[str, Any]:
    """A draft as the form's data."""
    data: dict[str, Any] = {
        "kind": draft.kind.value, "goods": draft.goods, "products": sorted(draft.product_ids),
        "scale_unit": draft.scale_unit.value, "output": draft.expected_output_g or None, "note": draft.note,
        "renews": str(draft.renews_id or ""),
    }  # fmt: skip
    for row, ground in enumerate(draft.grounds[:VILLAGES]):
        data |= {f"village-{row}": ground.village_code, f"scale-{row}": ground.scale_x100 or None}
    return data


def read(form: Any) -> Draft:
    """What was typed. A village without a scale stands there with 0, which the rule refuses."""
    rows = [(form[f"village-{row}"].data, form[f"scale-{row}"].data or 0) for row in range(VILLAGES)]
    renews = form.renews.data or ""
    return Draft(
        kind=CertificateKind(form.kind.data),
        goods=form.goods.data,
        scale_unit=ScaleUnit(form.scale_unit.data),
        expected_output_g=form.output.data,
        grounds=tuple(Ground(code, scale) for code, scale in rows if code),
        product_ids=frozenset(form.products.data or ()),
        note=(form.note.data or "")[:1000],
        renews_id=int(renews) if renews.isdecimal() and len(renews) < 19 else None,
    )


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    return render_template("catalog/certification/list.html", cards=certifications.own(actor()))


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    renews = request.values.get("renews", "")
    data = None
    if request.method == "GET" and renews.isdecimal() and len(renews) < 19:
        data = shown(certification.from_certificate(int(renews), actor()))
    held = [one for one in papers.own(actor()) if one.kind in KINDS]
    return render_template("catalog/certification/form.html", form=draft_form(data), held=held, row=None, rows=VILLAGES)


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = draft_form()
    form.require()
    with transaction():
        made = certification.start(read(form), by=actor())
        made_id, number = made.id, made.application_no
    flash(sentence("message", "certification-drafted", application_no=number))
    return redirect(url_for(".show", certification_id=made_id), 303)


@bp.get("/<id:certification_id>")
@requires(Right.SELL)
def show(certification_id: int) -> ResponseReturnValue:
    case = certification_case.get(certification_id, actor())
    visits = [one for one in inspections.of_application(certification_id) if one[0].is_closed]
    return render_template("catalog/certification/show.html", case=case, visits=visits, steps=STEPS)


@bp.get("/<id:certification_id>/edit")
@requires(Right.SELL)
def edit(certification_id: int) -> ResponseReturnValue:
    case = certification_case.get(certification_id, actor())
    row = case.row
    draft = Draft(
        row.kind, row.goods, row.scale_unit, row.expected_output_g,
        tuple(Ground(one.code, one.scale_x100) for one in case.grounds),
        frozenset(product_id for product_id, _ in case.products), row.note, row.renews_id,
    )  # fmt: skip
    return render_template(
        "catalog/certification/form.html", form=draft_form(shown(draft)), held=[], row=row, rows=VILLAGES
    )


@bp.post("/<id:certification_id>/edit")
@requires(Right.SELL)
@again(edit)
def revise(certification_id: int) -> ResponseReturnValue:
    form = draft_form()
    form.require()
    with transaction():
        certification.revise(certification_id, read(form), by=actor())
    flash(sentence("message", "certification-revised"))
    return redirect(url_for(".show", certification_id=certification_id), 303)


@bp.post("/<id:certification_id>/papers/<id:material_id>")
@requires(Right.SELL)
@again(show)
def give_paper(certification_id: int, material_id: int) -> ResponseReturnValue:
    with transaction():
        paper = uploads.needed("file", "certification")
        certification.give_paper(certification_id, material_id, paper, by=actor())
    flash(sentence("message", "certification-paper-given"))
    return redirect(url_for(".show", certification_id=certification_id, _anchor=f"m{material_id}"), 303)


@bp.post("/<id:certification_id>/hand-in")
@requires(Right.SELL)
@again(show)
def hand_in(certification_id: int) -> ResponseReturnValue:
    with transaction():
        number = certification.hand_in(certification_id, by=actor()).application_no
    flash(sentence("message", "certification-apply", application_no=number))
    return redirect(url_for(".show", certification_id=certification_id), 303)


@bp.post("/<id:certification_id>/answer")
@requires(Right.SELL)
@again(show)
def answer(certification_id: int) -> ResponseReturnValue:
    with transaction():
        certification.answer(certification_id, request.form.get("reason", "")[:200], by=actor())
    flash(sentence("message", "certification-answer"))
    return redirect(url_for(".show", certification_id=certification_id), 303)


@bp.post("/<id:certification_id>/withdrawal")
@requires(Right.SELL)
@again(show)
def withdraw(certification_id: int) -> ResponseReturnValue:
    with transaction():
        number = certification.withdraw(
            certification_id, request.form.get("reason", "")[:200], by=actor()
        ).application_no
    flash(sentence("message", "certification-withdraw", application_no=number))
    return redirect(url_for(".mine"), 303)
