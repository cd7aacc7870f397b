"""The payer's desk: what is accepted and open, invoices, payment slips, what the bank was told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.files import services as files
from core.files.models import Audience
from core.money import parse_yuan
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText
from core.web.inbox import Task
from market.models.delivery import Acceptance
from market.models.order import Order
from market.queries import papers, payables, transfers
from market.queries.payables import Claim
from market.queries.transfers import Slip
from market.rules.invoice import InvoiceTax
from market.rules.transfer import TransferState
from market.services import settlement
from procurement.services import payments
from procurement.web.invoices import InvoiceForm, paper, words

bp = Blueprint("unit_payments", __name__, url_prefix="/unit/payments")
SOON = timedelta(days=7)
menu.add("canteen", "unit_payments", icon="bank", endpoint="unit_payments.desk", right=Right.PAY, order=40)


def tasks(by: Actor) -> list[Task]:
    """What is accepted and unpaid, by how soon it is due; slips that the bank has not been told of."""
    if not by.may(Right.PAY):
        return []
    found, href = [], url_for("unit_payments.desk")
    open_claims = [one for one in payables.of_buyer(by) if one.open_fen]
    if open_claims:
        first = min(one.due_on for one in open_claims)
        tone = "danger" if first < clock.today() else "warn" if first <= clock.today() + SOON else "info"
        note = sentence("task", "claims-open-note", open_fen=sum(one.open_fen for one in open_claims))
        found.append(Task(sentence("task", "claims-open"), href, len(open_claims), note, first, tone, "cash-coin"))
    slips = transfers.count(transfers.of_buyer(by), states=[TransferState.PREPARED])
    if slips:
        found.append(Task(sentence("task", "slips-prepared"), href, slips, icon="receipt"))
    return found


class DeclareForm(Form):
    bank_day_on = DayField()
    bank_serial = ShortText(most=60)
    payer_name = ShortText(most=100, required=False)


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.PAY)
def desk() -> ResponseReturnValue:
    who = actor()
    claims = payables.of_buyer(who)
    return render_template(
        "procurement/payments/desk.html",
        claims=[one for one in claims if one.unpaid_fen],
        paid=[one for one in claims if not one.unpaid_fen][-20:],
        slips=transfers.slips(transfers.of_buyer(who), limit=50),
    )


@bp.post("/transfers")
@requires(Right.PAY)
@again(desk)
def prepare() -> ResponseReturnValue:
    """A slip for the ticked acceptances, each in full or by the amount typed beside it."""
    typed = {one: request.form.get(f"amount-{one}", "").strip() for one in _ticked()}
    parts = {one: parse_yuan(text) if text else None for one, text in typed.items()}
    with transaction():
        transfer_id = settlement.prepare(parts, by=actor()).id
    return redirect(url_for(".slip", transfer_id=transfer_id), 303)


@bp.get("/transfers/<id:transfer_id>")
@requires(Right.PAY)
def slip(transfer_id: int) -> ResponseReturnValue:
    found, form = _slip(transfer_id), DeclareForm()
    if request.endpoint == "unit_payments.declare":
        form.validate()
    return render_template("procurement/payments/slip.html", slip=found, form=form, reason=ReasonForm())


@bp.post("/transfers/<id:transfer_id>/declaration")
@requires(Right.PAY)
@again(slip)
def declare(transfer_id: int) -> ResponseReturnValue:
    """The bank was told: day, serial, voucher. It counts only when somebody else confirms."""
    form, who = DeclareForm(), actor()
    form.require()
    with transaction():
        settlement.declare(
            transfer_id,
            bank_day_on=form.bank_day_on.data,
            bank_serial=form.bank_serial.data,
            payer_name=form.payer_name.data or "",
            voucher_id=_paper("voucher", "bank-voucher", who),
            by=who,
        )
    flash(sentence("message", "transfer-declared"))
    return redirect(url_for(".slip", transfer_id=transfer_id), 303)


@bp.post("/transfers/<id:transfer_id>/withdrawal")
@requires(Right.PAY)
@again(slip)
def withdraw(transfer_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        settlement.withdraw(transfer_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "transfer-withdrawn"))
    return redirect(url_for(".desk"), 303)


@bp.get("/transfers/<id:transfer_id>.pdf")
@requires(Right.PAY)
def sheet(transfer_id: int) -> ResponseReturnValue:
    """付款单."""
    return printed.answer("transfer", papers.transfer(_slip(transfer_id)), actor())


@bp.get("/invoices/new")
@requires(Right.PAY)
def invoice() -> ResponseReturnValue:
    """The form for one invoice over the ticked acceptances (of the address, or of a refused form)."""
    claims, form = _claims(_ticked()), InvoiceForm()
    if request.method == "POST":
        form.validate()
    total_fen = sum(one.payable_fen for one in claims)
    return render_template(
        "procurement/payments/invoice.html", claims=claims, form=form, total_fen=total_fen, modes=InvoiceTax
    )


@bp.post("/invoices")
@requires(Right.PAY)
@again(invoice)
def record_invoice() -> ResponseReturnValue:
    form, who = InvoiceForm(), actor()
    form.require()
    with transaction():
        payments.record_invoice(
            form.number.data,
            _ticked(),
            issued_on=form.issued_on.data,
            total_fen=form.total_fen.data,
            tax_fen=form.tax_fen.data or 0,
            file_id=paper(who),
            words=words(form),
            by=who,
        )
    flash(sentence("message", "invoice-recorded", number=form.number.data))
    return redirect(url_for(".desk"), 303)


def _ticked() -> list[int]:
    """Acceptance ids as ticked; nonsense is left out."""
    given = request.values.getlist("acceptance")
    return sorted({int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19})


def _claims(ids: Sequence[int]) -> list[Claim]:
    return payables.claims(Acceptance.id.in_(ids), Order.buyer_id.in_(actor().scope_ids))


def _slip(transfer_id: int) -> Slip:
    found = transfers.find_slip(transfer_id, transfers.of_buyer(actor()))
    if found is None:
        raise Missing("no-such-transfer")
    return found


def _paper(field: str, purpose: str, who: Actor) -> Any:
    """The id of an uploaded paper, None when none was chosen. Finance and the supplier may read it."""
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        return None
    taken = files.take_paper(
        upload.stream,
        name=upload.filename,
        purpose=purpose,
        by=who,
        audience=Audience.PARTIES,
        owner_id=who.office_id,
    )
    return taken.id
