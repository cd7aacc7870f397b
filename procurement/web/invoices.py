"""Invoices of a unit or a shop: registered, decided on, taken back; order to payment side by side."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind as Kind
from core.db import transaction
from core.files import services as files
from core.files.models import Audience
from core.money import parse_yuan
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText, YuanField
from core.web.inbox import Task
from market.queries import invoices as reading
from market.queries import payables
from market.rules.invoice import InvoiceTax, TaxLine
from market.services.invoices import Words
from procurement.services import payments

bp = Blueprint("invoices", __name__, url_prefix="/invoices")
OFFICES = {"market": (Kind.SUPPLIER, 24), "canteen": (Kind.UNIT, 42), "supervise": (Kind.FINANCE, 46)}
for section, (kind, order) in OFFICES.items():
    menu.add(
        section, "invoices", icon="receipt-cutoff", endpoint="invoices.index", right=Right.INVOICE_VIEW, order=order,
        counter=lambda by: reading.to_decide(by) if by.may(Right.INVOICE_DECIDE) else 0, kinds=frozenset({kind}),
    )  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Invoices that do not agree wait for the unit's approver."""
    if not by.may(Right.INVOICE_DECIDE) or not (count := reading.to_decide(by)):
        return []
    return [Task(sentence("task", "invoices-differ"), url_for("invoices.index"), count, tone="warn", icon="receipt")]


class InvoiceForm(Form):
    number = ShortText(most=20)
    issued_on = DayField(default=clock.today)
    total_fen = YuanField(least=1)
    tax_fen = YuanField(required=False)
    title = ShortText(most=100, required=False)
    buyer_code = ShortText(most=18, required=False)
    explanation = ShortText(most=200, required=False)


class RedForm(Form):
    number = ShortText(most=20)
    issued_on = DayField(default=clock.today)
    amount_fen = YuanField(least=1)


@bp.get("")
@requires(Right.INVOICE_VIEW)
def index() -> ResponseReturnValue:
    who, page = actor(), min(max(request.args.get("page", 1, type=int), 1), 10_000)
    sells = who.organisation_kind is Kind.SUPPLIER
    open_claims = [one for one in payables.of_supplier(who) if one.invoice_no is None][-100:] if sells else []
    form = InvoiceForm()
    if request.endpoint == "invoices.register":
        form.validate()
    return render_template(
        "procurement/invoices/index.html", rows=reading.listed(who, page=page), claims=open_claims, page=page,
        form=form, red=RedForm(), modes=InvoiceTax, sells=sells,
    )  # fmt: skip


@bp.post("")
@requires(Right.SELL)
@again(index)
def register() -> ResponseReturnValue:
    """A supplier's own invoice for the ticked acceptances."""
    who, form = actor(), InvoiceForm()
    form.require()
    ticked = sorted({int(one) for one in request.form.getlist("acceptance") if one.isascii() and one.isdigit()})
    with transaction():
        payments.record_invoice(
            form.number.data, ticked, issued_on=form.issued_on.data, total_fen=form.total_fen.data,
            tax_fen=form.tax_fen.data or 0, file_id=paper(who), words=words(form), by=who,
        )  # fmt: skip
    flash(sentence("message", "invoice-recorded", number=form.number.data))
    return redirect(url_for(".index"), 303)


@bp.post("/<id:invoice_id>/decision")
@requires(Right.INVOICE_DECIDE)
@again(index)
def decide(invoice_id: int) -> ResponseReturnValue:
    take = request.form.get("take") == "yes"
    with transaction():
        payments.decide_invoice(invoice_id, take=take, reason=request.form.get("reason", "")[:200], by=actor())
    flash(sentence("message", "invoice-approved" if take else "invoice-returned"))
    return redirect(url_for(".index"), 303)


@bp.post("/<id:invoice_id>/red")
@requires(Right.INVOICE_RED)
@again(index)
def reverse(invoice_id: int) -> ResponseReturnValue:
    """红字发票: for goods that went back, or a wrong invoice."""
    form, who = RedForm(), actor()
    form.require()
    with transaction():
        payments.reverse_invoice(
            invoice_id, form.number.data, issued_on=form.issued_on.data, amount_fen=form.amount_fen.data,
            file_id=paper(who), by=who,
        )  # fmt: skip
    flash(sentence("message", "invoice-reversed"))
    return redirect(url_for(".index"), 303)


@bp.get("/match")
@requires(Right.UNIT_VIEW)
def match() -> ResponseReturnValue:
    """Order, acceptance, invoice, payment of each line side by side."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    return render_template("procurement/invoices/match.html", rows=reading.matching(actor(), page=page), page=page)


def words(form: Any) -> Words:
    """What stands on the invoice beside its sums: one line for each rate that has an amount."""
    given = {mode: _fen(request.form.get(f"tax-{mode.value}", "")) for mode in InvoiceTax}
    lines = tuple(
        TaxLine(mode, fen, _fen(request.form.get(f"tax-of-{mode.value}", ""))) for mode, fen in given.items() if fen
    )
    return Words(lines, form.title.data or "", (form.buyer_code.data or "").upper(), form.explanation.data or "")


def _fen(text: str) -> int:
    return parse_yuan(text) if text.strip() else 0


def paper(who: Actor) -> int | None:
    """The id of an uploaded invoice, None when none was chosen. PDF, OFD, XML or a photo; both parties may read it."""
    upload = request.files.get("paper")
    if upload is None or not upload.filename:
        return None
    taken = files.take_invoice(
        upload.stream,
        name=upload.filename,
        purpose="invoice",
        by=who,
        audience=Audience.PARTIES,
        owner_id=who.office_id,
    )
    return taken.id
