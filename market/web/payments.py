"""Paying: a code per supplier's order, its state as the provider tells it. Nothing in the browser can mark it paid."""

import re
from collections.abc import Iterator

import structlog
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import db, transaction
from core.errors import Missing, Refused
from core.jobs import enqueue
from core.text import sentence
from core.web import qr
from core.web.access import actor, again, public, raw_body, requires
from core.web.inbox import Task
from core.web.limits import limiter
from market.gateways import ports, providers
from market.gateways.alipay.keys import KeyProblem
from market.queries import refunds
from market.queries import resident_orders as orders
from market.services import intents, payments, resident_orders

bp = Blueprint("payments", __name__)
log = structlog.get_logger()
MOST_NOTIFY = 64 * 1024
_SIGN = re.compile(r"(^|&)sign=[^&]*")
"""A signature is checked, not kept (S6)."""


def tasks(who: Actor) -> Iterator[Task]:
    """Money that came too late and goes back: the buyer and finance are told once."""
    for token in refunds.late_notices(for_=who):
        href = url_for("orders.show", token=token) if token else url_for("reconciliation.show", done=1)
        yield Task(sentence("task", "late-refund"), href, tone="warn", icon="wallet2")


@bp.get("/pay/<string(maxlength=32):token>")
@requires(Right.SHOP)
def show(token: str) -> ResponseReturnValue:
    found = orders.of_group(token, for_=actor())
    if found is None:
        raise Missing("no-such-order")
    group, views = found
    agent = request.user_agent.string
    return render_template(
        "market/pay/show.html",
        group=group,
        views=views,
        code=qr.svg,
        in_wechat="MicroMessenger" in agent,
        on_phone="Mobi" in agent,
    )


@bp.get("/pay/<string(maxlength=32):token>/state")
@requires(Right.SHOP)
def state(token: str) -> ResponseReturnValue:
    """The states in one line of text: the page watches it and shows itself anew when it changes."""
    found = orders.of_group(token, for_=actor())
    if found is None:
        raise Missing("no-such-order")
    words = (f"{view.order.state.value}/{view.intent.state.value if view.intent else ''}" for view in found[1])
    return Response(" ".join(words), content_type="text/plain; charset=utf-8")


@bp.post("/pay/<string(maxlength=32):token>/codes")
@requires(Right.SHOP)
@limiter.limit("30 per minute")
@again(show)
def offer(token: str) -> ResponseReturnValue:
    """Get a code for every order that waits. The provider is asked outside any transaction."""
    who = actor()
    found = orders.of_group(token, for_=who)
    if found is None:
        raise Missing("no-such-order")
    fetch_codes([view.order.id for view in found[1] if view.is_payable], who)
    return redirect(url_for("payments.show", token=token), 303)


def fetch_codes(order_ids: list[int], who: Actor) -> None:
    """Open an intent for each order and get its code: short transactions, none while the provider is asked.

    Raises: Refused "payment-not-reached", "payment-unclear" and those of `open_intent`; what was got stays.
    """
    db.session.remove()
    for order_id in order_ids:
        with transaction():
            intent = intents.open_intent(order_id, by=who)
            intent_id, provider = intent.id, intent.provider
            wish = intents.wish(
                intent, subject=sentence("word", "order-subject"), event_url=_event_url(intent.provider)
            )
        text = _ask(provider, wish)
        with transaction():
            intents.keep_offer(intent_id, text)


def _event_url(provider: str) -> str:
    return str(current_app.config["SERVER_URL"]).rstrip("/") + url_for("payments.notify", name=provider)


def _ask(provider: str, wish: ports.Intent) -> str:
    """The text of the code. Raises: Refused "payment-not-reached", "payment-unclear"."""
    db.session.remove()
    try:
        return providers.get(provider).create(wish).text
    except (ports.NotSent, KeyProblem, LookupError) as problem:  # away, or not set up: nothing was asked for
        log.warning("provider not reached", error=type(problem).__name__)
        raise Refused("payment-not-reached") from problem
    except ports.ProviderProblem as problem:
        log.warning("code not made", code=problem.code)
        raise Refused("payment-unclear") from problem


@bp.post("/pay/<string(maxlength=32):token>/look")
@requires(Right.SHOP)
@limiter.limit("20 per minute")
def look(token: str) -> ResponseReturnValue:
    """ "I have paid": ask the provider now instead of waiting."""
    found = orders.of_group(token, for_=actor())
    if found is None:
        raise Missing("no-such-order")
    with transaction():
        for view in found[1]:
            if view.intent is not None and view.intent.next_query_at is not None:
                enqueue("market.look_at_payment", key=f"look:{view.intent.id}", intent_id=view.intent.id)
    return redirect(url_for("payments.show", token=token), 303)


@bp.post("/orders/<string(maxlength=32):token>/cancel")
@requires(Right.SHOP)
def cancel(token: str) -> ResponseReturnValue:
    who = actor()
    view = orders.find(token, for_=who)
    if view is None:
        raise Missing("no-such-order")
    with transaction():
        resident_orders.cancel(view.order.id, by=who)
    return redirect(url_for("orders.show", token=token), 303)


@bp.post("/payments/<string(maxlength=20):name>/notify")
@public
@raw_body
@limiter.limit("600 per minute")
def notify(name: str) -> ResponseReturnValue:
    """The provider's word: verified, taken in once, answered only after the commit. No session, no CSRF."""
    try:
        provider = providers.get(name)
    except LookupError as unknown:
        raise Missing("no-such-provider") from unknown
    body = request.get_data(cache=False, as_text=False)
    raw = ports.RawEvent(body=body, content_type=request.content_type or "", headers=dict(request.headers))
    try:
        if len(body) > MOST_NOTIFY or request.query_string:
            raise ports.EventRejected("bad-request")
        events = provider.parse_event(raw)
    except ports.EventRejected as problem:
        log.warning("notification rejected", code=problem.code)
        return _answer(provider.receipt(False))
    with transaction():
        for event in events:
            payments.hear(event, provider=provider.name, raw=_SIGN.sub(r"\1sign=", body.decode("utf-8", "replace")))
    return _answer(provider.receipt(True))


def _answer(receipt: ports.Receipt) -> Response:
    return Response(receipt.body, receipt.status, content_type=receipt.content_type)
