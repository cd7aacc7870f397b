"""Loading the register from one workbook: template, preview, load."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.files import services as files
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from procurement.queries import register_sheets
from procurement.services import register
from procurement.services.register import Outcome, Rehearsal

bp = Blueprint("register", __name__, url_prefix="/register")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
menu.add("people", "register", icon="building-add", endpoint="register.show", right=Right.REGISTER_MANAGE, order=60)


@bp.get("")
@requires(Right.REGISTER_MANAGE)
def show() -> ResponseReturnValue:
    return render_template("procurement/register/upload.html")


@bp.get("/template")
@requires(Right.REGISTER_MANAGE)
def template() -> ResponseReturnValue:
    name = sentence("word", "register-template")
    return send_file(BytesIO(register_sheets.template()), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("/preview")
@requires(Right.REGISTER_MANAGE)
@again(show)
def preview() -> ResponseReturnValue:
    """Show what a load would do. The file is kept, the load is rolled back."""
    who, upload = actor(), request.files.get("workbook")
    data = upload.read(files.MAX_PAPER + 1) if upload else b""
    try:
        with transaction():
            register.rehearse(data, by=who)
    except Rehearsal as rehearsal:
        report = rehearsal.report
    with transaction():
        file = files.take_raw(
            data,
            content_type=XLSX,
            name=(upload.filename if upload else "") or "",
            purpose="register",
            by=who,
            owner_id=who.office_id,
        )
        token = file.token
    return render_template("procurement/register/preview.html", report=report, token=token, outcomes=Outcome)


@bp.post("/load")
@requires(Right.REGISTER_MANAGE)
@again(show)
def load() -> ResponseReturnValue:
    who = actor()
    file = files.readable(request.form.get("token", "")[:32], who, finance=False)
    if file is None or file.purpose != "register":
        raise Missing("no-such-file")
    data = files.path_of(file.sha256).read_bytes()
    with transaction():
        report = register.load(data, by=who)
    new, known = report.count(Outcome.NEW), report.count(Outcome.KNOWN)
    flash(sentence("message", "register-done", new=new, known=known))
    return redirect(url_for("register.show"), 303)
