"""832 files: upload, headers explained, preview by cell, taking over, undoing; the template and what was refused."""

import re
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.sheets import MAX_BYTES
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, YuanField
from core.web.inbox import Task
from procurement.queries import imports as queries
from procurement.queries import vocabulary
from procurement.rules.p832 import ImportState, RowVerdict
from procurement.rules.p832_cells import FIELDS, REQUIRED, header_key
from procurement.services.imports import committing, reading, table, undoing
from procurement.services.imports.committing import Mode

bp = Blueprint("imports", __name__, url_prefix="/p832/imports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ONE = "/<string(minlength=16, maxlength=32):token>"
menu.add(
    "supervise", "imports", icon="cloud-upload", endpoint="imports.index", right=Right.P832_VIEW, order=60,
    counter=queries.waiting,
)  # fmt: skip


class UploadForm(Form):
    total = YuanField(required=False)


def page_number() -> int:
    """The page asked for, within what can be."""
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


@bp.get("")
@requires(Right.P832_VIEW)
def index() -> ResponseReturnValue:
    page = page_number()
    rows, total = queries.listed(actor(), page)
    pages = -(-total // queries.PAGE)
    return render_template(
        "procurement/imports/list.html", rows=rows, total=total, page=page, pages=pages, form=UploadForm()
    )


@bp.post("")
@requires(Right.IMPORT_832)
@again(index)
def upload() -> ResponseReturnValue:
    form, sent = UploadForm(), request.files.get("file")
    form.require()
    if sent is None or not sent.filename:
        raise Refused("import-file-missing")
    sent.stream.seek(0)
    data = sent.stream.read(MAX_BYTES + 1)
    with transaction():
        batch = reading.take(data, filename=sent.filename, platform_fen=form.total.data, by=actor())
        token, state = batch.token, batch.state
    if state is ImportState.PREVIEW:
        flash(sentence("message", "import-uploaded"), "ok")
    return redirect(url_for("imports.show", token=token), 303)


@bp.get(ONE)
@requires(Right.P832_VIEW)
def show(token: str) -> ResponseReturnValue:
    """The batch by its state: headers to explain, a job's progress, the preview, or what came of it."""
    view = queries.view(token, actor())
    match view.batch.state:
        case ImportState.MAPPING:
            return _mapping(view)
        case ImportState.READING | ImportState.COMMITTING:
            answer = make_response(render_template("procurement/imports/working.html", view=view))
            answer.headers["Refresh"] = "2"
            return answer
    return _preview(view)


def _mapping(view: queries.BatchView) -> str:
    batch = view.batch
    meanings = {int(place): field for place, field in batch.mapping.items()}
    columns = [
        {
            "place": p,
            "letter": table.column_letter(p),
            "header": h,
            "field": meanings.get(p, ""),
            "asked": p not in meanings,
        }
        for p, h in enumerate(batch.headers)
        if header_key(h)
    ]
    titles = vocabulary.titles()
    options = [(field, titles[field] + ("*" if field in REQUIRED else "")) for field in FIELDS]
    missing = [titles[field] for field in reading.missing(meanings.values())]
    return render_template(
        "procurement/imports/mapping.html", view=view, columns=columns, options=options, missing=missing
    )


def _preview(view: queries.BatchView) -> str:
    batch, counts = view.batch, view.batch.counts
    wanted, page = request.args.get("verdict", ""), page_number()
    verdict = RowVerdict(wanted) if wanted in {v.value for v in RowVerdict} else None
    warned = queries.warned_rows(batch.id)
    total = counts.get(f"rows_{wanted}", 0) if verdict else warned if wanted == "warned" else counts.get("rows", 0)
    return render_template(
        "procurement/imports/preview.html", view=view, counts=counts, verdict=wanted, warned=warned, page=page,
        rows=queries.rows(batch.id, verdict, page, warned=wanted == "warned"), total=total, size=queries.PAGE,
        pages=-(-total // queries.PAGE), told=_told(batch.mapping, batch.headers), earlier=queries.earlier(batch),
        verdicts=RowVerdict,
    )  # fmt: skip


def _told(mapping: dict[str, str], headers: list[str]) -> Any:
    """What tells a row's problem: the column's letter and header in that file, and the sentence."""
    places = {field: int(place) for place, field in mapping.items() if field}

    def told(problem: dict[str, Any]) -> dict[str, str]:
        place = places.get(problem["field"])
        return {
            "column": table.column_letter(place) if place is not None else "",
            "header": headers[place] if place is not None else vocabulary.titles()[problem["field"]],
            "sentence": queries.problem_sentence(problem),
            "level": problem["level"],
        }

    return told


@bp.post(f"{ONE}/mapping")
@requires(Right.IMPORT_832)
@again(show)
def explain(token: str) -> ResponseReturnValue:
    given = {int(key[1:]): value for key, value in request.form.items() if re.fullmatch(r"c\d{1,2}", key)}
    try:
        with transaction():
            reading.explain(token, given, by=actor())
    except Refused as refusal:
        if fields := refusal.facts.get("fields"):
            assert isinstance(fields, list)  # noqa: S101
            refusal.facts["fields"] = "、".join(vocabulary.titles()[field] for field in fields)
        raise
    return redirect(url_for("imports.show", token=token), 303)


@bp.post(f"{ONE}/commit")
@requires(Right.IMPORT_832)
@again(show)
def commit(token: str) -> ResponseReturnValue:
    mode = request.form.get("mode", "")
    if mode not in {m.value for m in Mode}:
        raise Refused("import-mode")
    with transaction():
        batch = committing.take_over(token, Mode(mode), by=actor())
        counts = {v.value: batch.counts.get(f"taken_{v}", 0) for v in RowVerdict}
        is_done = batch.state is ImportState.COMMITTED
    told = {"added": counts["new"], "changed": counts["changed"], "same": counts["same"]}
    flash(sentence("message", "import-committed", **told) if is_done else sentence("message", "import-working"), "ok")
    return redirect(url_for("imports.show", token=token), 303)


@bp.post(f"{ONE}/discard")
@requires(Right.IMPORT_832)
@again(show)
def discard(token: str) -> ResponseReturnValue:
    with transaction():
        reading.discard(token, by=actor())
    flash(sentence("message", "import-discarded"), "ok")
    return redirect(url_for("imports.index"), 303)


@bp.get(f"{ONE}/undo")
@requires(Right.IMPORT_832)
def ask_undo(token: str) -> ResponseReturnValue:
    return render_template("procurement/imports/undo.html", view=queries.view(token, actor()))


@bp.post(f"{ONE}/undo")
@requires(Right.IMPORT_832)
@again(show)
def undo(token: str) -> ResponseReturnValue:
    with transaction():
        undoing.undo(token, by=actor())
    flash(sentence("message", "import-undone"), "ok")
    return redirect(url_for("imports.show", token=token), 303)


@bp.get(f"{ONE}/refused.xlsx")
@requires(Right.P832_VIEW)
def refused(token: str) -> ResponseReturnValue:
    batch = queries.view(token, actor()).batch
    name = f"refused-{batch.id}.xlsx"
    return send_file(BytesIO(queries.refused_file(batch)), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/template.<any(xlsx, csv):kind>")
@requires(Right.P832_VIEW)
def template(kind: str) -> ResponseReturnValue:
    data, mime = (queries.template(), XLSX) if kind == "xlsx" else (queries.template_csv(), "text/csv")
    return send_file(BytesIO(data), mimetype=mime, as_attachment=True, download_name=f"832-template.{kind}")


def tasks(who: Actor) -> list[Task]:
    """Files that wait to be explained or taken over."""
    if not who.may(Right.IMPORT_832) or who.organisation_id is None or not (count := queries.waiting(who)):
        return []
    return [Task(sentence("inbox", "p832-preview", count=count), url_for("imports.index"), count, icon="cloud-upload")]
