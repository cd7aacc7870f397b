"""Help for everybody."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.web.access import public

bp = Blueprint("help", __name__)


@bp.get("/help")
@public
def show() -> ResponseReturnValue:
    return render_template("core/help.html")
