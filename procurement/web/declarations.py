"""预留份额填报: a unit's own filings; the superior's and finance's desks."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, Form, ShortText
from procurement.models.declaration import Declaration
from procurement.queries import declaration_desk as desk
from procurement.queries import declarations, terms
from procurement.queries.schemes import terms_of_year as schemes_of
from procurement.rules.declaration import DeclarationState, PartKind
from procurement.services import assessment, declaration
from procurement.web import finance_args
from procurement.web.declaration_forms import STATUSES, form_for

bp = Blueprint("declarations", __name__, url_prefix="/declarations")
ID = f"<int(max={MAX_ID}):declaration_id>"
menu.add(
    "canteen", "declarations", icon="file-earmark-text", endpoint="declarations.index", right=Right.DECLARE, order=70
)
menu.add(
    "supervise", "declaration-review", icon="clipboard-check", endpoint="declarations.review_list",
    right=Right.DECLARATION_REVIEW, order=20, counter=lambda who: len(desk.to_review(who)),
)  # fmt: skip
menu.add(
    "supervise", "declaration-queue", icon="clipboard-check", endpoint="declarations.queue",
    right=Right.DECLARATION_DECIDE, order=20, counter=lambda who: desk.to_decide_count(),
)  # fmt: skip


class ReasonForm(Form):
    reason = ShortText(most=200)


class DocumentForm(Form):
    document = ShortText(most=200)


@bp.get("")
@requires(Right.DECLARE)
def index() -> ResponseReturnValue:
    """The unit's filings of a year, and why the newest is or is not in force."""
    unit_id, year = desk.unit_of(actor()), finance_args.year()
    stand = declarations.stand(unit_id, year)
    return render_template(
        "procurement/declarations/index.html", year=year, stand=stand, why=desk.why(stand),
        window=declarations.window(year), last_fen=declarations.actual_fen(unit_id, year - 1),
    )  # fmt: skip


@bp.post("/years/<int(min=2021,max=2100):year>")
@requires(Right.DECLARE)
@again(lambda year: index())
def open_draft(year: int) -> ResponseReturnValue:
    with transaction():
        made = declaration.open_draft(desk.unit_of(actor()), year, by=actor())
        if made.state is DeclarationState.RETURNED:
            declaration.revise(made.id, by=actor())
        made_id = made.id
    return redirect(url_for("declarations.edit", declaration_id=made_id), 303)


@bp.get(f"/{ID}/edit")
@requires(Right.DECLARE)
def edit(declaration_id: int) -> ResponseReturnValue:
    made = desk.own(declaration_id, actor())
    if made.state is not DeclarationState.DRAFT:
        return redirect(url_for("declarations.show", declaration_id=made.id), 303)
    schemes = schemes_of(made.fiscal_year)
    return render_template(
        "procurement/declarations/edit.html", made=made, form=form_for(made, schemes), schemes=schemes,
        statuses=STATUSES, kinds=list(PartKind), last_parts=desk.last_parts(made), last_fen=_last(made),
        least=desk.least(made, schemes), leads=declarations.leads(made.fiscal_year), head=terms.headline(),
    )  # fmt: skip


@bp.post(f"/{ID}")
@requires(Right.DECLARE)
@again(edit)
def save(declaration_id: int) -> ResponseReturnValue:
    """Save, and submit when that button was pressed: both or neither."""
    made = desk.own(declaration_id, actor())
    schemes = schemes_of(made.fiscal_year)
    form = form_for(made, schemes)
    form.require()
    submits = request.form.get("act") == "submit"
    with transaction():
        sheet = form.sheet(schemes, actor(), made.unit_id)
        declaration.save(declaration_id, sheet, by=actor())
        if submits:
            declaration.submit(declaration_id, by=actor())
    if not submits:
        flash(sentence("message", "declaration-saved"))
        return redirect(url_for("declarations.edit", declaration_id=declaration_id), 303)
    said = desk.why(declarations.stand(made.unit_id, made.fiscal_year))
    flash(sentence("message", "declaration-submitted", next=said))
    return redirect(url_for("declarations.show", declaration_id=declaration_id), 303)


@bp.get(f"/{ID}")
@requires(Right.INBOX)
def show(declaration_id: int) -> ResponseReturnValue:
    """One version, for the unit, its superior and finance; each sees the acts that are theirs."""
    made, role = desk.readable(declaration_id, actor())
    schemes = schemes_of(made.fiscal_year)
    return render_template(
        "procurement/declarations/show.html", view=desk.view(made), role=role, schemes=schemes,
        form=ReasonForm(), head=terms.headline(), kinds=list(PartKind),
    )  # fmt: skip


@bp.post(f"/{ID}/review")
@requires(Right.DECLARATION_REVIEW)
@again(show)
def review(declaration_id: int) -> ResponseReturnValue:
    return _decide(lambda: declaration.review(declaration_id, by=actor()), "declaration-reviewed", "review_list")


@bp.post(f"/{ID}/confirmation")
@requires(Right.DECLARATION_DECIDE)
@again(show)
def confirm(declaration_id: int) -> ResponseReturnValue:
    return _decide(lambda: declaration.confirm(declaration_id, by=actor()), "declaration-confirmed", "queue")


@bp.post(f"/{ID}/return")
@requires(Right.INBOX)
@again(show)
def send_back(declaration_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    back = "queue" if actor().may(Right.DECLARATION_DECIDE) else "review_list"
    if back == "review_list" and not actor().may(Right.DECLARATION_REVIEW):
        raise Missing("no-such-declaration")
    return _decide(
        lambda: declaration.send_back(declaration_id, form.reason.data, by=actor()), "declaration-returned", back
    )


@bp.get("/review")
@requires(Right.DECLARATION_REVIEW)
def review_list() -> ResponseReturnValue:
    return render_template("procurement/declarations/review.html", rows=desk.to_review(actor()))


@bp.get("/queue")
@requires(Right.DECLARATION_DECIDE)
def queue() -> ResponseReturnValue:
    """Every unit's filing of the year: what waits first, who is silent, who can be assessed."""
    year = finance_args.year()
    return render_template(
        "procurement/declarations/queue.html", year=year, rows=desk.queue(year), window=declarations.window(year),
        assessable=clock.today() > assessment.assessable_from(year), from_on=assessment.assessable_from(year),
        form=DocumentForm(), tab=request.args.get("state", ""),
    )  # fmt: skip


@bp.post(f"/assessments/<int(max={MAX_ID}):unit_id>/<int(min=2021,max=2100):year>")
@requires(Right.DECLARATION_DECIDE)
@again(lambda unit_id, year: queue())
def assess(unit_id: int, year: int) -> ResponseReturnValue:
    form = DocumentForm()
    form.require()
    return _decide(
        lambda: assessment.assess_unit(unit_id, year, form.document.data, by=actor()), "declaration-assessed", "queue"
    )


def _decide(act: Callable[[], Declaration], message: str, back: str) -> ResponseReturnValue:
    with transaction():
        total_fen = act().total_fen
    flash(sentence("message", message, total_fen=total_fen))
    return redirect(url_for(f"declarations.{back}"), 303)


def _last(made: Declaration) -> int | None:
    return declarations.actual_fen(made.unit_id, made.fiscal_year - 1)
