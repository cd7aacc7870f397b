"""Households from a file: upload, every row with its verdict, take over or drop. The page shows numbers masked."""

from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from catalog.rules import households as masks
from catalog.rules import intake as rules
from catalog.rules.households import IntakeState, IntakeVerdict
from catalog.services import household_intake as intakes
from catalog.services.household_intake import Home, Line
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.sheets import MAX_BYTES, Column, write
from core.text import label, sentence
from core.web.access import actor, again, requires
from core.web.limits import limiter

bp = Blueprint("household_intake", __name__, url_prefix="/households/intake")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ONE = "/<string(minlength=16, maxlength=32):token>"
SHOWN = 200


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview: masked, with its errors by cell."""

    number: int
    code: str
    name: str
    id_no: str
    verdict: IntakeVerdict
    errors: list[tuple[str, str, str]]
    has_wrong_neighbour: bool


def _rows(homes: list[Home]) -> list[ShownRow]:
    return [_row(line, home) for home in homes for line in home.lines]


def _row(line: Line, home: Home) -> ShownRow:
    number = line.cells["id_no"]
    shown = masks.masked_number(number) if len(number) == 18 and "id_no" not in line.errors else ""
    titles = rules.headers()
    errors = [(_cell(name, line.number), titles[name], words) for name, words in line.errors.items()]
    return ShownRow(
        line.number, home.lines[0].cells["code"], masks.masked_name(line.cells["name"]), shown, line.verdict, errors,
        home.is_wrong and not line.errors,
    )  # fmt: skip


def _cell(name: str, row: int) -> str:
    """Where the template has the column; a file with its own order finds it by the header's word."""
    return rules.cell_name(rules.COLUMNS.index(name), row)


@bp.get("")
@requires(Right.HOUSEHOLD_EDIT)
def start() -> ResponseReturnValue:
    return render_template("catalog/households/intake.html", most=intakes.MOST_ROWS, titles=rules.headers())


@bp.get("/template.xlsx")
@requires(Right.HOUSEHOLD_EDIT)
def template() -> ResponseReturnValue:
    columns = [
        Column(title, width=22 if name in {"id_no", "account"} else 14) for name, title in rules.headers().items()
    ]
    data = write([(sentence("household_word", "intake-sheet"), columns, [])])
    return _file(data, "file-intake")


def _file(data: bytes, name: str) -> ResponseReturnValue:
    return send_file(
        BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{sentence('household_word', name)}.xlsx"
    )


@bp.post("")
@requires(Right.HOUSEHOLD_EDIT)
@limiter.limit("20 per hour")
@again(start)
def upload() -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("import-file-missing")
    data = sent.stream.read(MAX_BYTES + 1)
    with transaction():
        token = intakes.read(data, name=sent.filename, by=actor()).token
    return redirect(url_for("household_intake.show", token=token), 303)


@bp.get(ONE)
@requires(Right.HOUSEHOLD_EDIT)
def show(token: str) -> ResponseReturnValue:
    intake = intakes.get(token, actor())
    homes = intakes.opened(intake)
    rows = _rows(homes)
    first = [row for row in rows if row.verdict is IntakeVerdict.WRONG] + [
        row for row in rows if row.verdict is not IntakeVerdict.WRONG
    ]
    return render_template(
        "catalog/households/intake_preview.html", intake=intake, rows=first[:SHOWN], total=len(rows),
        counts=intakes.count(homes), is_waiting=intake.state is IntakeState.PREVIEW,
    )  # fmt: skip


@bp.get(ONE + "/problems.xlsx")
@requires(Right.HOUSEHOLD_EDIT)
def problems(token: str) -> ResponseReturnValue:
    """Row, cell and sentence of every error; no number and no name."""
    rows = _rows(intakes.opened(intakes.get(token, actor())))
    titles = [("row", "count", 8), ("cell", "text", 10), ("column", "text", 14), ("problem", "text", 60)]
    columns = [Column(sentence("household_word", word), kind, width) for word, kind, width in titles]
    listed = [(row.number, *error) for row in rows for error in row.errors]
    return _file(write([(label(IntakeVerdict.WRONG), columns, listed)]), "file-intake-errors")


@bp.post(ONE + "/take")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def take(token: str) -> ResponseReturnValue:
    with transaction():
        intake = intakes.take(token, by=actor())
        added, changed = intake.added, intake.changed
    flash(sentence("message", "household-intake-taken", added=added, changed=changed), "ok")
    return redirect(url_for("households.index"), 303)


@bp.post(ONE + "/discard")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def discard(token: str) -> ResponseReturnValue:
    with transaction():
        intakes.discard(token, by=actor())
    flash(sentence("message", "household-intake-discarded"), "ok")
    return redirect(url_for("household_intake.start"), 303)
