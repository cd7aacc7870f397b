"""Which canteens hold goods of a lot that was called back: for finance, agriculture and the operator."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.web import menu
from core.web.access import requires
from procurement.queries import inventory as stored

bp = Blueprint("recall_watch", __name__, url_prefix="/recall-watch")
menu.add(
    "supervise", "recall-watch", icon="exclamation-triangle", endpoint="recall_watch.index", right=Right.RECALL_WATCH,
    order=80,
)  # fmt: skip


@bp.get("")
@requires(Right.RECALL_WATCH)
def index() -> ResponseReturnValue:
    return render_template("procurement/stock/recalled.html", rows=stored.recalled(), words=stored.words)
