"""A supplier's clerk and the ledger of payments to households: write one, mark it paid, bring papers, take it back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import benefits as reading
from catalog.rules.benefit import BenefitKind, BenefitState, PayMethod
from catalog.services import benefits, claims
from catalog.web.fields import leaf_choices
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.quantity import KG
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, QuantityField, ShortText, YuanField

bp = Blueprint("benefits", __name__, url_prefix="/supplier/benefits")
menu.add("market", "benefits", icon="people", endpoint="benefits.mine", right=Right.SELL, order=60)


class PayForm(Form):
    method = SelectField()
    paid_on = DayField(required=False)
    voucher = ShortText(most=60, required=False)


class ClaimForm(PayForm):
    kind = SelectField()
    household = ShortText(most=20)
    category = SelectField(coerce=int)
    quantity = QuantityField(unit=KG, required=False)
    amount = YuanField(least=1)
    earned_on = DayField()


def _with_choices(form: Any) -> Any:
    form.method.choices = [("", sentence("word", "not-paid-yet")), *((m.value, label(m)) for m in PayMethod)]
    if isinstance(form, ClaimForm):
        form.kind.choices = [(kind.value, label(kind)) for kind in BenefitKind]
        form.category.choices = [(0, sentence("word", "no-category")), *leaf_choices()]
    return form


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    asked, household = request.args.get("state", ""), request.args.get("household", "").strip()[:20]
    states = [BenefitState(asked)] if asked in set(BenefitState) else []
    found = reading.listed(actor(), states=states, household_code=household, page=request.args.get("page", 1, int))
    return render_template(
        "catalog/benefits/list.html", found=found, state=asked, household=household, counts=reading.counts(actor())
    )


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    form = _with_choices(ClaimForm(earned_on=clock.today()))
    return render_template("catalog/benefits/new.html", form=form)


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = _with_choices(ClaimForm())
    form.require()
    with transaction():
        made = claims.write(_claim(form), file_id=uploads.find("paper", "benefit-voucher"), by=actor())
        benefit_id = made.id
    flash(sentence("message", "benefit-written"))
    return redirect(url_for("benefits.show", benefit_id=benefit_id), 303)


def _claim(form: ClaimForm) -> claims.Claim:
    return claims.Claim(
        kind=BenefitKind(form.kind.data),
        household_code=(form.household.data or "").upper(),
        amount_fen=form.amount.data,
        earned_on=form.earned_on.data,
        category_id=form.category.data or None,
        quantity_g=form.quantity.data or None,
        method=PayMethod(form.method.data) if form.method.data else None,
        paid_on=form.paid_on.data,
        voucher=form.voucher.data or "",
    )


@bp.get("/<int:benefit_id>")
@requires(Right.SELL)
def show(benefit_id: int) -> ResponseReturnValue:
    row = reading.one(benefit_id, actor())
    form = _with_choices(PayForm(paid_on=clock.today()))
    return render_template("catalog/benefits/show.html", row=row, events=reading.events(benefit_id), form=form)


@bp.post("/<int:benefit_id>/payment")
@requires(Right.SELL)
@again(show)
def pay(benefit_id: int) -> ResponseReturnValue:
    form = _with_choices(PayForm())
    form.require()
    method = PayMethod(form.method.data or PayMethod.BANK)
    paid_on = form.paid_on.data or clock.today()
    with transaction():
        file_id = uploads.find("paper", "benefit-voucher")
        claims.pay(benefit_id, paid_on, form.voucher.data or "", method=method, file_id=file_id, by=actor())
    flash(sentence("message", "benefit-paid"))
    return redirect(url_for("benefits.show", benefit_id=benefit_id), 303)


@bp.post("/<int:benefit_id>/evidence")
@requires(Right.SELL)
@again(show)
def evidence(benefit_id: int) -> ResponseReturnValue:
    note = request.form.get("note", "").strip()[:200]
    with transaction():
        benefits.add_evidence(benefit_id, uploads.needed("evidence", "benefit-evidence"), note, by=actor())
    flash(sentence("message", "benefit-evidence"))
    return redirect(url_for("benefits.show", benefit_id=benefit_id), 303)


@bp.post("/<int:benefit_id>/void")
@requires(Right.SELL)
@again(show)
def void(benefit_id: int) -> ResponseReturnValue:
    with transaction():
        benefits.void(benefit_id, request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "benefit-voided"))
    return redirect(url_for("benefits.show", benefit_id=benefit_id), 303)
