"""Disputed kilos: the unit says so, takes it back, or the supplier gives way. The rest is paid meanwhile (rule 25)."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField
from market.services import disputes
from procurement.web import receipts, receiving

bp = Blueprint("disputes", __name__)


class DisputeForm(Form):
    amount_fen = YuanField(least=1)
    reason = ShortText(most=200)


@bp.post("/canteen/deliveries/<id:delivery_id>/disputes")
@requires(Right.RECEIVE)
@again(receiving.show)
def open_dispute(delivery_id: int) -> ResponseReturnValue:
    """For one line of the delivery's acceptance."""
    form, line_id = DisputeForm(), request.form.get("line", type=int) or 0
    form.require()
    if not 0 < line_id < 2**63:
        raise Missing("no-such-acceptance")
    with transaction():
        disputes.open_dispute(
            line_id, amount_fen=form.amount_fen.data, reason=form.reason.data, photos=uploads.photos(), by=actor()
        )
    flash(sentence("message", "dispute-opened"))
    return redirect(url_for("receiving.show", delivery_id=delivery_id), 303)


@bp.post("/canteen/deliveries/<id:delivery_id>/disputes/<id:dispute_id>/withdrawal")
@requires(Right.RECEIVE)
@again(lambda delivery_id, **_: receiving.show(delivery_id))
def withdraw(delivery_id: int, dispute_id: int) -> ResponseReturnValue:
    with transaction():
        disputes.withdraw(dispute_id, by=actor())
    flash(sentence("message", "dispute-withdrawn"))
    return redirect(url_for("receiving.show", delivery_id=delivery_id), 303)


@bp.post("/supplier/disputes/<id:dispute_id>/concession")
@requires(Right.SELL)
@again(receipts.desk)
def concede(dispute_id: int) -> ResponseReturnValue:
    """The supplier gives the amount up: a credit note."""
    with transaction():
        disputes.concede(dispute_id, by=actor())
    flash(sentence("message", "dispute-conceded"))
    return redirect(url_for("receipts.desk"), 303)
