"""The operator looks at what is said of goods."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import desk, prices, restricted, revisions
from catalog.queries.desk import CheckList
from catalog.rules.listing import ProductState
from catalog.services import price_changes, products
from catalog.services import revisions as revising
from catalog.web.fields import asked_list, asked_page
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires

bp = Blueprint("review", __name__, url_prefix="/operator")
menu.add(
    "catalogue", "content-check", icon="clipboard-check", endpoint="review.queue", right=Right.CONTENT_APPROVE,
    counter=desk.to_check_count, order=20,
)  # fmt: skip
menu.add("catalogue", "all-products", icon="basket", endpoint="review.every", right=Right.CONTENT_APPROVE, order=40)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:200]


@bp.get("/products")
@requires(Right.CONTENT_APPROVE)
def queue() -> ResponseReturnValue:
    who, page = actor(), asked_page()
    counts = desk.to_check_counts(who)
    shown = asked_list(counts)
    rows: dict[CheckList, Callable[[], Sequence[object]]] = {
        CheckList.GOODS: lambda: desk.waiting(who, page=page),
        CheckList.CHANGED: lambda: revisions.waiting(who, page=page),
        CheckList.PRICES: lambda: revisions.prices_waiting(page=page),
    }
    return render_template(
        "catalog/review/queue.html", rows=rows[shown](), counts=counts, shown=shown, page=page, size=desk.PAGE
    )


@bp.get("/products/all")
@requires(Right.CONTENT_APPROVE)
def every() -> ResponseReturnValue:
    words, asked = request.args.get("q", "").strip()[:64], request.args.get("state", "")
    state = ProductState(asked) if asked in set(ProductState) else None
    page = asked_page()
    return render_template(
        "catalog/review/all.html", rows=desk.everything(words, state, page=page), words=words, state=state, page=page,
        total=desk.everything_count(words, state), size=desk.PAGE,
    )  # fmt: skip


@bp.get("/products/<int:product_id>")
@requires(Right.CONTENT_APPROVE)
def show(product_id: int) -> ResponseReturnValue:
    p = desk.detail(product_id, actor())
    return render_template(
        "catalog/review/show.html", p=p, revision=revisions.of_product(product_id),
        history=revisions.history(product_id), asked=revisions.prices_of_product(product_id),
        barred=restricted.warnings(p.category_id, is_wild=p.is_wild, on=clock.today()),
        compared=prices.references([p.category_id], clock.today()),
    )  # fmt: skip


@bp.post("/products/<int:product_id>/approve")
@requires(Right.CONTENT_APPROVE)
@again(show)
def approve(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = products.approve(product_id, by=actor())
    flash(sentence("message", "product-approved", name=product.name))
    return redirect(url_for("review.queue"), 303)


@bp.post("/products/<int:product_id>/return")
@requires(Right.CONTENT_APPROVE)
@again(show)
def send_back(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = products.send_back(product_id, _reason(), by=actor())
    flash(sentence("message", "product-sent-back", name=product.name))
    return redirect(url_for("review.queue"), 303)


@bp.post("/products/<int:product_id>/revision/approve")
@requires(Right.CONTENT_APPROVE)
@again(show)
def approve_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = revising.approve(product_id, by=actor())
    flash(sentence("message", "revision-approved", name=product.name))
    return redirect(url_for("review.queue"), 303)


@bp.post("/products/<int:product_id>/revision/return")
@requires(Right.CONTENT_APPROVE)
@again(show)
def return_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        product = revising.send_back(product_id, _reason(), by=actor())
    flash(sentence("message", "revision-returned", name=product.name))
    return redirect(url_for("review.queue"), 303)


@bp.get("/prices/<int:change_id>")
@requires(Right.CONTENT_APPROVE)
def price(change_id: int) -> ResponseReturnValue:
    asked = revisions.find_price(change_id)
    if asked is None:
        raise Missing("no-such-price-change")
    p = desk.detail(asked.product_id, actor())
    known = prices.references([p.category_id], clock.today())
    pack = next((one for one in p.packs if one.offer_id == asked.offer_id), None)
    past = prices.versions_of(asked.offer_id)
    return render_template("catalog/review/price.html", asked=asked, p=p, pack=pack, compared=known, past=past)


@bp.post("/prices/<int:change_id>/approve")
@requires(Right.CONTENT_APPROVE)
@again(price)
def approve_price(change_id: int) -> ResponseReturnValue:
    with transaction():
        price_changes.approve(change_id, by=actor())
    flash(sentence("message", "price-approved"))
    return redirect(url_for("review.queue"), 303)


@bp.post("/prices/<int:change_id>/return")
@requires(Right.CONTENT_APPROVE)
@again(price)
def return_price(change_id: int) -> ResponseReturnValue:
    with transaction():
        price_changes.send_back(change_id, _reason(), by=actor())
    flash(sentence("message", "price-returned"))
    return redirect(url_for("review.queue"), 303)


@bp.post("/products/<int:product_id>/withdraw")
@requires(Right.CONTENT_APPROVE)
@again(show)
def withdraw(product_id: int) -> ResponseReturnValue:
    with transaction():
        products.withdraw(product_id, _reason(), by=actor())
    flash(sentence("message", "product-withdrawn"))
    return redirect(url_for("review.show", product_id=product_id), 303)
