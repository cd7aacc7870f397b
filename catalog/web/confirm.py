"""A household's own page behind the link in its SMS: that one payment, no name, yes or no."""

from enum import StrEnum

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import benefits as reading
from catalog.services import attesting
from core import clock, text
from core.db import transaction
from core.web.access import again, public

bp = Blueprint("confirm", __name__, url_prefix="/b")


class Objection(StrEnum):
    """What a household can say with one tap; free text could name people."""

    NOTHING = "nothing"
    AMOUNT = "amount"
    NOT_OURS = "not_ours"


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    row = reading.told(attesting.linked_id(token))
    reasons = [(reason.value, text.label(reason)) for reason in Objection]
    page = render_template("catalog/confirm/show.html", row=row, token=token, reasons=reasons, today=clock.today())
    answer = make_response(page)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.post("/<token>/yes")
@public
@again(show)
def yes(token: str) -> ResponseReturnValue:
    with transaction():
        attesting.confirm_by_link(token)
    return redirect(url_for("confirm.show", token=token), 303)


@bp.post("/<token>/no")
@public
@again(show)
def no(token: str) -> ResponseReturnValue:
    asked = request.form.get("reason", "")
    reason = Objection(asked) if asked in set(Objection) else Objection.NOTHING
    with transaction():
        attesting.object_by_link(token, text.label(reason))
    return redirect(url_for("confirm.show", token=token), 303)
