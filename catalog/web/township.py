"""A township confirms that goods grow where their supplier says they do: only its own villages'."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import desk, villages
from catalog.services import products
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires

bp = Blueprint("township", __name__, url_prefix="/township/products")
menu.add(
    "catalogue", "origin-check", icon="geo-alt", endpoint="township.queue", right=Right.ORIGIN_CONFIRM,
    counter=desk.waiting_count,
)  # fmt: skip


@bp.get("")
@requires(Right.ORIGIN_CONFIRM)
def queue() -> ResponseReturnValue:
    return render_template("catalog/township/queue.html", rows=desk.waiting(actor()))


@bp.get("/<int:product_id>")
@requires(Right.ORIGIN_CONFIRM)
def show(product_id: int) -> ResponseReturnValue:
    p = desk.detail(product_id, actor())
    origin = villages.eligible_on(p.origin_code, clock.today())
    return render_template("catalog/township/show.html", p=p, origin=origin)


@bp.post("/<int:product_id>/confirm")
@requires(Right.ORIGIN_CONFIRM)
@again(show)
def confirm(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = products.confirm_origin(product_id, by=actor())
    flash(sentence("message", "origin-confirmed", name=product.name))
    return redirect(url_for("township.queue"), 303)


@bp.post("/<int:product_id>/return")
@requires(Right.ORIGIN_CONFIRM)
@again(show)
def send_back(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = products.send_back(product_id, request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "product-sent-back", name=product.name))
    return redirect(url_for("township.queue"), 303)
