"""A supplier's certificates and licences: bring one in with its scan, say which products it covers, renew it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.queries import desk, licences, papers
from catalog.rules.certificates import CertificateKind
from catalog.services import certificates
from catalog.web import life
from core.access.rights import Right
from core.db import transaction
from core.quantity import UNITS
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, QuantityField, ShortText

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
    approved = QuantityField(unit=UNITS["kg"], required=False)
    holder = ShortText(most=60, required=False)
    authorised_to = DayField(required=False)
    renews = SelectField(coerce=int, default=0)

    def paper(self) -> certificates.Paper:
        """The certificate with its files taken in."""
        return certificates.Paper(
            CertificateKind(self.kind.data),
            self.number.data,
            self.issuer.data,
            self.valid_from.data,
            self.valid_to.data,
            file_id=uploads.find("scan", "certificate"),
            approved_output_g=self.approved.data,
            holder_name=self.holder.data or "",
            authorisation_file_id=uploads.find("authorisation", "authorisation"),
            authorised_to=self.authorised_to.data,
            renews_id=self.renews.data or None,
        )


class RenewalForm(Form):
    applied_on = DayField()


class AuthorisationForm(Form):
    until = DayField()


def _with_choices(form: Any) -> Any:
    form.products.choices = [(row.product_id, row.name) for row in desk.own_names(actor())]
    if isinstance(form, PaperForm):
        form.kind.choices = [(kind.value, label(kind)) for kind in CertificateKind]
        before = [(sheet.certificate_id, f"{label(sheet.kind)} {sheet.number}") for sheet in papers.own(actor())]
        form.renews.choices = [(0, sentence("word", "certificate-first")), *before]
    return form


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    return render_template("catalog/papers/list.html", sheets=papers.own(actor()), licence=licences.own(actor()))


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    asked = request.args.get("renews", "")
    given = {"renews": int(asked)} if asked.isascii() and asked.isdigit() and len(asked) < 19 else {}
    return render_template("catalog/papers/new.html", form=_with_choices(PaperForm(data=given)))


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = _with_choices(PaperForm())
    form.require()
    with transaction():
        certificates.add(form.paper(), form.products.data or (), by=actor())
    flash(sentence("message", "certificate-added"))
    return redirect(url_for("papers.mine"), 303)


@bp.get("/<id:certificate_id>")
@requires(Right.SELL)
def edit(certificate_id: int) -> ResponseReturnValue:
    sheet = papers.sheet(certificate_id, actor())
    form = _with_choices(CoverForm(data={"products": list(sheet.covered_ids)}))
    return render_template(
        "catalog/papers/edit.html", sheet=sheet, form=form, steps=life.shown(papers.life_line(certificate_id)),
        renewal=RenewalForm(), authorisation=AuthorisationForm(),
    )  # fmt: skip


@bp.post("/<id:certificate_id>")
@requires(Right.SELL)
@again(edit)
def cover(certificate_id: int) -> ResponseReturnValue:
    form = _with_choices(CoverForm())
    form.require()
    with transaction():
        certificates.cover(certificate_id, form.products.data or (), by=actor())
    flash(sentence("message", "certificate-covers"))
    return redirect(url_for("papers.mine"), 303)


@bp.post("/<id:certificate_id>/renewal")
@requires(Right.SELL)
@again(edit)
def apply_renewal(certificate_id: int) -> ResponseReturnValue:
    form = RenewalForm()
    form.require()
    with transaction():
        is_late = certificates.apply_renewal(certificate_id, form.applied_on.data, by=actor())
    flash(sentence("message", "renewal-late" if is_late else "renewal-noted"), "warn" if is_late else "ok")
    return redirect(url_for("papers.edit", certificate_id=certificate_id), 303)


@bp.post("/<id:certificate_id>/authorisation")
@requires(Right.SELL)
@again(edit)
def authorise(certificate_id: int) -> ResponseReturnValue:
    form = AuthorisationForm()
    form.require()
    with transaction():
        until, file_id = form.until.data, uploads.find("authorisation", "authorisation")
        certificates.authorise(certificate_id, file_id, until, by=actor())
    flash(sentence("message", "certificate-authorised"))
    return redirect(url_for("papers.edit", certificate_id=certificate_id), 303)
