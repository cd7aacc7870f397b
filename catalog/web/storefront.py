"""What a supplier says about itself, and what it takes for sending parcels."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from catalog.queries import suppliers
from catalog.services import admission
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField

bp = Blueprint("storefront", __name__, url_prefix="/supplier/storefront")
menu.add("market", "storefront", icon="shop", endpoint="storefront.edit", right=Right.SELL, order=60)


class StorefrontForm(Form):
    story = TextAreaField()
    base = YuanField()
    free_above = YuanField(required=False)


@bp.get("")
@requires(Right.SELL)
def edit() -> ResponseReturnValue:
    mine = suppliers.own(actor())
    base, free = suppliers.freight_of(mine.id)
    form = StorefrontForm(data={"story": mine.story, "base": base, "free_above": free})
    return render_template("catalog/storefront/edit.html", form=form, supplier=mine)


class LeaveForm(Form):
    reason = ShortText(most=120)


@bp.get("/leave")
@requires(Right.SELL)
def ask_leave() -> ResponseReturnValue:
    return render_template("catalog/storefront/leave.html", supplier=suppliers.own(actor()), form=LeaveForm())


@bp.post("/leave")
@requires(Right.SELL)
@again(ask_leave)
def leave() -> ResponseReturnValue:
    form = LeaveForm()
    form.require()
    with transaction():
        admission.leave(form.reason.data, by=actor())
    flash(sentence("message", "supplier-left"))
    return redirect(url_for("storefront.edit"), 303)


@bp.post("")
@requires(Right.SELL)
@again(edit)
def save() -> ResponseReturnValue:
    form = StorefrontForm()
    form.require()
    with transaction():
        admission.describe(form.story.data or "", by=actor())
        admission.set_freight(form.base.data, form.free_above.data, by=actor())
    flash(sentence("message", "storefront-saved"))
    return redirect(url_for("storefront.edit"), 303)
