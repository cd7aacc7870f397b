"""The operator keeps suppliers' accounts with the payment provider."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, SelectField

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from market.queries import merchants as queries
from market.services import merchants

bp = Blueprint("merchants", __name__, url_prefix="/merchants")
menu.add("system", "merchants", icon="wallet2", endpoint="merchants.show", right=Right.OPERATE, order=30)


class MerchantForm(Form):
    supplier = SelectField(coerce=int)
    seller_id = ShortText(most=16)
    auth_token = PasswordField()


def _form(rows: list[queries.MerchantRow]) -> MerchantForm:
    form = MerchantForm()
    form.supplier.choices = [(row.supplier_id, row.name) for row in rows]
    return form


@bp.get("")
@requires(Right.OPERATE)
def show() -> ResponseReturnValue:
    rows = queries.listed()
    return render_template("market/merchants/list.html", rows=rows, form=_form(rows))


@bp.post("")
@requires(Right.OPERATE)
@again(show)
def register() -> ResponseReturnValue:
    form = _form(queries.listed())
    form.require()
    with transaction():
        merchants.register(
            form.supplier.data,
            seller_id=form.seller_id.data,
            auth_token=(form.auth_token.data or "").strip(),
            by=actor(),
        )
    flash(sentence("message", "merchant-registered"))
    return redirect(url_for("merchants.show"), 303)


@bp.post("/<int:account_id>/end")
@requires(Right.OPERATE)
@again(show)
def end(account_id: int) -> ResponseReturnValue:
    with transaction():
        merchants.end(account_id, by=actor())
    flash(sentence("message", "merchant-ended"))
    return redirect(url_for("merchants.show"), 303)
