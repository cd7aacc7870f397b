"""What a supplier asks about a canteen's order: yes or no, by the orderer or, for goods and freight, the approver."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import clean
from core.web.inbox import Task
from market.models.shipping import OrderAsk
from market.queries import asks, goods_text
from market.rules.asks import AskState
from procurement.services import order_asks

bp = Blueprint("order_asks", __name__, url_prefix="/canteen/asks")


def tasks(by: Actor) -> list[Task]:
    """Suppliers' questions that wait for an answer."""
    if not by.may(Right.ORDER_ANSWER):
        return []
    waiting = asks.open_count(order_asks.within(by))
    text = sentence("task", "asks-open")
    return [Task(text, url_for("order_asks.index"), waiting, tone="warn", icon="chat-dots")] if waiting else []


@bp.get("")
@requires(Right.ORDER_ANSWER)
def index() -> ResponseReturnValue:
    rows = asks.of_orders(order_asks.within(actor()), OrderAsk.state == AskState.ASKED)
    return render_template("procurement/orders/asks.html", rows=[row for row in rows if row.is_open], text=goods_text)


@bp.post("/<id:ask_id>/agreement")
@requires(Right.ORDER_ANSWER)
@again(index)
def agree(ask_id: int) -> ResponseReturnValue:
    with transaction():
        order_asks.agree(ask_id, by=actor())
    flash(sentence("message", "ask-agreed"), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<id:ask_id>/refusal")
@requires(Right.ORDER_ANSWER)
@again(index)
def decline(ask_id: int) -> ResponseReturnValue:
    with transaction():
        order_asks.decline(ask_id, reason=clean(request.form.get("reason"))[:200], by=actor())
    flash(sentence("message", "ask-declined"), "ok")
    return redirect(url_for(".index"), 303)
