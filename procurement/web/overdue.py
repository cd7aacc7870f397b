"""Finance's list of what units owe and since when, on the screen and as the same sheet."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import sheets
from core.access.actor import Actor
from core.access.rights import Right
from core.text import sentence
from core.web import menu
from core.web.access import requires
from core.web.inbox import Task
from market.queries import overdue
from market.rules.ageing import Age

bp = Blueprint("overdue", __name__, url_prefix="/finance/overdue")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
menu.add("supervise", "overdue", icon="stopwatch", endpoint="overdue.index", right=Right.AUDIT, order=48)


def tasks(by: Actor) -> list[Task]:
    """Units that are late."""
    if not by.may(Right.TRANSFER_CONFIRM):
        return []
    late = overdue.debts()
    note = sentence("task", "units-overdue-note", late_fen=sum(unit.late_fen for unit in late))
    text, href = sentence("task", "units-overdue"), url_for("overdue.index")
    return [Task(text, href, len(late), note, tone="warn", icon="stopwatch")] if late else []


@bp.get("")
@requires(Right.AUDIT)
def index() -> ResponseReturnValue:
    every = request.args.get("all") == "1"
    units = overdue.debts(only_late=not every)
    return render_template(
        "procurement/overdue/index.html", units=units, ages=Age, columns=overdue.columns(), every=every
    )


@bp.get("/sheet.xlsx")
@requires(Right.AUDIT)
def sheet() -> ResponseReturnValue:
    """The rows of the screen."""
    units = overdue.debts(only_late=request.args.get("all") != "1")
    rows = [overdue.row(unit) for unit in units]
    data = sheets.write([(sentence("menu", "overdue"), overdue.columns(), rows)])
    answer = Response(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="overdue.xlsx"'
    return answer
