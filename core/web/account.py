"""One's own account: what was agreed to, taking a consent back, leaving for good."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import leaving
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.terms import queries as terms
from core.terms import services as agreeing
from core.terms.rules import TermsKind
from core.text import sentence
from core.web import session as sessions
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.limits import limiter

bp = Blueprint("account", __name__, url_prefix="/account")


class LeaveForm(Form):
    code = ShortText(most=6)


@bp.get("/privacy")
@requires(Right.SHOP)
def privacy() -> ResponseReturnValue:
    binding = terms.binding().get(TermsKind.SENSITIVE)
    is_given = binding is not None and binding.id in terms.given(actor().person_id, [binding.id])
    return render_template("core/account/privacy.html", rows=terms.given_by(actor()), sensitive=is_given)


@bp.post("/privacy/withdraw")
@requires(Right.SHOP)
@again(privacy)
def withdraw() -> ResponseReturnValue:
    with transaction():
        agreeing.withdraw(TermsKind.SENSITIVE, by=actor())
    flash(sentence("message", "consent-withdrawn"))
    return redirect(url_for("account.privacy"), 303)


@bp.get("/leave")
@requires(Right.SHOP)
def leave() -> ResponseReturnValue:
    blocked = [sentence("refused", each.code, **each.facts) for each in leaving.in_the_way(actor().person_id)]
    return render_template("core/account/leave.html", blocked=blocked, form=LeaveForm(), sent=False)


@bp.post("/leave/code")
@requires(Right.SHOP)
@limiter.limit("1 per minute;8 per day")
@again(leave)
def send_code() -> ResponseReturnValue:
    with transaction():
        leaving.send_code(by=actor())
    flash(sentence("message", "code-sent"))
    return render_template("core/account/leave.html", blocked=[], form=LeaveForm(), sent=True)


@bp.post("/leave")
@requires(Right.SHOP)
@limiter.limit("10 per minute")
@again(leave)
def leave_now() -> ResponseReturnValue:
    form = LeaveForm()
    form.require()
    with transaction():  # a wrong try counts, so it is kept before anything is refused
        is_right = leaving.right_code(form.code.data, by=actor())
    if not is_right:
        raise Refused("code-wrong")
    with transaction():
        leaving.leave(by=actor())
    sessions.end()
    flash(sentence("message", "account-left"))
    return redirect(url_for("shop.home"), 303)
