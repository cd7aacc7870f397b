"""The linkage office: scores of all suppliers, claims in doubt, reviews, the re-check's work list."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import benefits as claims
from catalog.queries import linkage_desk as desk
from catalog.queries import scores, suppliers
from catalog.rules.benefit import BenefitState
from catalog.rules.claim_checks import CheckVerdict, ReviewState
from catalog.services import attesting, benefits, claim_checks
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires

bp = Blueprint("linkage", __name__, url_prefix="/linkage")
menu.add("catalogue", "linkage", icon="bar-chart", endpoint="linkage.home", right=Right.LINKAGE_VIEW, order=12)
menu.add(
    "catalogue", "linkage-claims", icon="people", endpoint="linkage.listed", right=Right.LINKAGE_VIEW, order=14,
    counter=lambda who: claims.waiting(who, BenefitState.DISPUTED),
)  # fmt: skip
menu.add(
    "catalogue", "linkage-reviews", icon="exclamation-triangle", endpoint="linkage.reviews", order=16,
    right=Right.LINKAGE_MANAGE, counter=lambda _who: desk.open_reviews(),
)  # fmt: skip
menu.add(
    "catalogue", "linkage-checks", icon="clipboard-check", endpoint="linkage.checks", order=18,
    right=Right.LINKAGE_MANAGE, counter=lambda _who: desk.open_checks(),
)  # fmt: skip
menu.add(
    "catalogue", "linkage-agreements", icon="file-earmark-text", endpoint="linkage.deals", right=Right.LINKAGE_VIEW,
    order=20,
)  # fmt: skip


def _note() -> str:
    return request.form.get("note", "").strip()[:200]


def _page() -> int:
    return min(max(request.args.get("page", 1, int) or 1, 1), 10_000)


@bp.get("")
@requires(Right.LINKAGE_VIEW)
def home() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:64]
    rows, total, page = scores.county(words, _page())
    return render_template("catalog/linkage/home.html", rows=rows, total=total, page=page, words=words)


@bp.get("/suppliers/<int:supplier_id>")
@requires(Right.LINKAGE_VIEW)
def supplier(supplier_id: int) -> ResponseReturnValue:
    return render_template(
        "catalog/linkage/supplier.html",
        name=suppliers.name(supplier_id),
        supplier_id=supplier_id,
        sheet=scores.of_supplier(supplier_id),
        past=scores.past(supplier_id),
        advice=scores.what_raises(supplier_id, clock.today()),
    )


@bp.post("/suppliers/<int:supplier_id>/related")
@requires(Right.LINKAGE_MANAGE)
@again(supplier)
def relate(supplier_id: int) -> ResponseReturnValue:
    code = request.form.get("household", "").strip().upper()[:20]
    with transaction():
        claim_checks.relate(supplier_id, code, _note(), by=actor())
    flash(sentence("message", "household-related"))
    return redirect(url_for("linkage.supplier", supplier_id=supplier_id), 303)


@bp.get("/benefits")
@requires(Right.LINKAGE_VIEW)
def listed() -> ResponseReturnValue:
    asked = request.args.get("state", BenefitState.DISPUTED.value)
    states = [BenefitState(asked)] if asked in set(BenefitState) else []
    supplier_id = request.args.get("supplier", None, int)
    found = claims.listed(actor(), states=states, supplier_id=supplier_id, page=_page())
    counts = claims.counts(actor())
    return render_template(
        "catalog/linkage/benefits.html", found=found, state=asked, counts=counts, supplier_id=supplier_id
    )


@bp.get("/benefits/<int:benefit_id>")
@requires(Right.LINKAGE_VIEW)
def show(benefit_id: int) -> ResponseReturnValue:
    row = claims.one(benefit_id, actor())
    return render_template("catalog/linkage/benefit.html", row=row, events=claims.events(benefit_id))


@bp.post("/benefits/<int:benefit_id>")
@requires(Right.LINKAGE_MANAGE)
@again(show)
def settle(benefit_id: int) -> ResponseReturnValue:
    note, act = _note(), request.form.get("act", "")
    if not note:
        raise Refused("recheck-needs-note")
    with transaction():
        if act == "uphold":
            attesting.uphold(benefit_id, note, by=actor())
        elif act == "dispute":
            attesting.dispute(benefit_id, note, by=actor())
        elif act == "false":
            claim_checks.strike(benefit_id, note, by=actor())
        else:
            benefits.void(benefit_id, note, by=actor())
    flash(sentence("message", "benefit-settled"))
    return redirect(url_for("linkage.show", benefit_id=benefit_id), 303)


@bp.get("/reviews")
@requires(Right.LINKAGE_MANAGE)
def reviews() -> ResponseReturnValue:
    asked = request.args.get("state", "")
    state = ReviewState(asked) if asked in set(ReviewState) else ReviewState.OPEN
    rows, total = desk.reviews(state, _page())
    return render_template("catalog/linkage/reviews.html", rows=rows, total=total, page=_page(), state=state)


@bp.post("/reviews/<int:review_id>")
@requires(Right.LINKAGE_MANAGE)
@again(reviews)
def review(review_id: int) -> ResponseReturnValue:
    with transaction():
        claim_checks.decide(review_id, stands=request.form.get("verdict") == "stands", note=_note(), by=actor())
    flash(sentence("message", "review-decided"))
    return redirect(url_for("linkage.reviews"), 303)


@bp.get("/checks")
@requires(Right.LINKAGE_MANAGE)
def checks() -> ResponseReturnValue:
    asked = request.args.get("verdict", "")
    verdict = CheckVerdict(asked) if asked in set(CheckVerdict) else CheckVerdict.OPEN
    rows, total = desk.checks(verdict, _page())
    return render_template(
        "catalog/linkage/checks.html", rows=rows, total=total, page=_page(), verdict=verdict, draws=scores.draws()
    )


@bp.get("/checks/<int:item_id>")
@requires(Right.LINKAGE_MANAGE)
def check(item_id: int) -> ResponseReturnValue:
    item = desk.check(item_id)
    row = claims.one(item.benefit_id, actor())
    return render_template("catalog/linkage/check.html", item=item, row=row, events=claims.events(item.benefit_id))


@bp.post("/checks/<int:item_id>")
@requires(Right.LINKAGE_MANAGE)
@again(check)
def checked(item_id: int) -> ResponseReturnValue:
    is_true = request.form.get("verdict") == "true"
    with transaction():
        claim_checks.check(item_id, is_true=is_true, note=_note(), file_id=uploads.find("paper", "recheck"), by=actor())
    flash(sentence("message", "recheck-done"))
    return redirect(url_for("linkage.checks"), 303)


@bp.get("/agreements")
@requires(Right.LINKAGE_VIEW)
def deals() -> ResponseReturnValue:
    found = desk.deals(actor(), clock.today(), page=_page())
    return render_template("catalog/linkage/deals.html", deals=found)


@bp.get("/agreements/<int:agreement_id>")
@requires(Right.LINKAGE_VIEW)
def deal(agreement_id: int) -> ResponseReturnValue:
    found = desk.deal(agreement_id, actor(), clock.today())
    versions = desk.deals(actor(), clock.today(), number=found.number)
    return render_template("catalog/linkage/deal.html", deal=found, bound=desk.bound(agreement_id), versions=versions)
