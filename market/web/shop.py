"""The shop's front: what is sold and by whom."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from catalog.queries import categories
from core.web.access import public

bp = Blueprint("shop", __name__)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    return render_template("market/shop/home.html", branches=categories.branches())
