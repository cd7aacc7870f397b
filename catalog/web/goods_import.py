"""Goods by a sheet: template, export, preview in pages with faults by cell, load, file of the rows that are wrong."""

from io import BytesIO

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from catalog.services import goods_batches, goods_import, goods_sheet
from core.access.rights import Right
from core.db import transaction
from core.files import services as files
from core.jobs.models import Job
from core.text import sentence
from core.web.access import actor, again, requires

bp = Blueprint("goods_import", __name__, url_prefix="/supplier/sheet")


def _sheet(data: bytes, word: str) -> Response:
    name = sentence("goods_column", word)
    return send_file(BytesIO(data), mimetype=goods_batches.XLSX, as_attachment=True, download_name=name)


@bp.get("")
@requires(Right.SELL)
def show() -> ResponseReturnValue:
    return render_template("catalog/sheet/show.html", most=goods_sheet.MOST_ROWS)


@bp.get("/template")
@requires(Right.SELL)
def template() -> ResponseReturnValue:
    return _sheet(goods_sheet.template(), "template-file")


@bp.get("/export")
@requires(Right.SELL)
def export() -> ResponseReturnValue:
    return _sheet(goods_sheet.export(actor()), "export-file")


@bp.post("/preview")
@requires(Right.SELL)
@again(show)
def preview() -> ResponseReturnValue:
    upload = request.files.get("file")
    data = upload.read(files.MAX_PAPER + 1) if upload else b""
    with transaction():
        token = goods_batches.take(data, name=(upload.filename if upload else "") or "", by=actor()).token
    return redirect(url_for("goods_import.sheet", token=token), 303)


def _address(token: str, page: int, *, bad: bool) -> str:
    return url_for("goods_import.sheet", token=token, page=page, rows="bad" if bad else None)


def _why(job: Job) -> str:
    """Why a load by a job ended with nothing."""
    code = job.result.get("refused")
    return sentence("refused", code, **job.result["facts"]) if code else ""


@bp.get("/<string(maxlength=32):token>")
@requires(Right.SELL)
def sheet(token: str) -> ResponseReturnValue:
    job, bad = goods_batches.own(token, by=actor()), request.args.get("rows") == "bad"
    number = max(1, min(request.args.get("page", 1, type=int), 1_000))
    lines, total = goods_batches.page(job, number, only_faulty=bad)
    answer = make_response(
        render_template(
            "catalog/sheet/preview.html", job=job, lines=lines, total=total, page=number, only_bad=bad, why=_why(job),
            pages=max(1, -(-total // goods_batches.PAGE)), size=goods_batches.PAGE,
            verdicts=goods_import.GoodsVerdict, page_url=lambda n: _address(token, n, bad=bad),
        )
    )  # fmt: skip
    if job.state == "running":
        answer.headers["Refresh"] = "2"
    return answer


@bp.get("/<string(maxlength=32):token>/faults")
@requires(Right.SELL)
def faults(token: str) -> ResponseReturnValue:
    return _sheet(goods_batches.faults(goods_batches.own(token, by=actor())), "fault-file")


@bp.post("/<string(maxlength=32):token>/load")
@requires(Right.SELL)
@again(sheet)
def load(token: str) -> ResponseReturnValue:
    with transaction():
        goods_batches.load(token, skip_bad=request.form.get("bad") == "skip", by=actor())
    return redirect(url_for("goods_import.sheet", token=token), 303)
