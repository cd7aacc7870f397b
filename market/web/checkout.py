"""Checkout: address, way and coupon chosen by plain links of a form, one tap. What the page shows is what is agreed."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from catalog.rules.returns import TICK_TEXT
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web.access import actor, again, requires
from market.models.cart import Address
from market.queries import addresses, promotions
from market.queries import carts as queries
from market.queries.carts import CartView, Wish
from market.queries.promotions import Held
from market.rules.checkout import coupon_fen, with_coupon
from market.services import addresses as address_book
from market.services import carts, checkout
from market.services.checkout import Choice, Deal
from market.web import cart as cart_doors
from market.web import payments, regions
from market.web.addresses import AddressForm, steps_of

bp = Blueprint("checkout", __name__, url_prefix="/checkout")
MOST_LINES = 300


def _number(name: str) -> int | None:
    """A whole number of the address or the form that fits a column."""
    text = request.values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _numbered(prefix: str) -> dict[int, str]:
    """Fields named prefix-<id>."""
    found = {}
    for name, value in request.values.items():
        head, _, number = name.rpartition("-")
        if head == prefix and number.isdecimal() and len(number) < 19:
            found[int(number)] = value
    return found


@dataclass(frozen=True)
class Worth:
    """A coupon, and what it would take off now."""

    held: Held
    fen: int


@dataclass(frozen=True)
class Offered:
    """Everything the page shows."""

    view: CartView
    addresses: list[Address]
    address: Address | None
    coupons: list[Worth]
    chosen: Worth | None


def _offered(who: Actor) -> Offered:
    """The cart as the buyer wishes it; without a word about a coupon the best one is proposed."""
    mine = addresses.of(who.person_id)
    wanted = _number("address")
    address = next((one for one in mine if one.id == wanted), mine[0] if mine else None)
    cart = queries.find(person_id=who.person_id, token=None)
    region = address.region_code if address and address.region_code else regions.current()
    ways = _numbered("way")
    plain = queries.view(cart, Wish(region, ways))
    worths = _worths(who, plain)
    chosen = _chosen(worths)
    view = queries.view(cart, Wish(region, ways, chosen.held.terms)) if chosen else plain
    return Offered(view, mine, address, worths, chosen)


def _worths(who: Actor, view: CartView) -> list[Worth]:
    items = view.chosen_items
    usable = [one for one in promotions.held(who.person_id) if one.is_usable]
    return [Worth(one, coupon_fen(with_coupon(items, one.terms))) for one in usable]


def _chosen(worths: list[Worth]) -> Worth | None:
    wanted = _number("coupon")
    if wanted is not None:
        return next((one for one in worths if one.held.coupon.id == wanted and one.fen), None)
    return max((one for one in worths if one.fen), key=lambda one: one.fen, default=None)


@bp.get("")
@requires(Right.SHOP)
def show() -> ResponseReturnValue:
    offered = _offered(actor())
    code = offered.address.region_code if offered.address else None
    changed = checkout.differences(_choices(), offered.view, _freights()) if request.method == "POST" else []
    return render_template(
        "market/cart/checkout.html",
        view=offered.view,
        offered=offered,
        pictures=cart_doors.pictures(offered.view),
        changed=changed,
        ticked=_ticked(),
        tick_text=sentence("word", f"no-return-tick-{TICK_TEXT}"),
        form=AddressForm(),
        steps=steps_of(None if offered.address is None else code or ""),
    )


@bp.post("/address")
@requires(Right.SHOP)
@again(show)
def add_address() -> ResponseReturnValue:
    if request.form.get("step"):
        return show()
    form = AddressForm()
    form.require()
    with transaction():
        made = address_book.add(by=actor(), **form.values())
        address_id = made.id
    flash(sentence("message", "address-kept"))
    return redirect(url_for("checkout.show", address=address_id), 303)


def _choices() -> list[Choice]:
    """The lines as the page showed them: `line` is offer:packs:price:paid."""
    out = []
    for text in request.form.getlist("line")[:MOST_LINES]:
        parts = text.split(":")
        if len(parts) != 4 or not all(part.isdecimal() and len(part) < 16 for part in parts):
            raise Refused("form-too-old")
        out.append(Choice(*map(int, parts)))
    return out


def _ticked() -> frozenset[int]:
    """Lines for which the buyer ticked that they cannot be sent back without a reason. Never ticked beforehand."""
    return frozenset(int(one) for one in request.form.getlist("no-return") if one.isdecimal() and len(one) < 19)


def _freights() -> dict[int, int]:
    return {id_: int(fen) for id_, fen in _numbered("freight").items() if fen.isdecimal() and len(fen) < 16}


@bp.post("")
@requires(Right.SHOP)
@again(show)
def submit() -> ResponseReturnValue:
    who, choices = actor(), _choices()
    address_id, number = _number("address"), _number("round")
    if not address_id:
        raise Refused("address-needed")
    deal = Deal(_numbered("way"), _freights(), _number("coupon") or None, round=number, ticked=_ticked())
    with transaction():
        mine = carts.open_cart(person_id=who.person_id, token=None)
        through = session.get("live", "")
        group = checkout.check_out(mine.id, choices, address_id, by=who, through=through, deal=deal)
        token, orders = group.token, checkout.orders_of(group.id)
    try:
        payments.fetch_codes(orders, who)
    except Refused as refusal:  # the orders stand; the page offers to try again
        flash(sentence("refused", refusal.code, **refusal.facts), "warn")
    return redirect(url_for("payments.show", token=token), 303)
