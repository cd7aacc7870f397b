"""The agriculture bureau sets how much of a purchase in a category counts as the household's net income."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import linkage_desk as reading
from catalog.services import margins
from catalog.web.fields import PercentField, leaf_choices
from core import clock, settings
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText

bp = Blueprint("margins", __name__, url_prefix="/agriculture/margins")
menu.add("catalogue", "margins", icon="calculator", endpoint="margins.index", right=Right.MARGIN_SET, order=40)


class MarginForm(Form):
    category = SelectField(coerce=int)
    margin = PercentField()
    valid_from = DayField()
    document = ShortText(most=120)


def _form(**given: Any) -> MarginForm:
    form = MarginForm(**given)
    form.category.choices = leaf_choices()
    return form


@bp.get("")
@requires(Right.MARGIN_SET)
def index() -> ResponseReturnValue:
    standard = int(settings.value("linkage.margin_bp"))
    form = _form(valid_from=clock.today())
    return render_template("catalog/margins/index.html", rows=reading.margins(), form=form, standard=standard)


@bp.post("")
@requires(Right.MARGIN_SET)
@again(index)
def put() -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        margins.put(
            form.category.data, form.margin.data, valid_from=form.valid_from.data, document=form.document.data or "",
            by=actor(),
        )  # fmt: skip
    flash(sentence("message", "margin-set"))
    return redirect(url_for("margins.index"), 303)
