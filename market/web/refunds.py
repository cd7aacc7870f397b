"""Large refunds wait here for a second person of the shop, or for the platform's operator (P7)."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.inbox import Task
from market.queries import refunds as queries
from market.services import refunds

bp = Blueprint("refunds", __name__, url_prefix="/refunds")
menu.add(
    "market", "refunds", icon="arrow-counterclockwise", endpoint="refunds.waiting", right=Right.REFUND_SECOND,
    order=45, kinds=frozenset({OrganisationKind.SUPPLIER, OrganisationKind.PLATFORM}),
)  # fmt: skip


def tasks(who: Actor) -> Iterator[Task]:
    """Refunds that somebody else asked for and this person may agree to."""
    if who.may(Right.REFUND_SECOND):
        number = sum(row.asked_by_id != who.person_id for row in queries.waiting(for_=who))
        if number:
            yield Task(sentence("task", "refunds-waiting"), url_for("refunds.waiting"), number, icon="cash-coin")


@bp.get("")
@requires(Right.REFUND_SECOND)
def waiting() -> ResponseReturnValue:
    """What waits, oldest first, with its order and who asked."""
    return render_template("market/refunds/waiting.html", rows=queries.waiting_rows(for_=actor()))


@bp.post("/<id:refund_id>/agreement")
@requires(Right.REFUND_SECOND)
@again(lambda refund_id: waiting())
def agree(refund_id: int) -> ResponseReturnValue:
    with transaction():
        amount_fen = refunds.agree(refund_id, by=actor()).amount_fen
    flash(sentence("message", "refund-agreed", amount_fen=amount_fen), "ok")
    return redirect(url_for(".waiting"), 303)


@bp.post("/<id:refund_id>/refusal")
@requires(Right.REFUND_SECOND)
@again(lambda refund_id: waiting())
def refuse(refund_id: int) -> ResponseReturnValue:
    with transaction():
        amount_fen = refunds.refuse(refund_id, by=actor()).amount_fen
    flash(sentence("message", "refund-refused", amount_fen=amount_fen))
    return redirect(url_for(".waiting"), 303)
