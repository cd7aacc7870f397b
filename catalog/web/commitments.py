"""承诺达标合格证: the producer makes and prints it, everybody with the QR code reads it."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.queries import commitments, lots, suppliers
from catalog.queries.commitments import Sheet
from catalog.rules.commitment import MOST_LABELS, CommitmentBasis, LabelSize
from catalog.services import commitments as promises
from catalog.services.commitments import Promise
from core.access.rights import Right
from core.db import db, transaction
from core.errors import Refused
from core.organisations.models import Organisation
from core.quantity import KG, LITRE, PIECE, BaseUnit, parse_sum, quantity_text
from core.text import label, sentence
from core.web import menu, papers, uploads
from core.web.access import actor, again, public, requires
from core.web.forms import CountField, Form, ShortText

bp = Blueprint("commitments", __name__)
menu.add("market", "commitments", icon="shield-check", endpoint="commitments.mine", right=Right.SELL, order=46)
TYPED_IN = {BaseUnit.G: KG, BaseUnit.ML: LITRE, BaseUnit.PIECE: PIECE}


class PromiseForm(Form):
    lot = SelectField(coerce=int)
    quantity = ShortText(most=40)
    bases = SelectMultipleField(widget=ListWidget(), option_widget=CheckboxInput())
    contact = ShortText(most=40)


class LabelForm(Form):
    size = SelectField()
    copies = CountField(least=1, most=MOST_LABELS)


def promise_form(old: Sheet | None = None) -> PromiseForm:
    """The form; for a new one in place of an old one with the old one's words."""
    who = actor()
    body = db.session.get_one(Organisation, suppliers.own(who).organisation_id)
    data: dict[str, object] = {"contact": body.phone, "bases": [CommitmentBasis.CONTROL.value]}
    if old is not None:
        qty = quantity_text(old.row.qty, TYPED_IN[old.row.base_unit])
        data = {"lot": old.row.lot_id, "quantity": qty, "contact": old.row.contact, "bases": list(old.bases)}
    form = PromiseForm(data=data)
    rows = [lots.get_own(old.row.lot_id, who)] if old else commitments.lots_to_promise(who)
    form.lot.choices = [(row.id, sentence("word", "commitment-lot", lot_no=row.lot_no, name=row.product_name,
                                          place=row.origin_name, harvested_on=row.harvested_on,
                                          left=row.text(row.balance.left_qty))) for row in rows]  # fmt: skip
    form.bases.choices = [(basis.value, label(basis)) for basis in CommitmentBasis]
    return form


def read(form: PromiseForm) -> Promise:
    """What was typed; the quantity in the lot's own measure: kilograms, litres or pieces."""
    lot = lots.get_own(form.lot.data, actor())
    return Promise(
        lot.id,
        parse_sum(form.quantity.data, TYPED_IN[lot.base_unit]),
        frozenset(CommitmentBasis(one) for one in form.bases.data or ()),
        form.contact.data,
        uploads.find("report", "commitment"),
    )


@bp.get("/supplier/commitments")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    before = request.args.get("before", "")
    sheets, after = commitments.mine(actor(), int(before) if before.isdecimal() and len(before) < 19 else None)
    return render_template("catalog/commitments/list.html", sheets=sheets, after=after)


@bp.get("/supplier/commitments/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    return render_template("catalog/commitments/form.html", form=promise_form(), old=None)


@bp.post("/supplier/commitments/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = promise_form()
    form.require()
    with transaction():
        made = promises.issue(read(form), by=actor())
        made_id, number = made.id, made.commitment_no
    flash(sentence("message", "commitment-issued", commitment_no=number))
    return redirect(url_for(".show", commitment_id=made_id), 303)


@bp.get("/supplier/commitments/<id:commitment_id>")
@requires(Right.SELL)
def show(commitment_id: int) -> ResponseReturnValue:
    sheet = commitments.get_own(commitment_id, actor())
    form = LabelForm(formdata=None, data={"size": LabelSize.MM60.value, "copies": 1})
    form.size.choices = [(size.value, label(size)) for size in LabelSize]
    return render_template("catalog/commitments/show.html", sheet=sheet, form=form, most=MOST_LABELS)


@bp.get("/supplier/commitments/<id:commitment_id>/new")
@requires(Right.SELL)
def renew(commitment_id: int) -> ResponseReturnValue:
    old = commitments.get_own(commitment_id, actor())
    return render_template("catalog/commitments/form.html", form=promise_form(old), old=old)


@bp.post("/supplier/commitments/<id:commitment_id>/new")
@requires(Right.SELL)
@again(renew)
def replace(commitment_id: int) -> ResponseReturnValue:
    form = promise_form(commitments.get_own(commitment_id, actor()))
    form.require()
    with transaction():
        made = promises.replace(commitment_id, read(form), by=actor())
        made_id, number = made.id, made.commitment_no
    flash(sentence("message", "commitment-replaced", commitment_no=number))
    return redirect(url_for(".show", commitment_id=made_id), 303)


@bp.get("/supplier/commitments/<id:commitment_id>/label.pdf")
@requires(Right.SELL)
def labels(commitment_id: int) -> ResponseReturnValue:
    """Labels for the roll, 40 or 60 mm wide, as many as asked for. A void one is not printed again."""
    sheet = commitments.get_own(commitment_id, actor())
    size, copies = request.args.get("size", ""), request.args.get("copies", "1")
    if sheet.is_void:
        raise Refused("commitment-void", name=sheet.row.product_name)
    if size not in set(LabelSize) or not (copies.isdecimal() and len(copies) < 4 and 1 <= int(copies) <= MOST_LABELS):
        raise Refused("form-invalid", count=1)
    return papers.answer("commitment_label", label_data(sheet, size, int(copies)), actor())


def label_data(sheet: Sheet, size: str, copies: int) -> dict[str, object]:
    """The seven fields as the printing room takes them, with the QR code of the public page."""
    row = sheet.row
    address = url_for("commitments.read_open", token=row.token, _external=True)
    return {
        "number": row.commitment_no, "size": size, "copies": copies, "promise": row.promise,
        "bases": [{"name": label(basis), "on": basis in sheet.bases} for basis in CommitmentBasis],
        "product": row.product_name, "quantity": sheet.quantity, "origin": row.origin_full, "producer": row.producer,
        "contact": row.contact, "issued_on": row.issued_on, "lot_no": sheet.lot_no,
        "qr": segno.make(address, error="m", micro=False).svg_inline(border=1, dark="#000000", light="#ffffff"),
    }  # fmt: skip


@bp.get("/commitments/<string(minlength=16, maxlength=32):token>")
@public
def read_open(token: str) -> ResponseReturnValue:
    """The page behind the QR code: its seven fields, whether it holds, and the newer one where it does not."""
    return render_template("catalog/commitments/open.html", sheet=commitments.by_token(token), all=CommitmentBasis)
