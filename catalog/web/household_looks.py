"""Numbers in the open: asked for with a purpose, shown once and never kept by a browser; and who asked for what."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import households as queries
from catalog.queries import looks as look_queries
from catalog.rules.households import Revealed, RevealPurpose
from catalog.services import looks
from catalog.web.households import choices, index, page_number, show
from core.access.rights import Right
from core.db import transaction
from core.web import menu
from core.web.access import actor, again, fresh_login, requires
from core.web.forms import Form, ShortText
from core.web.limits import limiter

bp = Blueprint("household_looks", __name__, url_prefix="/households")
menu.add(
    "households", "household-looks", icon="eye", endpoint="household_looks.listed", right=Right.HOUSEHOLD_LOOKS,
    order=90,
)  # fmt: skip
NEVER_KEPT = "no-store, no-cache, must-revalidate, private, max-age=0"


class RevealForm(Form):
    what = SelectField(choices=lambda: choices(Revealed))
    purpose = SelectField(choices=lambda: choices(RevealPurpose))
    reason = ShortText(most=100)


class FindForm(Form):
    number = ShortText(most=40)


@bp.post("/<id:household_id>/reveal")
@requires(Right.HOUSEHOLD_REVEAL)
@limiter.limit("10 per minute")
@again(show)
@fresh_login()
def reveal(household_id: int) -> ResponseReturnValue:
    """The one page that shows numbers: the answer to this POST, nowhere else."""
    form = RevealForm()
    form.require()
    what, purpose = Revealed(form.what.data), RevealPurpose(form.purpose.data)
    with transaction():
        opened = looks.reveal(household_id, what, purpose=purpose, reason=form.reason.data, by=actor())
    view = queries.view(household_id, actor())
    answer = make_response(
        render_template("catalog/households/opened.html", v=view, opened=opened, what=what, purpose=purpose)
    )
    answer.headers["Cache-Control"] = NEVER_KEPT
    answer.headers["Pragma"] = "no-cache"
    return answer


@bp.post("/find")
@requires(Right.HOUSEHOLD_REVEAL)
@limiter.limit("10 per minute")
@again(index)
def find() -> ResponseReturnValue:
    """By a number in the body, so that it stands in no address and no log."""
    form = FindForm()
    form.require()
    with transaction():
        found = looks.find(form.number.data, by=actor())
    if found is None:
        return render_template("catalog/households/not_found.html")
    return redirect(url_for("households.show", household_id=found), 303)


@bp.get("/looks")
@requires(Right.HOUSEHOLD_LOOKS)
def listed() -> ResponseReturnValue:
    code, page = request.args.get("code", "").strip()[:20], page_number()
    rows, total = look_queries.listed(page, code=code)
    return render_template(
        "catalog/households/looks.html", rows=rows, total=total, page=page, code=code,
        pages=-(-total // look_queries.PAGE),
    )  # fmt: skip
