"""The platform's pick-up points in villages."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import freight as queries
from catalog.services import freight
from core.access.rights import Right
from core.db import transaction
from core.places import queries as places
from core.places.models import PlaceLevel
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText

bp = Blueprint("pickups", __name__, url_prefix="/platform/pickups")
menu.add("market", "pickups", icon="geo-alt", endpoint="pickups.every", right=Right.OPERATE, order=59)


class PointForm(Form):
    place_code = SelectField(choices=[])
    name = ShortText(most=40)
    address = ShortText(most=120)
    phone = ShortText(most=20)
    hours = ShortText(most=40)


def _form() -> PointForm:
    form = PointForm()
    form.place_code.choices = [(one.code, one.full) for one in places.listed(PlaceLevel.VILLAGE)]
    return form


@bp.get("")
@requires(Right.OPERATE)
def every() -> ResponseReturnValue:
    return render_template("market/freight/points.html", rows=queries.points(active_only=False), form=_form())


@bp.post("")
@requires(Right.OPERATE)
@again(every)
def add() -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        freight.open_point(
            form.place_code.data, form.name.data, form.address.data, form.phone.data, form.hours.data, by=actor()
        )
    flash(sentence("message", "point-opened"))
    return redirect(url_for("pickups.every"), 303)


@bp.post("/<id:point_id>/closing")
@requires(Right.OPERATE)
def close(point_id: int) -> ResponseReturnValue:
    with transaction():
        freight.close_point(point_id, by=actor())
    flash(sentence("message", "point-closed"))
    return redirect(url_for("pickups.every"), 303)
