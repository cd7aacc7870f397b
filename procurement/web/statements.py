"""其余采购月报: a unit's months at a glance, entry on a phone or from a sheet, the second person's word."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.money import parse_yuan, plain_yuan
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, Form, ShortText, clean
from procurement.models.statement import SpendingStatement
from procurement.queries import canteens, categories, statement_sheets, statements
from procurement.queries.statement_sheets import Line
from procurement.rules.statement import StatementState, due_on
from procurement.services import statement
from procurement.web import finance_args

bp = Blueprint("statements", __name__, url_prefix="/statements")
ID = f"<int(max={MAX_ID}):statement_id>"
MONTH = f"<int(max={MAX_ID}):canteen_id>/<int(min=2021,max=2100):year>/<int(min=1,max=12):month>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLANK, MOST = 4, 60
menu.add("canteen", "statements", icon="receipt", endpoint="statements.index", right=Right.UNIT_VIEW, order=60)


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.UNIT_VIEW)
def index() -> ResponseReturnValue:
    """Twelve months of each canteen: what is stated, what waits, what is overdue."""
    year = finance_args.year()
    rows = statements.year_of([row.id for row in canteens.of_actor(actor())], year)
    return render_template("procurement/statements/index.html", year=year, rows=rows)


@bp.get(f"/{MONTH}")
@requires(Right.UNIT_VIEW)
def month(canteen_id: int, year: int, month: int) -> ResponseReturnValue:
    """One month: its newest version with its lines, and the versions before."""
    canteen = canteens.get(canteen_id, actor())
    versions = statements.versions(canteen_id, year, month)
    return render_template(
        "procurement/statements/month.html", canteen=canteen, year=year, month=month, versions=versions,
        lines=statements.lines(versions[0].id) if versions else [], due_on=due_on(year, month), form=ReasonForm(),
    )  # fmt: skip


@bp.post(f"/{MONTH}")
@requires(Right.SPENDING_STATE)
@again(month)
def start(canteen_id: int, year: int, month: int) -> ResponseReturnValue:
    with transaction():
        statement_id = statement.open_month(canteen_id, year, month, by=actor()).id
    return redirect(url_for("statements.edit", statement_id=statement_id), 303)


@bp.get(f"/{ID}/edit")
@requires(Right.SPENDING_STATE)
def edit(statement_id: int) -> ResponseReturnValue:
    """The entry page: what was typed when a refusal brought it back, else what is saved."""
    made, canteen = _own(statement_id)
    if made.state not in (StatementState.DRAFT, StatementState.RETURNED):
        return redirect(_month_url(made), 303)
    typed = _typed() if request.form.getlist("category") else _saved(made.id)
    return render_template(
        "procurement/statements/edit.html", made=made, canteen=canteen, typed=typed[:MOST], count=len(typed),
        is_nil=request.form.get("is_nil") == "1" if request.method == "POST" else made.is_nil,
        choices=categories.choices(), blank=BLANK, most=MOST,
    )  # fmt: skip


@bp.post(f"/{ID}")
@requires(Right.SPENDING_STATE)
@again(edit)
def save(statement_id: int) -> ResponseReturnValue:
    """Save, and submit when that button was pressed: both or neither."""
    submits = request.form.get("act") == "submit"
    lines = _lines()
    with transaction():
        made = statement.save(statement_id, lines, is_nil=request.form.get("is_nil") == "1", by=actor())
        if submits:
            statement.submit(statement_id, by=actor())
        total_fen, back = made.total_fen, _month_url(made)
    flash(sentence("message", "statement-submitted" if submits else "statement-saved", total_fen=total_fen))
    return redirect(back if submits else url_for("statements.edit", statement_id=statement_id), 303)


@bp.post(f"/{ID}/submission")
@requires(Right.SPENDING_STATE)
@again(edit)
def submit_as_is(statement_id: int) -> ResponseReturnValue:
    """Submit what a sheet brought, when it is too long to edit on the page."""
    with transaction():
        back = _month_url(statement.submit(statement_id, by=actor()))
    flash(sentence("message", "statement-submitted"))
    return redirect(back, 303)


@bp.post(f"/{ID}/sheet")
@requires(Right.SPENDING_STATE)
@again(edit)
def read_sheet(statement_id: int) -> ResponseReturnValue:
    """Take all lines from a sheet in place of those entered; nothing when one cell is wrong."""
    upload = request.files.get("sheet")
    lines = statement_sheets.read(upload.read(statement_sheets.MAX_BYTES + 1) if upload else b"")
    with transaction():
        total_fen = statement.save(statement_id, lines, is_nil=False, by=actor()).total_fen
    flash(sentence("message", "statement-read", count=len(lines), total_fen=total_fen))
    return redirect(url_for("statements.edit", statement_id=statement_id), 303)


@bp.get("/template")
@requires(Right.SPENDING_STATE)
def template() -> ResponseReturnValue:
    name = sentence("word", "statement-template")
    return send_file(BytesIO(statement_sheets.template()), mimetype=XLSX, as_attachment=True, download_name=name)


def _month_of(statement_id: int) -> ResponseReturnValue:
    """The month's page once more, after a refusal."""
    made, _ = _own(statement_id)
    return month(made.canteen_id, made.fiscal_year, made.month)


@bp.post(f"/{ID}/confirmation")
@requires(Right.SPENDING_CONFIRM)
@again(_month_of)
def confirm(statement_id: int) -> ResponseReturnValue:
    with transaction():
        made = statement.confirm(statement_id, by=actor())
        said = sentence("message", "statement-confirmed", month=made.month, total_fen=made.total_fen)
        back = _month_url(made)
    flash(said)
    return redirect(back, 303)


@bp.post(f"/{ID}/return")
@requires(Right.SPENDING_CONFIRM)
@again(_month_of)
def send_back(statement_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        back = _month_url(statement.send_back(statement_id, form.reason.data, by=actor()))
    flash(sentence("message", "statement-returned"))
    return redirect(back, 303)


def _own(statement_id: int) -> tuple[SpendingStatement, canteens.CanteenRow]:
    made = statements.find(statement_id)
    if made is None:
        raise Missing("no-such-statement")
    return made, canteens.get(made.canteen_id, actor())


def _month_url(made: SpendingStatement) -> str:
    return url_for("statements.month", canteen_id=made.canteen_id, year=made.fiscal_year, month=made.month)


def _typed() -> list[dict[str, str]]:
    """The rows as typed, empty ones left out."""
    names = ("category", "amount", "paper", "vendor")
    columns = [[clean(value) for value in request.form.getlist(name)] for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row["amount"] or row["paper"] or row["vendor"]]


def _saved(statement_id: int) -> list[dict[str, str]]:
    return [
        {"category": str(x.category_id), "amount": plain_yuan(x.amount_fen),
         "paper": x.paper, "vendor": x.vendor}
        for x in statements.lines(statement_id)
    ]  # fmt: skip


def _lines() -> list[Line]:
    """The rows as the service takes them. Raises: Refused "statement-row-category", "amount-…"."""
    known, found = {id_ for id_, _ in categories.choices()}, []
    for number, row in enumerate(_typed(), start=1):
        chosen = int(row["category"]) if row["category"].isascii() and row["category"].isdigit() else 0
        if chosen not in known:
            raise Refused("statement-row-category", row=number)
        found.append(Line(chosen, parse_yuan(row["amount"]), row["paper"][:200], row["vendor"][:200]))
    return found
