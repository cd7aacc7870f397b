"""What canteens may not buy, and reference prices: kept by finance and agriculture."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField

from catalog.queries import categories, prices, restricted
from catalog.rules.reference import ReferenceVerdict
from catalog.services import reference_prices, restrictions
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.files import services as files
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText

bp = Blueprint("restricted", __name__, url_prefix="/goods")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("any", "school", "kindergarten", "hospital", "bureau", "town", "institution")
menu.add("catalogue", "restricted", icon="shield-x", endpoint="restricted.show", right=Right.RESTRICT_GOODS, order=60)
menu.add("catalogue", "reference-prices", icon="currency-yen", endpoint="restricted.reference",
         right=Right.REFERENCE_PRICES, order=61)  # fmt: skip


class RestrictionForm(Form):
    category = SelectField(coerce=lambda value: int(value or 0), default=0)
    only_wild = BooleanField()
    canteen_kind = SelectField()
    document = ShortText(most=200)
    valid_from = DayField(default=clock.today)


class EndForm(Form):
    last_on = DayField()


def _form() -> RestrictionForm:
    form, tree = RestrictionForm(), categories.listed()
    branch = {row.id: row.name for row in tree}
    named = [(row.id, f"{branch[row.parent_id]} / {row.name}" if row.parent_id else row.name) for row in tree]
    form.category.choices = [(0, sentence("goods_word", "all-goods")), *sorted(named, key=lambda one: one[1])]
    form.canteen_kind.choices = [(kind, label(kind, "CanteenKind")) for kind in KINDS]
    return form


@bp.get("/restrictions")
@requires(Right.RESTRICT_GOODS)
def show() -> ResponseReturnValue:
    return render_template("catalog/restricted/show.html", rows=restricted.listed(), form=_form())


@bp.post("/restrictions")
@requires(Right.RESTRICT_GOODS)
@again(show)
def add() -> ResponseReturnValue:
    form = _form()
    form.require()
    row = restrictions.NewRow(
        form.category.data or None, bool(form.only_wild.data), form.canteen_kind.data, form.document.data,
        form.valid_from.data,
    )  # fmt: skip
    with transaction():
        restrictions.add(row, by=actor())
    flash(sentence("message", "restriction-added"))
    return redirect(url_for("restricted.show"), 303)


@bp.post("/restrictions/<id:restriction_id>/end")
@requires(Right.RESTRICT_GOODS)
@again(show)
def end(restriction_id: int) -> ResponseReturnValue:
    form = EndForm()
    form.require()
    with transaction():
        restrictions.end(restriction_id, form.last_on.data, by=actor())
    flash(sentence("message", "restriction-ended"))
    return redirect(url_for("restricted.show"), 303)


@bp.get("/reference-prices")
@requires(Right.REFERENCE_PRICES)
def reference() -> ResponseReturnValue:
    page = min(max(request.args.get("page", 1, type=int) or 1, 1), 10_000)
    rows, total = prices.reference_rows(page=page)
    return render_template(
        "catalog/reference/show.html", rows=rows, total=total, page=page, imports=prices.reference_imports()
    )


@bp.get("/reference-prices/template")
@requires(Right.REFERENCE_PRICES)
def template() -> ResponseReturnValue:
    name = sentence("reference_column", "file")
    data = BytesIO(reference_prices.template())
    return send_file(data, mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("/reference-prices/preview")
@requires(Right.REFERENCE_PRICES)
@again(reference)
def preview() -> ResponseReturnValue:
    who, upload = actor(), request.files.get("file")
    data = upload.read(files.MAX_PAPER + 1) if upload else b""
    lines = reference_prices.preview(data)
    with transaction():
        kept = files.take_raw(
            data, content_type=XLSX, name=(upload.filename if upload else "") or "", purpose="reference", by=who,
            owner_id=who.office_id,
        )  # fmt: skip
        token = kept.token
    return render_template(
        "catalog/reference/preview.html", lines=lines, token=token, verdicts=ReferenceVerdict,
        titles=reference_prices.titles(),
    )  # fmt: skip


@bp.post("/reference-prices/load")
@requires(Right.REFERENCE_PRICES)
@again(reference)
def load() -> ResponseReturnValue:
    who = actor()
    file = files.readable(request.form.get("token", "")[:32], who, finance=False)
    if file is None or file.purpose != "reference":
        raise Missing("no-such-file")
    with transaction():
        taken = reference_prices.load(files.path_of(file.sha256).read_bytes(), file_name=file.name, by=who)
        added, known = taken.added, taken.known
    flash(sentence("message", "reference-loaded", added=added, known=known))
    return redirect(url_for("restricted.reference"), 303)
