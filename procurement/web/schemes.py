"""采购口径: every version of every scheme, and a new one by finance's admin."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText, YuanField
from procurement.queries import schemes as queries
from procurement.services import schemes
from procurement.services.schemes import NewVersion

bp = Blueprint("schemes", __name__, url_prefix="/schemes")
menu.add("system", "schemes", icon="layers", endpoint="schemes.index", right=Right.SETTINGS_MANAGE, order=40)


class VersionForm(Form):
    """A share in percent has two decimals, as yuan have: the field's data is basis points."""

    name = ShortText(most=30)
    min_share = YuanField()
    valid_from = DayField()
    union_counts = BooleanField()
    personal_counts = BooleanField()
    freight_counts = BooleanField()
    no_decrease = BooleanField()
    document = ShortText(most=200)


@bp.get("")
@requires(Right.SETTINGS_MANAGE)
def index(code: str = "") -> ResponseReturnValue:
    versions, year = queries.all_versions(), clock.today().year
    judging = {y: {v.id for v in queries.judging_year(y).versions.values()} for y in (year, year + 1)}
    return render_template(
        "procurement/schemes/index.html", versions=versions, judging=judging, year=year, form=VersionForm(), at=code,
        latest={v.code: v for v in versions}, head=queries.judging_year(year).headline,
    )  # fmt: skip


@bp.post("/<string(maxlength=4):code>")
@requires(Right.SETTINGS_MANAGE)
@again(index)
def add(code: str) -> ResponseReturnValue:
    form = VersionForm()
    form.require()
    new = NewVersion(
        name=form.name.data,
        min_bp=form.min_share.data,
        valid_from=form.valid_from.data,
        union_counts=form.union_counts.data,
        personal_counts=form.personal_counts.data,
        freight_counts=form.freight_counts.data,
        no_decrease=form.no_decrease.data,
        document=form.document.data,
    )
    with transaction():
        schemes.add_version(code, new, by=actor())
    flash(sentence("message", "scheme-added", valid_from_on=new.valid_from))
    return redirect(url_for("schemes.index"), 303)
