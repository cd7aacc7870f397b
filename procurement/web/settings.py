"""Dated settings, for finance's admin."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText
from procurement.queries import dated_settings as queries
from procurement.services import dated_settings

bp = Blueprint("settings", __name__, url_prefix="/settings")
menu.add("system", "settings", icon="sliders", endpoint="settings.show", right=Right.SETTINGS_MANAGE)


class ChangeForm(Form):
    value = ShortText(most=2000, required=False)
    valid_from = DayField()
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.SETTINGS_MANAGE)
def show(key: str = "") -> ResponseReturnValue:
    return render_template("procurement/settings/show.html", known=queries.listed(), form=ChangeForm(), at=key)


@bp.post("/<string(maxlength=40):key>")
@requires(Right.SETTINGS_MANAGE)
@again(show)
def change(key: str) -> ResponseReturnValue:
    form = ChangeForm()
    form.require()
    with transaction():
        dated_settings.change(
            key, form.value.data or "", valid_from=form.valid_from.data, reason=form.reason.data, by=actor()
        )
    flash(sentence("message", "setting-changed", valid_from_on=form.valid_from.data))
    return redirect(url_for("settings.show"), 303)
