"""Goods by a sheet: template, export, preview with faults by cell, load, file of the rows that were left out."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from catalog.services import goods_import, goods_sheet
from catalog.services.goods_import import GoodsLine, GoodsVerdict, Rehearsal
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.files import services as files
from core.text import sentence
from core.web.access import actor, again, requires

bp = Blueprint("goods_import", __name__, url_prefix="/supplier/sheet")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PURPOSE = "goods-sheet"


def _sheet(data: bytes, word: str) -> Response:
    name = sentence("goods_column", word)
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


def _kept() -> bytes:
    """The file that was previewed, by its token. Raises: Missing."""
    token = request.values.get("token", "")[:32]
    file = files.readable(token, actor(), finance=False)
    if file is None or file.purpose != PURPOSE:
        raise Missing("no-such-file")
    return files.path_of(file.sha256).read_bytes()


def _rehearsed(data: bytes) -> list[GoodsLine]:
    try:
        with transaction():
            goods_import.rehearse(data, by=actor())
    except Rehearsal as rehearsal:
        return rehearsal.lines
    raise AssertionError("a rehearsal always carries its lines")


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
    who, upload = actor(), request.files.get("file")
    data = upload.read(files.MAX_PAPER + 1) if upload else b""
    lines = _rehearsed(data)
    with transaction():
        kept = files.take_raw(
            data, content_type=XLSX, name=(upload.filename if upload else "") or "", purpose=PURPOSE, by=who,
            owner_id=who.office_id,
        )  # fmt: skip
        token = kept.token
    return render_template(
        "catalog/sheet/preview.html", lines=lines, token=token, verdicts=GoodsVerdict, titles=goods_sheet.titles()
    )


@bp.get("/faults")
@requires(Right.SELL)
def faults() -> ResponseReturnValue:
    return _sheet(goods_import.faulty(_rehearsed(_kept())), "fault-file")


@bp.post("/load")
@requires(Right.SELL)
@again(show)
def load() -> ResponseReturnValue:
    data, skip_bad = _kept(), request.form.get("bad") == "skip"
    with transaction():
        lines = goods_import.load(data, skip_bad=skip_bad, by=actor())
    count = {one: sum(line.verdict is one for line in lines) for one in GoodsVerdict}
    flash(
        sentence("message", "goods-sheet-loaded", new=count[GoodsVerdict.NEW], changed=count[GoodsVerdict.CHANGED],
                 skipped=count[GoodsVerdict.REFUSED])
    )  # fmt: skip
    return redirect(url_for("products.mine"), 303)
