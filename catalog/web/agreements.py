"""Agreements with households: the supplier signs, renews, lets join and leave; the linkage office reads them."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField

from catalog.queries import linkage_desk as reading
from catalog.rules.agreement import Terms
from catalog.rules.supplier import LinkageMode
from catalog.services import agreements
from catalog.services.agreements import Signed
from catalog.web.fields import PercentField, PriceField
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, YuanField

bp = Blueprint("agreements", __name__, url_prefix="/supplier/agreements")
menu.add("market", "agreements", icon="file-earmark-text", endpoint="agreements.mine", right=Right.SELL, order=62)


class TermsForm(Form):
    mode = SelectField()
    valid_from = DayField()
    valid_to = DayField()
    price = PriceField(required=False)
    guaranteed = YuanField(required=False)
    share = PercentField(required=False)
    text = TextAreaField()


class ListForm(Form):
    households = TextAreaField()
    signed_on = DayField()


class AgreementForm(TermsForm, ListForm):
    """Terms and the first list together."""


def _with_choices(form: Any) -> Any:
    form.mode.choices = [(mode.value, label(mode)) for mode in LinkageMode]
    return form


def _terms(form: TermsForm) -> Terms:
    return Terms(
        LinkageMode(form.mode.data),
        form.valid_from.data,
        form.valid_to.data,
        guaranteed_price_fen_x100=form.price.data,
        guaranteed_fen=form.guaranteed.data,
        dividend_bp=form.share.data,
        text=(form.text.data or "")[:2000],
    )


def _listed(form: ListForm) -> list[Signed]:
    """Codes one a line or parted by anything that is no part of a code."""
    codes = re.findall(r"[A-Za-z0-9-]{2,20}", form.households.data or "")
    return [Signed(code.upper(), form.signed_on.data) for code in codes[:500]]


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    return render_template("catalog/agreements/list.html", deals=reading.deals(actor(), clock.today()))


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    form = _with_choices(AgreementForm(signed_on=clock.today(), valid_from=clock.today()))
    return render_template("catalog/agreements/new.html", form=form)


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = _with_choices(AgreementForm())
    form.require()
    with transaction():
        made = agreements.sign(_terms(form), _listed(form), file_id=uploads.needed("paper", "agreement"), by=actor())
        agreement_id = made.id
    flash(sentence("message", "agreement-signed"))
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


@bp.get("/<int:agreement_id>")
@requires(Right.SELL)
def show(agreement_id: int) -> ResponseReturnValue:
    deal = reading.deal(agreement_id, actor(), clock.today())
    form = ListForm(signed_on=clock.today())
    versions = reading.deals(actor(), clock.today(), number=deal.number)
    return render_template(
        "catalog/agreements/show.html", deal=deal, bound=reading.bound(agreement_id), form=form, versions=versions
    )


@bp.get("/<int:agreement_id>/renew")
@requires(Right.SELL)
def ask_renewal(agreement_id: int) -> ResponseReturnValue:
    deal = reading.deal(agreement_id, actor(), clock.today())
    form = _with_choices(
        TermsForm(
            mode=deal.mode.value,
            valid_to=deal.valid_to,
            price=deal.guaranteed_price_fen_x100,
            guaranteed=deal.guaranteed_fen,
            share=deal.dividend_bp,
            text=deal.terms,
        )
    )
    return render_template("catalog/agreements/renew.html", deal=deal, form=form)


@bp.post("/<int:agreement_id>/renew")
@requires(Right.SELL)
@again(ask_renewal)
def renew(agreement_id: int) -> ResponseReturnValue:
    form = _with_choices(TermsForm())
    form.require()
    with transaction():
        made = agreements.renew(agreement_id, _terms(form), file_id=uploads.needed("paper", "agreement"), by=actor())
        new_id = made.id
    flash(sentence("message", "agreement-renewed"))
    return redirect(url_for("agreements.show", agreement_id=new_id), 303)


@bp.post("/<int:agreement_id>/households")
@requires(Right.SELL)
@again(show)
def join(agreement_id: int) -> ResponseReturnValue:
    form = ListForm()
    form.require()
    with transaction():
        count = agreements.join(agreement_id, _listed(form), by=actor())
    flash(sentence("message", "agreement-joined", count=count))
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


@bp.post("/<int:agreement_id>/households/<int:household_id>/leave")
@requires(Right.SELL)
@again(show)
def leave(agreement_id: int, household_id: int) -> ResponseReturnValue:
    with transaction():
        agreements.leave(agreement_id, household_id, _day(request.form.get("on", "")), by=actor())
    flash(sentence("message", "agreement-left"))
    return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return clock.today()
