"""A supplier's bank file of payments to households: template, upload, preview row by row, take over."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.rules.bank_file import BankVerdict, Field
from catalog.services import bank_files
from core import sheets
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web.access import actor, again, requires

bp = Blueprint("bank_files", __name__, url_prefix="/supplier/benefits/files")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(Right.SELL)
def index() -> ResponseReturnValue:
    return render_template("catalog/benefits/upload.html")


@bp.get("/template.xlsx")
@requires(Right.SELL)
def template() -> ResponseReturnValue:
    words = bank_files.words("bank_column", [field.value for field in Field])
    titles = [sheets.Column(words[field.value][0], width=18) for field in Field]
    sample = [sentence("bank_sample", field.value) for field in Field]
    data = sheets.write([(sentence("word", "bank-template"), titles, [sample])])
    return Response(data, mimetype=XLSX, headers={"Content-Disposition": 'attachment; filename="benefits.xlsx"'})


@bp.post("")
@requires(Right.SELL)
@again(index)
def upload() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("paper-needed")
    with transaction():
        batch_id = bank_files.upload(file.stream.read(sheets.MAX_BYTES + 1), file.filename, by=actor()).id
    return redirect(url_for("bank_files.show", batch_id=batch_id), 303)


@bp.get("/<int:batch_id>")
@requires(Right.SELL)
def show(batch_id: int) -> ResponseReturnValue:
    batch = bank_files.own(batch_id, actor())
    rows = bank_files.judge(batch)
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in BankVerdict}
    return render_template("catalog/benefits/preview.html", batch=batch, rows=rows, counts=counts)


@bp.post("/<int:batch_id>")
@requires(Right.SELL)
@again(show)
def take_over(batch_id: int) -> ResponseReturnValue:
    with transaction():
        batch = bank_files.take_over(batch_id, by=actor())
        added, paid = batch.added, batch.paid
    flash(sentence("message", "pay-file-taken", added=added, paid=paid))
    return redirect(url_for("benefits.mine"), 303)
