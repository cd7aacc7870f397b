"""A supplier's certificates and licences: bring one in with its scan, say which products it covers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.queries import desk, papers
from catalog.rules.certificates import CertificateKind
from catalog.services import certificates
from core.access.rights import Right
from core.db import transaction
from core.files import services as files
from core.files.models import Audience
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText

bp = Blueprint("papers", __name__, url_prefix="/supplier/certificates")
menu.add("market", "papers", icon="patch-check", endpoint="papers.mine", right=Right.SELL, order=40)


class CoverForm(Form):
    products = SelectMultipleField(coerce=int, widget=ListWidget(), option_widget=CheckboxInput())


class PaperForm(CoverForm):
    kind = SelectField()
    number = ShortText(most=40)
    issuer = ShortText(most=60)
    valid_from = DayField()
    valid_to = DayField()


def _with_choices(form: Any) -> Any:
    form.products.choices = [(row.product_id, row.name) for row in desk.own_products(actor())]
    if isinstance(form, PaperForm):
        form.kind.choices = [(kind.value, label(kind)) for kind in CertificateKind]
    return form


def _scan() -> int | None:
    file = request.files.get("scan")
    if file is None or not file.filename:
        return None
    kept = files.take_paper(
        file.stream,
        name=file.filename,
        purpose="certificate",
        by=actor(),
        audience=Audience.PARTIES,
        owner_id=actor().office_id,
    )
    return kept.id


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    return render_template("catalog/papers/list.html", sheets=papers.own(actor()))


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    return render_template("catalog/papers/new.html", form=_with_choices(PaperForm()))


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = _with_choices(PaperForm())
    form.require()
    with transaction():
        paper = certificates.Paper(
            CertificateKind(form.kind.data),
            form.number.data,
            form.issuer.data,
            form.valid_from.data,
            form.valid_to.data,
            file_id=_scan(),
        )
        certificates.add(paper, form.products.data or (), by=actor())
    flash(sentence("message", "certificate-added"))
    return redirect(url_for("papers.mine"), 303)


@bp.get("/<int:certificate_id>")
@requires(Right.SELL)
def edit(certificate_id: int) -> ResponseReturnValue:
    sheet = papers.sheet(certificate_id, actor())
    form = _with_choices(CoverForm(data={"products": list(sheet.covered_ids)}))
    return render_template("catalog/papers/edit.html", sheet=sheet, form=form)


@bp.post("/<int:certificate_id>")
@requires(Right.SELL)
@again(edit)
def cover(certificate_id: int) -> ResponseReturnValue:
    form = _with_choices(CoverForm())
    form.require()
    with transaction():
        certificates.cover(certificate_id, form.products.data or (), by=actor())
    flash(sentence("message", "certificate-covers"))
    return redirect(url_for("papers.mine"), 303)
