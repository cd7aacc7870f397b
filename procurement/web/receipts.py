"""The supplier's money: what units owe and since when, and 已到账 for what has come."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.models.delivery import Delivery
from market.queries import disputes, payables, transfers
from market.rules.transfer import ConfirmedBy, TransferState
from market.services import holding, settlement
from procurement.services import payments

bp = Blueprint("receipts", __name__, url_prefix="/supplier/receivables")


def waiting(by: Actor) -> int:
    """Declared payments that wait for the supplier's word."""
    return transfers.count(transfers.to_supplier(by), states=[TransferState.DECLARED])


menu.add("market", "receipts", icon="cash-coin", endpoint="receipts.desk", right=Right.SELL, order=20, counter=waiting)


def tasks(by: Actor) -> list[Task]:
    """Payments said to have been made: has the money come? And what units dispute."""
    if not by.may(Right.SELL):
        return []
    counts = {"transfers-declared": waiting(by), "disputes-open": len(_disputes(by))}
    href = url_for("receipts.desk")
    return [
        Task(sentence("task", code), href, count, tone="warn", icon="bank") for code, count in counts.items() if count
    ]


def _disputes(by: Actor) -> list[disputes.DisputeRow]:
    return disputes.still_open(holding.sells(by, Delivery.supplier_id))


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.SELL)
def desk() -> ResponseReturnValue:
    who = actor()
    claims = payables.of_supplier(who)
    unpaid = [one for one in claims if one.unpaid_fen]
    return render_template(
        "procurement/receipts/desk.html",
        unpaid=unpaid,
        paid=[one for one in claims if not one.unpaid_fen][-20:],
        declared=transfers.slips(transfers.to_supplier(who), states=[TransferState.DECLARED]),
        decided=transfers.slips(transfers.to_supplier(who), states=[TransferState.CONFIRMED], limit=20),
        disputes=_disputes(who),
        late_fen=sum(one.unpaid_fen for one in unpaid if one.days_late),
        interest_fen=sum(one.interest_fen for one in unpaid),
    )


@bp.post("/transfers/<id:transfer_id>/received")
@requires(Right.SELL)
@again(desk)
def received(transfer_id: int) -> ResponseReturnValue:
    """已到账."""
    with transaction():
        transfer = payments.confirm_transfer(transfer_id, by=actor(), word=ConfirmedBy.SUPPLIER)
        flash(sentence("message", "transfer-confirmed", transfer_no=transfer.transfer_no))
    return redirect(url_for(".desk"), 303)


@bp.post("/transfers/<id:transfer_id>/missing")
@requires(Right.SELL)
@again(desk)
def missing(transfer_id: int) -> ResponseReturnValue:
    """未到账, with a reason."""
    form = ReasonForm()
    form.require()
    with transaction():
        settlement.refuse(transfer_id, reason=form.reason.data, by=actor(), word=ConfirmedBy.SUPPLIER)
    flash(sentence("message", "transfer-refused"), "warn")
    return redirect(url_for(".desk"), 303)
