"""Reviews: the buyer writes, everybody reads, the shop answers, the platform hides for a reason of law only."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries.product_page import product_page
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, public, requires
from core.web.forms import CountField, Form, ShortText
from core.web.inbox import Task
from market.queries import reviews as reading
from market.rules.review import LegalBasis
from market.services import reviews

bp = Blueprint("reviews", __name__)
PAGE = 30


class ReviewForm(Form):
    stars = CountField(least=1, most=5)
    text = ShortText(most=500, required=False)


class TextForm(Form):
    text = ShortText(most=500)


def waiting(by: Actor) -> int:
    """Reviews that the shop has not answered, for the menu."""
    return reading.unanswered(for_=by)


menu.add("market", "shop_reviews", icon="star", endpoint="reviews.of_shop", right=Right.SELL, order=16, counter=waiting)
menu.add("market", "all_reviews", icon="star", endpoint="reviews.every", right=Right.ARBITRATE, order=62)


def tasks(by: Actor) -> list[Task]:
    """Buyers' words without an answer."""
    number = waiting(by) if by.may(Right.SELL) else 0
    text = sentence("task", "reviews-to-answer")
    return [Task(text, url_for("reviews.of_shop"), number, icon="star")] if number else []


def _before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before and 0 < before < 2**62 else None


@bp.get("/reviews/new/<id:line_id>")
@requires(Right.SHOP)
def new(line_id: int) -> ResponseReturnValue:
    line = reading.line_to_review(line_id, for_=actor())
    if line is None:
        raise Missing("no-such-order")
    return render_template("market/reviews/new.html", line=line, form=ReviewForm())


@bp.post("/reviews/new/<id:line_id>")
@requires(Right.SHOP)
@again(new)
def write(line_id: int) -> ResponseReturnValue:
    form = ReviewForm()
    form.require()
    with transaction():
        reviews.write(line_id, stars=form.stars.data, text=form.text.data or "", photos=uploads.photos(), by=actor())
    flash(sentence("message", "review-written"), "ok")
    return redirect(url_for("orders.mine", tab="done"), 303)


@bp.get("/products/<string(maxlength=16):sku>/reviews")
@public
def of_product(sku: str) -> ResponseReturnValue:
    page = product_page(sku)
    if page is None:
        raise Missing("no-such-product")
    rows = reading.of_product(page.product_id, before=_before())
    return render_template("market/reviews/product.html", p=page, rows=rows, score=reading.score(page.product_id))


@bp.get("/supplier/reviews")
@requires(Right.SELL)
def of_shop() -> ResponseReturnValue:
    rows = reading.of_shop(for_=actor(), before=_before(), size=PAGE)
    return render_template("market/reviews/shop.html", rows=rows, size=PAGE)


@bp.post("/supplier/reviews/<id:review_id>/answer")
@requires(Right.SELL)
@again(of_shop)
def answer(review_id: int) -> ResponseReturnValue:
    form = TextForm()
    form.require()
    with transaction():
        reviews.answer(review_id, text=form.text.data, by=actor())
    flash(sentence("message", "review-answered"), "ok")
    return redirect(url_for("reviews.of_shop"), 303)


@bp.get("/platform/reviews")
@requires(Right.ARBITRATE)
def every() -> ResponseReturnValue:
    return render_template(
        "market/reviews/all.html", rows=reading.every(before=_before(), size=PAGE), size=PAGE, bases=list(LegalBasis)
    )


@bp.post("/platform/reviews/<id:review_id>/hiding")
@requires(Right.ARBITRATE)
@again(every)
def hide(review_id: int) -> ResponseReturnValue:
    form, basis = TextForm(), request.form.get("basis", "")
    form.require()
    if basis not in set(LegalBasis):
        raise Refused("review-basis-needed")
    with transaction():
        reviews.hide(review_id, LegalBasis(basis), note=form.text.data, by=actor())
    flash(sentence("message", "review-hidden"), "ok")
    return redirect(url_for("reviews.every"), 303)


@bp.post("/platform/reviews/<id:review_id>/showing")
@requires(Right.ARBITRATE)
@again(every)
def show_again(review_id: int) -> ResponseReturnValue:
    form = TextForm()
    form.require()
    with transaction():
        reviews.show_again(review_id, note=form.text.data, by=actor())
    flash(sentence("message", "review-shown"), "ok")
    return redirect(url_for("reviews.every"), 303)
