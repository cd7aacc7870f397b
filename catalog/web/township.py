"""A township confirms that goods grow where their supplier says they do: only its own villages'."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import desk, revisions, villages
from catalog.queries.desk import CheckList
from catalog.services import products
from catalog.services import revisions as revising
from catalog.web.fields import asked_list, asked_page
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires

bp = Blueprint("township", __name__, url_prefix="/township/products")
menu.add(
    "catalogue", "origin-check", icon="geo-alt", endpoint="township.queue", right=Right.ORIGIN_CONFIRM,
    counter=desk.to_check_count,
)  # fmt: skip


@bp.get("")
@requires(Right.ORIGIN_CONFIRM)
def queue() -> ResponseReturnValue:
    who, page = actor(), asked_page()
    counts = desk.to_check_counts(who)
    shown = asked_list(counts)
    rows = desk.waiting(who, page=page) if shown is CheckList.GOODS else revisions.waiting(who, page=page)
    return render_template(
        "catalog/township/queue.html", rows=rows, counts=counts, shown=shown, page=page, size=desk.PAGE
    )


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


@bp.get("/<int:product_id>/revision")
@requires(Right.ORIGIN_CONFIRM)
def revision(product_id: int) -> ResponseReturnValue:
    """A listed product whose clerk says that it grows elsewhere: here."""
    found = revisions.of_product(product_id)
    if found is None or not found.origin_changed or found.town_code != actor().place_code:
        raise Missing("no-such-revision")
    origin = villages.eligible_on(found.new.facts.origin_code, clock.today())
    return render_template("catalog/township/revision.html", revision=found, origin=origin)


@bp.post("/<int:product_id>/revision/confirm")
@requires(Right.ORIGIN_CONFIRM)
@again(revision)
def confirm_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = revising.confirm_origin(product_id, by=actor())
    flash(sentence("message", "origin-confirmed", name=product.name))
    return redirect(url_for("township.queue"), 303)


@bp.post("/<int:product_id>/revision/return")
@requires(Right.ORIGIN_CONFIRM)
@again(revision)
def return_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = revising.send_back(product_id, request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "revision-returned", name=product.name))
    return redirect(url_for("township.queue"), 303)
