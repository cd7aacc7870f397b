"""A supplier's promotions, made on a phone in one form."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import suppliers
from catalog.queries.offers import sellable_list
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.inbox import Task
from market.queries import promotions as queries
from market.rules.promotion import Bearer, PromotionState
from market.services import coupons, promotions
from market.web.promotion_form import PromotionForm

bp = Blueprint("promotions", __name__, url_prefix="/supplier/promotions")
menu.add("market", "own-promotions", icon="tags", endpoint="promotions.mine", right=Right.SELL, order=55)


def tasks(who: Actor) -> Iterator[Task]:
    """Promotions below 70 % that wait for another person's word."""
    for bearer, right, endpoint in (
        (Bearer.SUPPLIER, Right.SELL, "promotions.mine"),
        (Bearer.PLATFORM, Right.PROMOTE, "platform_promotions.every"),
    ):
        if who.may(right) and (count := queries.waiting(who, bearer)):
            yield Task(sentence("task", "promotions-waiting"), url_for(endpoint), count, tone="warn", icon="tags")


def numbers(name: str) -> list[int]:
    """Ids that were ticked."""
    return [int(one) for one in request.form.getlist(name)[:500] if one.isdecimal() and len(one) < 19]


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    rows = queries.listed(actor(), bearer=Bearer.SUPPLIER, before=request.args.get("before", type=int))
    return render_template("market/promotions/mine.html", rows=rows)


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    supplier = suppliers.own(actor())
    offers = sellable_list(for_units=False, supplier_id=supplier.id, limit=200)
    return render_template(
        "market/promotions/new.html", form=PromotionForm(), offers=offers, chosen=set(numbers("offer"))
    )


@bp.post("")
@requires(Right.SELL)
@again(new)
def make() -> ResponseReturnValue:
    form = PromotionForm()
    form.require()
    with transaction():
        row = promotions.make_own(form.draft(Bearer.SUPPLIER), numbers("offer"), by=actor())
        waits = row.state is PromotionState.WAITING
    flash(sentence("message", "promotion-waiting" if waits else "promotion-made"))
    return redirect(url_for("promotions.mine"), 303)


@bp.post("/<id:promotion_id>/stop")
@requires(Right.SELL)
@again(mine)
def stop(promotion_id: int) -> ResponseReturnValue:
    with transaction():
        promotions.stop(promotion_id, by=actor(), right=Right.SELL)
    flash(sentence("message", "promotion-stopped"))
    return redirect(url_for("promotions.mine"), 303)


@bp.post("/<id:promotion_id>/approval")
@requires(Right.PROMOTION_APPROVE)
@again(mine)
def approve(promotion_id: int) -> ResponseReturnValue:
    with transaction():
        promotions.approve(promotion_id, request.form.get("reason", "")[:200], by=actor())
    flash(sentence("message", "promotion-approved"))
    return redirect(url_for("promotions.mine"), 303)


@bp.post("/<id:promotion_id>/codes")
@requires(Right.SELL)
@again(mine)
def issue(promotion_id: int) -> ResponseReturnValue:
    number = request.form.get("number", 0, type=int)
    with transaction():
        promotions.own(promotion_id, by=actor())
        made = coupons.issue_codes(promotion_id, number, by=actor(), right=Right.SELL)
    return render_template("market/promotions/codes.html", codes=made, back=url_for("promotions.mine"))
