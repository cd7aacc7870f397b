"""A resident's favourites: goods and shops."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web.access import actor, again, current_actor, requires
from core.web.security import safe_next
from market.queries import favourites as queries
from market.queries import landed
from market.services import favourites
from market.web import regions, shown

bp = Blueprint("favourites", __name__, url_prefix="/favourites")


def is_kept(*, product_id: int | None = None, supplier_id: int | None = None) -> bool:
    """For the heart on a page: whether this visitor keeps it. A guest keeps nothing."""
    who = current_actor()
    return who is not None and queries.is_kept(for_=who, product_id=product_id, supplier_id=supplier_id)


@bp.get("")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    who, kind = actor(), "shops" if request.args.get("kind") == "shops" else "goods"
    before = request.args.get("before", type=int)
    before = before if before and 0 < before < 2**62 else None
    goods = queries.goods(for_=who, before=before) if kind == "goods" else []
    prices = landed.of_cards([one.card for one in goods if one.card], regions.current())
    shops = queries.shops(for_=who, before=before) if kind == "shops" else []
    return render_template(
        "market/favourites/list.html", kind=kind, goods=goods, shops=shops, size=queries.SIZE,
        counts=queries.counts(for_=who), card=shown.card, picture=shown.picture, prices=prices,
    )  # fmt: skip


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next")) or url_for("favourites.mine"), 303)


@bp.post("/goods/<id:product_id>")
@requires(Right.SHOP)
@again(mine)
def keep_product(product_id: int) -> ResponseReturnValue:
    with transaction():
        favourites.keep_product(product_id, by=actor())
    flash(sentence("message", "favourite-kept"))
    return _back()


@bp.post("/goods/<id:product_id>/deletion")
@requires(Right.SHOP)
def drop_product(product_id: int) -> ResponseReturnValue:
    with transaction():
        favourites.let_go(product_id=product_id, by=actor())
    flash(sentence("message", "favourite-dropped"))
    return _back()


@bp.post("/shops/<id:supplier_id>")
@requires(Right.SHOP)
@again(mine)
def keep_shop(supplier_id: int) -> ResponseReturnValue:
    with transaction():
        favourites.keep_shop(supplier_id, by=actor())
    flash(sentence("message", "favourite-kept"))
    return _back()


@bp.post("/shops/<id:supplier_id>/deletion")
@requires(Right.SHOP)
def drop_shop(supplier_id: int) -> ResponseReturnValue:
    with transaction():
        favourites.let_go(supplier_id=supplier_id, by=actor())
    flash(sentence("message", "favourite-dropped"))
    return _back()
