"""The cart: a guest's by a token in the session, one's own after log-in."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.db import transaction
from core.errors import Refused
from core.places import divisions
from core.text import sentence
from core.web.access import again, current_actor, public
from core.web.security import safe_next
from market.queries import buying_again
from market.queries import carts as queries
from market.queries.carts import CartView
from market.rules.checkout import MAX_PACKS
from market.services import carts
from market.web import regions, shown

bp = Blueprint("cart", __name__, url_prefix="/cart")


def cart_id() -> int | None:
    """The cart of this visitor, if there is one."""
    who = current_actor()
    return queries.find(person_id=who.person_id if who else None, token=session.get("cart"))


def _open() -> Any:
    who = current_actor()
    cart = carts.open_cart(person_id=who.person_id if who else None, token=session.get("cart"))
    if who is None:
        session["cart"] = cart.token
    return cart


def take_over(who: Actor | None) -> None:
    """The guest's cart becomes the person's; what does not fit stays the guest's, for the next time."""
    if who is not None:
        arrive(who.person_id)


def arrive(person_id: int) -> None:
    """Somebody has logged in with a guest's cart in the session: no line of it is lost."""
    token = session.get("cart")
    if token and carts.merge(token, person_id):
        session.pop("cart", None)


def _packs(least: int) -> int:
    packs = request.form.get("packs", least, type=int)
    if not least <= packs <= MAX_PACKS:
        raise Refused("number-out-of-bounds", least=least, most=MAX_PACKS)
    return packs


def pictures(view: CartView) -> dict[int, str]:
    """A drawing for each line."""
    rows = [row for group in view.groups for row in group.rows if row.offer]
    return {row.offer_id: shown.picture(None, row.offer.art)[0] for row in rows if row.offer}


@bp.get("")
@public
def show() -> ResponseReturnValue:
    region = regions.current()
    view = queries.view(cart_id(), queries.Wish(region))
    who, old = current_actor(), request.args.get("again", "")[:32]
    return render_template(
        "market/cart/show.html", view=view, pictures=pictures(view), region_name=divisions.full_name(region),
        bought_again=buying_again.of(old, for_=who) if who and old else None,
    )  # fmt: skip


@bp.post("/lines")
@public
@again(show)
def add() -> ResponseReturnValue:
    offer_id = request.form.get("offer", 0, type=int)
    packs = _packs(1)
    with transaction():
        take_over(current_actor())
        carts.add(_open(), offer_id, packs)
    if request.form.get("buy"):
        return redirect(url_for("cart.show"), 303)
    flash(sentence("message", "in-cart"))
    return redirect(safe_next(request.form.get("next")) or url_for("cart.show"), 303)


@bp.post("/lines/<int:offer_id>")
@public
@again(show)
def change(offer_id: int) -> ResponseReturnValue:
    packs = 0 if request.form.get("remove") else _packs(0)
    with transaction():
        take_over(current_actor())
        carts.change(_open(), offer_id, packs)
    return redirect(url_for("cart.show"), 303)


@bp.post("/accept-prices")
@public
@again(show)
def accept_prices() -> ResponseReturnValue:
    """The buyer has seen the new prices."""
    with transaction():
        take_over(current_actor())
        cart = _open()
        for group in queries.view(cart.id).groups:
            for row in group.rows:
                if row.price_changed and row.offer:
                    carts.put(cart, row.offer, row.packs)
    return redirect(url_for("cart.show"), 303)


@bp.post("/choice")
@public
@again(show)
def choose() -> ResponseReturnValue:
    """Tick lines and go on to the checkout."""
    chosen = {int(value) for value in request.form.getlist("chosen") if value.isdecimal() and len(value) < 18}
    with transaction():
        take_over(current_actor())
        carts.choose(_open(), chosen)
    return redirect(url_for("checkout.show"), 303)
