"""The operator's suppliers: suspend, resume, let go, blacklist; whom a trader sells for."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import papers, producers, supplier_checks, suppliers
from catalog.rules.supplier import SUPPLIER, SupplierAct, SupplierStatus
from catalog.rules.supplier_life import BanGround
from catalog.services import admission, supplier_life
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
    ground = SelectField(default=BanGround.BREACH.value)


class AuthoriseForm(Form):
    producer = SelectField(coerce=int)
    valid_to = DayField(required=False)


def _authorise_form() -> AuthoriseForm:
    form = AuthoriseForm()
    form.producer.choices = producers.choices()
    return form


@bp.get("")
@requires(Right.ADMIT)
def every() -> ResponseReturnValue:
    words, wanted = request.args.get("q", "").strip()[:60], request.args.get("status", "")
    status = SupplierStatus(wanted) if wanted in set(SupplierStatus) else None
    rows, total = suppliers.listed(status, words)
    return render_template(
        "catalog/admission/list.html", rows=rows, total=total, words=words, status=status, kinds=SupplierStatus
    )


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
        banned_until=admission.ban_of(supplier_id),
        authorisations=producers.of_trader(supplier_id),
        authorise=_authorise_form(),
        history=supplier_checks.history(supplier_id),
    )


def _form(supplier_id: int) -> DecideForm:
    found = suppliers.get(supplier_id)
    form = DecideForm(data={"licence_valid_to": found.licence_valid_to})
    steps = [act for act in SUPPLIER.acts_in(found.status) if "platform" in SUPPLIER.steps[found.status, act].by]
    form.act.choices = [(act.value, label(act)) for act in steps]
    form.ground.choices = [(each.value, label(each)) for each in BanGround]
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
            ground=BanGround(form.ground.data),
        )
    flash(sentence("message", "supplier-decided", act=label(SupplierAct(form.act.data))))
    return redirect(url_for("admission.show", supplier_id=supplier_id), 303)


@bp.post("/<int:supplier_id>/authorisations")
@requires(Right.ADMIT)
@again(show)
def authorise(supplier_id: int) -> ResponseReturnValue:
    form = _authorise_form()
    form.require()
    with transaction():
        supplier_life.authorise(supplier_id, form.producer.data, valid_to=form.valid_to.data, by=actor())
    flash(sentence("message", "producer-authorised"))
    return redirect(url_for("admission.show", supplier_id=supplier_id), 303)


@bp.post("/<int:supplier_id>/authorisations/<int:authorisation_id>/end")
@requires(Right.ADMIT)
@again(show)
def end_authorisation(supplier_id: int, authorisation_id: int) -> ResponseReturnValue:
    with transaction():
        supplier_life.end_authorisation(authorisation_id, by=actor())
    flash(sentence("message", "producer-authorisation-ended"))
    return redirect(url_for("admission.show", supplier_id=supplier_id), 303)
