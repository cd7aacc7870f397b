"""A resident's coupons: those in hand, those that lie open, a code to enter."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web.access import actor, again, current_actor, public, requires
from core.web.limits import limiter
from core.web.security import safe_next
from market.queries import promotions
from market.services import coupons

bp = Blueprint("coupons", __name__, url_prefix="/coupons")


@bp.get("")
@public
def mine() -> ResponseReturnValue:
    who = current_actor()
    held = promotions.held(who.person_id) if who else []
    return render_template(
        "market/coupons/mine.html",
        usable=[one for one in held if one.is_usable],
        others=[one for one in held if not one.is_usable],
        open_=promotions.open_coupons(who.person_id if who else None),
    )


@bp.post("/<id:promotion_id>")
@requires(Right.SHOP)
@limiter.limit("60 per minute")
@again(mine)
def claim(promotion_id: int) -> ResponseReturnValue:
    with transaction():
        coupons.claim(promotion_id, by=actor())
    flash(sentence("message", "coupon-claimed"))
    return redirect(safe_next(request.form.get("next")) or url_for("coupons.mine"), 303)


@bp.post("/code")
@requires(Right.SHOP)
@limiter.limit("10 per minute")
@again(mine)
def enter() -> ResponseReturnValue:
    with transaction():
        coupons.hold(request.form.get("code", "")[:16], by=actor())
    flash(sentence("message", "coupon-claimed"))
    return redirect(safe_next(request.form.get("next")) or url_for("coupons.mine"), 303)
