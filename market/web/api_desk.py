"""An organisation's manager gives tokens to programs, names addresses to be told, and sees what they were told."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText
from market.rules import partners
from market.rules.partners import HookEvent, Scope
from market.services import api_tokens, hooks

bp = Blueprint("api_desk", __name__, url_prefix="/desk/api")
menu.add("people", "api", icon="key", endpoint="api_desk.desk", right=Right.API_MANAGE, order=60)


class TokenForm(Form):
    name = ShortText(most=60)
    days = CountField(least=1, most=partners.MOST_DAYS, default=180)


class HookForm(Form):
    url = ShortText(most=300)


@bp.get("")
@requires(Right.API_MANAGE)
def desk() -> ResponseReturnValue:
    return _page()


def _page(secret: str = "", kind: str = "") -> str:
    """The desk; `secret` is shown this once and stands nowhere else."""
    who = actor()
    return render_template(
        "market/partners/desk.html",
        tokens=api_tokens.listed(who),
        hooks=hooks.listed(who),
        messages=hooks.messages(who),
        scopes=list(Scope),
        events=list(HookEvent),
        token_form=TokenForm(),
        hook_form=HookForm(),
        secret=secret,
        secret_kind=kind,
        now=clock.now(),
    )


@bp.post("/tokens")
@requires(Right.API_MANAGE)
@again(desk)
def issue() -> ResponseReturnValue:
    form = TokenForm()
    form.require()
    with transaction():
        _row, text = api_tokens.issue(
            form.name.data, scopes=request.form.getlist("scopes"), days=form.days.data, by=actor()
        )
    return _page(text, "token")


@bp.post("/tokens/<id:token_id>/revoke")
@requires(Right.API_MANAGE)
@again(desk)
def revoke(token_id: int) -> ResponseReturnValue:
    with transaction():
        api_tokens.revoke(token_id, by=actor())
    flash(sentence("message", "api-token-revoked"))
    return redirect(url_for(".desk"), 303)


@bp.post("/hooks")
@requires(Right.API_MANAGE)
@again(desk)
def register() -> ResponseReturnValue:
    form = HookForm()
    form.require()
    with transaction():
        _row, secret = hooks.register(form.url.data, events=request.form.getlist("events"), by=actor())
    return _page(secret, "hook")


@bp.post("/hooks/<id:hook_id>/rotate")
@requires(Right.API_MANAGE)
@again(desk)
def rotate(hook_id: int) -> ResponseReturnValue:
    with transaction():
        secret = hooks.rotate(hook_id, by=actor())
    return _page(secret, "hook")


@bp.post("/hooks/<id:hook_id>/end")
@requires(Right.API_MANAGE)
@again(desk)
def end(hook_id: int) -> ResponseReturnValue:
    with transaction():
        hooks.end(hook_id, by=actor())
    flash(sentence("message", "web-hook-ended"))
    return redirect(url_for(".desk"), 303)


@bp.post("/messages/<id:message_id>/again")
@requires(Right.API_MANAGE)
@again(desk)
def resend(message_id: int) -> ResponseReturnValue:
    with transaction():
        hooks.try_again(message_id, by=actor())
    flash(sentence("message", "hook-message-again"))
    return redirect(url_for(".desk"), 303)
