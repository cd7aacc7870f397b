"""Finance's list of plans that ate the reserve, and why they went through."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.web import menu
from core.web.access import requires
from procurement.queries import releases

bp = Blueprint("releases", __name__, url_prefix="/finance/releases")
menu.add(
    "supervise", "releases", icon="shield-exclamation", endpoint="releases.index", right=Right.FINANCE_VIEW, order=60
)


@bp.get("")
@requires(Right.FINANCE_VIEW)
def index() -> ResponseReturnValue:
    return render_template(
        "procurement/plans/releases.html", rows=releases.releases(), signals=releases.signals(clock.today().year)
    )
