"""村级带动 for everybody: what may be told of linked households, and how it is kept from telling more."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from catalog.queries import impact
from catalog.rules.disclosure import LEAST
from core import clock
from core.web.access import public

bp = Blueprint("impact", __name__)


@bp.get("/impact")
@public
def show() -> ResponseReturnValue:
    on = clock.today()
    first, last = impact.window(on)
    return render_template("catalog/impact/show.html", lines=impact.county(on), first=first, last=last, least=LEAST)
