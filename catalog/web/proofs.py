"""Papers of protected species, beside their product."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import desk
from catalog.services import proofs
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import uploads
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText

bp = Blueprint("proofs", __name__, url_prefix="/supplier/products/<int:product_id>/proofs")


class ProofForm(Form):
    title = ShortText(most=60)
    number = ShortText(most=60)
    issuer = ShortText(most=200)
    valid_from = DayField()
    valid_to = DayField()


@bp.get("")
@requires(Right.SELL)
def show(product_id: int) -> ResponseReturnValue:
    return render_template("catalog/products/proofs.html", p=desk.detail(product_id, actor()), form=ProofForm())


@bp.post("")
@requires(Right.SELL)
@again(show)
def add(product_id: int) -> ResponseReturnValue:
    form = ProofForm()
    form.require()
    fields = (form.title, form.number, form.issuer, form.valid_from, form.valid_to)
    with transaction():
        file_id = uploads.find("scan", "proof")
        proofs.add(product_id, proofs.Proof(*(one.data for one in fields)), by=actor(), file_id=file_id)
    flash(sentence("message", "proof-added"))
    return redirect(url_for("proofs.show", product_id=product_id), 303)


@bp.post("/<int:proof_id>/withdraw")
@requires(Right.SELL)
@again(show)
def withdraw(product_id: int, proof_id: int) -> ResponseReturnValue:
    if proof_id not in {one.id for one in desk.detail(product_id, actor()).proofs}:
        raise Missing("no-such-proof")
    with transaction():
        proofs.withdraw(proof_id, by=actor())
    flash(sentence("message", "proof-withdrawn"))
    return redirect(url_for("proofs.show", product_id=product_id), 303)
