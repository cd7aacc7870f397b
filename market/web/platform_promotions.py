"""The platform's promotions out of its budgets: who, how much is used, what is left."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import suppliers
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField
from market.queries import promotions as queries
from market.rules.promotion import Bearer, PromotionState
from market.services import coupons, promotions
from market.web.promotion_form import PromotionForm

bp = Blueprint("platform_promotions", __name__, url_prefix="/platform/promotions")
menu.add(
    "market", "platform-promotions", icon="tags", endpoint="platform_promotions.every", right=Right.PROMOTE, order=56
)


class BudgetForm(Form):
    name = ShortText(most=40)


class GrantForm(Form):
    amount_fen = YuanField(least=1)
    document = ShortText(most=120)


def _id(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and 0 < len(text) < 19 and int(text) else None


@bp.get("")
@requires(Right.PROMOTE)
def every() -> ResponseReturnValue:
    rows = queries.listed(actor(), bearer=Bearer.PLATFORM, before=request.args.get("before", type=int))
    return render_template(
        "market/promotions/platform.html",
        rows=rows,
        budgets=queries.budgets(),
        budget_form=BudgetForm(),
        grant_form=GrantForm(),
    )


@bp.get("/new")
@requires(Right.PROMOTE)
def new() -> ResponseReturnValue:
    found, _ = suppliers.listed()
    return render_template(
        "market/promotions/platform_new.html",
        form=PromotionForm(),
        budgets=[(one.id, one.name) for one in queries.budgets()],
        suppliers=[(one.supplier_id, one.name) for one in found],
    )


@bp.post("")
@requires(Right.PROMOTE)
@again(new)
def make() -> ResponseReturnValue:
    form = PromotionForm()
    form.require()
    with transaction():
        draft = form.draft(Bearer.PLATFORM)
        row = promotions.make_platform(draft, _id("supplier"), _id("account") or 0, by=actor())
        waits = row.state is PromotionState.WAITING
    flash(sentence("message", "promotion-waiting" if waits else "promotion-made"))
    return redirect(url_for("platform_promotions.every"), 303)


@bp.post("/budgets")
@requires(Right.PROMOTE)
@again(every)
def open_budget() -> ResponseReturnValue:
    form = BudgetForm()
    form.require()
    with transaction():
        promotions.open_budget(form.name.data, by=actor())
    return redirect(url_for("platform_promotions.every"), 303)


@bp.post("/budgets/<id:account_id>/grants")
@requires(Right.PROMOTE)
@again(every)
def grant(account_id: int) -> ResponseReturnValue:
    form = GrantForm()
    form.require()
    with transaction():
        promotions.grant(account_id, form.amount_fen.data, form.document.data, by=actor())
    flash(sentence("message", "budget-granted"))
    return redirect(url_for("platform_promotions.every"), 303)


@bp.post("/<id:promotion_id>/stop")
@requires(Right.PROMOTE)
@again(every)
def stop(promotion_id: int) -> ResponseReturnValue:
    with transaction():
        promotions.stop(promotion_id, by=actor(), right=Right.PROMOTE)
    flash(sentence("message", "promotion-stopped"))
    return redirect(url_for("platform_promotions.every"), 303)


@bp.post("/<id:promotion_id>/approval")
@requires(Right.PROMOTE)
@again(every)
def approve(promotion_id: int) -> ResponseReturnValue:
    with transaction():
        promotions.approve(promotion_id, request.form.get("reason", "")[:200], by=actor())
    flash(sentence("message", "promotion-approved"))
    return redirect(url_for("platform_promotions.every"), 303)


@bp.post("/<id:promotion_id>/codes")
@requires(Right.PROMOTE)
@again(every)
def issue(promotion_id: int) -> ResponseReturnValue:
    number = request.form.get("number", 0, type=int)
    with transaction():
        promotions.own(promotion_id, by=actor())
        made = coupons.issue_codes(promotion_id, number, by=actor(), right=Right.PROMOTE)
    return render_template("market/promotions/codes.html", codes=made, back=url_for("platform_promotions.every"))
