"""操作记录 for those who audit: of one object, and of one unit. Reading only."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.errors import Missing
from core.organisations import queries as organisations
from core.text import sentence
from core.web.access import requires
from procurement.queries import trail

bp = Blueprint("trail", __name__, url_prefix="/finance/trail")


@bp.get("/units/<int:unit_id>")
@requires(Right.AUDIT)
def unit(unit_id: int) -> ResponseReturnValue:
    name = organisations.names({unit_id}).get(unit_id)
    if name is None:
        raise Missing("no-such-unit")
    return _page(name, url_for("trail.unit", unit_id=unit_id), trail.of_unit(unit_id, page=_number()))


@bp.get("/objects/<string(maxlength=64):object_type>/<string(maxlength=64):object_id>")
@requires(Right.AUDIT)
def of_object(object_type: str, object_id: str) -> ResponseReturnValue:
    entries = trail.of_object(object_type, object_id, page=_number())
    here = url_for("trail.of_object", object_type=object_type, object_id=object_id)
    return _page(sentence("word", "trail-of-object", type=object_type, id=object_id), here, entries)


def _page(title: str, here: str, found: tuple[list[trail.Entry], bool]) -> ResponseReturnValue:
    entries, more = found
    return render_template(
        "procurement/finance/trail.html", title=title, entries=entries, more=more, page=_number(), here=here
    )


def _number() -> int:
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and 1 <= int(typed[:5]) <= 9_999 else 1
