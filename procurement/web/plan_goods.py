"""Adding goods to a plan: from what is offered here, or of an ordinary vendor."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import categories, offers
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import clean
from procurement.queries import canteens
from procurement.queries import plans as plan_queries
from procurement.queries.envelope import unit_room
from procurement.queries.plans import TYPED_IN
from procurement.services import plan_lines
from procurement.web.plan_forms import OrdinaryForm, whole

bp = Blueprint("plan_goods", __name__, url_prefix="/canteen/plans")
_SHOWN = 40


@bp.get("/<token>/offers")
@requires(Right.PLAN)
def choose(token: str) -> ResponseReturnValue:
    view = plan_queries.view(token, actor())
    words, eligible = clean(request.args.get("q"))[:40], request.args.get("eligible") == "1"
    branch = request.args.get("category", 0, type=int) or None
    usual = [] if words or branch or eligible or request.args.get("all") == "1" else _usual(view.plan.canteen_id)
    found = usual or offers.sellable_list(
        for_units=True, words=words, category_id=branch, eligible_only=eligible, limit=_SHOWN
    )
    return render_template(
        "procurement/plans/offers.html", view=view, plan=view.plan, words=words, eligible=eligible,
        offers=offers.compared(found), room=unit_room(view.plan.unit_id, view.plan.period_from.year),
        branch=branch, branches=categories.branches(), is_usual=bool(usual),
        kind=canteens.named(view.plan.canteen_id).kind.value, planned={one.line.offer_id for one in view.lines},
    )  # fmt: skip


def _usual(canteen_id: int) -> list[offers.SellableOffer]:
    """What the canteen buys again and again, as far as it is sold today."""
    usual = plan_queries.favourites(canteen_id)
    known = offers.sellable(usual, for_units=True)
    return [known[i] for i in usual if i in known]


@bp.post("/<token>/offers")
@requires(Right.PLAN)
@again(choose)
def add(token: str) -> ResponseReturnValue:
    form = request.form
    offer_id = min(int(f"0{''.join(c for c in form.get('offer_id', '') if c in '0123456789')[:18]}"), 2**62)
    with transaction():
        plan_lines.add_offer(
            token,
            version=whole(clean(form.get("version"))),
            offer_id=offer_id,
            packs=whole(clean(form.get(f"packs-{offer_id}"))),
            by=actor(),
        )
    flash(sentence("message", "plan-line-added"), "ok")
    here = {name: request.args[name] for name in ("q", "category", "eligible", "all") if request.args.get(name)}
    query = f"?{urlencode(here)}" if here else ""
    return redirect(url_for("plan_goods.choose", token=token) + query, 303)


@bp.get("/<token>/ordinary")
@requires(Right.PLAN)
def ordinary(token: str) -> ResponseReturnValue:
    view = plan_queries.view(token, actor())
    form = OrdinaryForm(unit="jin", deliver_on=view.plan.period_from)
    leaves = [row for row in categories.listed() if row.is_leaf]
    return render_template(
        "procurement/plans/ordinary.html", view=view, plan=view.plan, form=form, units=list(TYPED_IN), leaves=leaves,
        vendors=plan_queries.vendors(view.plan.canteen_id),
    )  # fmt: skip


@bp.post("/<token>/ordinary")
@requires(Right.PLAN)
@again(ordinary)
def add_ordinary(token: str) -> ResponseReturnValue:
    form = OrdinaryForm()
    form.require()
    with transaction():
        plan_lines.add_ordinary(
            token, version=whole(clean(request.form.get("version"))), typed=form.typed(), by=actor()
        )
    flash(sentence("message", "plan-line-added"), "ok")
    onward = "plan_goods.ordinary" if request.form.get("then") == "more" else "plans.show"
    return redirect(url_for(onward, token=token), 303)
