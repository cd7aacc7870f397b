"""The operator looks at what is said of goods, and at the papers behind it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import desk, papers
from catalog.rules.listing import ProductState
from catalog.services import certificates, products
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires

bp = Blueprint("review", __name__, url_prefix="/operator")
menu.add(
    "catalogue", "content-check", icon="clipboard-check", endpoint="review.queue", right=Right.CONTENT_APPROVE,
    counter=desk.waiting_count, order=20,
)  # fmt: skip
menu.add(
    "catalogue", "certificate-check", icon="patch-check", endpoint="review.sheets", right=Right.CONTENT_APPROVE,
    counter=lambda _who: papers.to_verify_count(), order=30,
)  # fmt: skip
menu.add("catalogue", "all-products", icon="basket", endpoint="review.every", right=Right.CONTENT_APPROVE, order=40)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:200]


@bp.get("/products")
@requires(Right.CONTENT_APPROVE)
def queue() -> ResponseReturnValue:
    return render_template("catalog/review/queue.html", rows=desk.waiting(actor()))


@bp.get("/products/all")
@requires(Right.CONTENT_APPROVE)
def every() -> ResponseReturnValue:
    words, asked = request.args.get("q", "").strip()[:64], request.args.get("state", "")
    state = ProductState(asked) if asked in set(ProductState) else None
    return render_template("catalog/review/all.html", rows=desk.everything(words, state), words=words, state=state)


@bp.get("/products/<int:product_id>")
@requires(Right.CONTENT_APPROVE)
def show(product_id: int) -> ResponseReturnValue:
    return render_template("catalog/review/show.html", p=desk.detail(product_id, actor()))


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


@bp.post("/products/<int:product_id>/withdraw")
@requires(Right.CONTENT_APPROVE)
@again(show)
def withdraw(product_id: int) -> ResponseReturnValue:
    with transaction():
        products.withdraw(product_id, _reason(), by=actor())
    flash(sentence("message", "product-withdrawn"))
    return redirect(url_for("review.show", product_id=product_id), 303)


@bp.get("/certificates")
@requires(Right.CONTENT_APPROVE)
def sheets() -> ResponseReturnValue:
    return render_template("catalog/review/sheets.html", sheets=papers.to_verify())


@bp.get("/certificates/<int:certificate_id>")
@requires(Right.CONTENT_APPROVE)
def sheet(certificate_id: int) -> ResponseReturnValue:
    return render_template("catalog/review/sheet.html", sheet=papers.sheet(certificate_id, actor()))


@bp.post("/certificates/<int:certificate_id>/verify")
@requires(Right.CONTENT_APPROVE)
@again(sheet)
def verify(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.verify(certificate_id, by=actor())
    flash(sentence("message", "certificate-verified"))
    return redirect(url_for("review.sheets"), 303)


@bp.post("/certificates/<int:certificate_id>/suspend")
@requires(Right.CONTENT_APPROVE)
@again(sheet)
def suspend(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.suspend(certificate_id, _reason(), by=actor())
    flash(sentence("message", "certificate-suspended"))
    return redirect(url_for("review.sheets"), 303)


@bp.post("/certificates/<int:certificate_id>/revoke")
@requires(Right.CONTENT_APPROVE)
@again(sheet)
def revoke(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.revoke(certificate_id, _reason(), by=actor())
    flash(sentence("message", "certificate-revoked"))
    return redirect(url_for("review.sheets"), 303)
