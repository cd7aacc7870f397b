"""A village worker on a phone: what suppliers say they paid, several attested at once, doubts, signatures."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import benefits as reading
from catalog.rules.benefit import BenefitState
from catalog.services import attesting
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID

bp = Blueprint("attest", __name__, url_prefix="/village/benefits")
menu.add(
    "catalogue", "attest", icon="clipboard-check", endpoint="attest.queue", right=Right.BENEFIT_ATTEST, order=10,
    counter=lambda who: reading.waiting(who, BenefitState.DRAFT),
)  # fmt: skip


def _state() -> BenefitState:
    asked = request.args.get("state", "")
    return BenefitState(asked) if asked in set(BenefitState) else BenefitState.DRAFT


@bp.get("")
@requires(Right.BENEFIT_ATTEST)
def queue() -> ResponseReturnValue:
    state = _state()
    found = reading.listed(actor(), states=[state], page=request.args.get("page", 1, int))
    return render_template("catalog/attest/queue.html", found=found, state=state, counts=reading.counts(actor()))


@bp.post("")
@requires(Right.BENEFIT_ATTEST)
@again(queue)
def attest() -> ResponseReturnValue:
    chosen = [int(n) for n in request.form.getlist("benefit") if n.isdecimal() and int(n) <= MAX_ID]
    with transaction():
        count = attesting.attest(chosen, by=actor())
    flash(sentence("message", "benefits-attested", count=count))
    return redirect(url_for("attest.queue"), 303)


@bp.get("/<int:benefit_id>")
@requires(Right.BENEFIT_ATTEST)
def show(benefit_id: int) -> ResponseReturnValue:
    row = reading.one(benefit_id, actor())
    return render_template("catalog/attest/show.html", row=row, events=reading.events(benefit_id))


@bp.post("/<int:benefit_id>/dispute")
@requires(Right.BENEFIT_ATTEST)
@again(show)
def dispute(benefit_id: int) -> ResponseReturnValue:
    with transaction():
        attesting.dispute(benefit_id, request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "benefit-disputed"))
    return redirect(url_for("attest.queue"), 303)


@bp.post("/<int:benefit_id>/signature")
@requires(Right.BENEFIT_ATTEST)
@again(show)
def sign(benefit_id: int) -> ResponseReturnValue:
    with transaction():
        attesting.sign(benefit_id, uploads.needed("signature", "benefit-signature"), by=actor())
    flash(sentence("message", "benefit-signed"))
    return redirect(url_for("attest.show", benefit_id=benefit_id), 303)
