"""Finance's row of confirmation: payments that units declared, checked against the treasury's list."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.queries import transfers
from market.rules.transfer import ConfirmedBy, TransferState
from market.services import settlement
from procurement.services import payments

bp = Blueprint("treasury", __name__, url_prefix="/finance/transfers")
TABS = {
    "declared": TransferState.DECLARED,
    "confirmed": TransferState.CONFIRMED,
    "refused": TransferState.REFUSED,
}


def waiting(_by: Actor) -> int:
    """Declared payments of every unit."""
    return transfers.count(states=[TransferState.DECLARED])


menu.add(
    "supervise", "treasury", icon="bank", endpoint="treasury.desk", right=Right.TRANSFER_CONFIRM, order=40,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Declared for more than five working days, and nobody confirmed (rule 25)."""
    if not by.may(Right.TRANSFER_CONFIRM):
        return []
    late = [one for one in transfers.slips(states=[TransferState.DECLARED], limit=500) if one.waits_too_long]
    text = sentence("task", "transfers-late")
    return [Task(text, url_for("treasury.desk"), len(late), tone="danger", icon="hourglass-split")] if late else []


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.TRANSFER_CONFIRM)
def desk() -> ResponseReturnValue:
    tab = request.args.get("tab", "declared")
    slips = transfers.slips(states=[TABS.get(tab, TransferState.DECLARED)], limit=200)
    slips.sort(key=lambda one: one.transfer.declared_at or one.transfer.prepared_at, reverse=tab != "declared")
    return render_template("procurement/treasury/desk.html", slips=slips, tab=tab, tabs=TABS, waiting=waiting(actor()))


@bp.post("/<id:transfer_id>/confirmation")
@requires(Right.TRANSFER_CONFIRM)
@again(desk)
def confirm(transfer_id: int) -> ResponseReturnValue:
    """The treasury's row says that it was paid."""
    with transaction():
        transfer = payments.confirm_transfer(transfer_id, by=actor(), word=ConfirmedBy.FINANCE)
        flash(sentence("message", "transfer-confirmed", transfer_no=transfer.transfer_no))
    return redirect(url_for(".desk"), 303)


@bp.post("/<id:transfer_id>/refusal")
@requires(Right.TRANSFER_CONFIRM)
@again(desk)
def refuse(transfer_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        settlement.refuse(transfer_id, reason=form.reason.data, by=actor(), word=ConfirmedBy.FINANCE)
    flash(sentence("message", "transfer-refused"), "warn")
    return redirect(url_for(".desk"), 303)
