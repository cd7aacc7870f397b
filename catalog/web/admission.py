"""The operator admits suppliers, suspends them, lets them go."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import papers, suppliers
from catalog.rules.supplier import SUPPLIER, SupplierAct
from catalog.services import admission
from core.access.rights import Right
from core.db import transaction
from core.organisations import queries as organisations
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText

bp = Blueprint("admission", __name__, url_prefix="/operator/suppliers")
menu.add("catalogue", "suppliers", icon="shop", endpoint="admission.every", right=Right.ADMIT, order=50)


class DecideForm(Form):
    act = SelectField()
    reason = ShortText(required=False)
    licence_valid_to = DayField(required=False)


@bp.get("")
@requires(Right.ADMIT)
def every() -> ResponseReturnValue:
    return render_template("catalog/admission/list.html", rows=suppliers.listed())


@bp.get("/<int:supplier_id>")
@requires(Right.ADMIT)
def show(supplier_id: int) -> ResponseReturnValue:
    found = suppliers.get(supplier_id)
    return render_template(
        "catalog/admission/show.html",
        supplier=found,
        body=organisations.get(found.organisation_id),
        sheets=papers.of_supplier(supplier_id),
        form=_form(supplier_id),
    )


def _form(supplier_id: int) -> DecideForm:
    found = suppliers.get(supplier_id)
    form = DecideForm(data={"licence_valid_to": found.licence_valid_to})
    steps = [act for act in SUPPLIER.acts_in(found.status) if "platform" in SUPPLIER.steps[found.status, act].by]
    form.act.choices = [(act.value, label(act)) for act in steps]
    return form


@bp.post("/<int:supplier_id>")
@requires(Right.ADMIT)
@again(show)
def decide(supplier_id: int) -> ResponseReturnValue:
    form = _form(supplier_id)
    form.require()
    with transaction():
        admission.decide(
            supplier_id,
            SupplierAct(form.act.data),
            by=actor(),
            reason=form.reason.data or "",
            licence_valid_to=form.licence_valid_to.data,
        )
    flash(sentence("message", "supplier-decided", act=label(SupplierAct(form.act.data))))
    return redirect(url_for("admission.show", supplier_id=supplier_id), 303)
