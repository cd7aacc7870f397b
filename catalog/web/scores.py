"""A supplier's own score with its arithmetic, and what everybody may see of all of them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from catalog.queries import scores, suppliers
from core import clock
from core.access.rights import Right
from core.web import menu
from core.web.access import actor, public, requires

bp = Blueprint("scores", __name__)
menu.add("market", "score", icon="bar-chart", endpoint="scores.mine", right=Right.SELL, order=64)


@bp.get("/supplier/score")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    seller = suppliers.own(actor())
    return render_template(
        "catalog/scores/mine.html",
        sheet=scores.of_supplier(seller.id),
        past=scores.past(seller.id),
        advice=scores.what_raises(seller.id, clock.today()),
        name=suppliers.name(seller.id),
    )


@bp.get("/linkage-effect")
@public
def everybody() -> ResponseReturnValue:
    return render_template("catalog/scores/public.html", rows=scores.published(), draws=scores.draws())
