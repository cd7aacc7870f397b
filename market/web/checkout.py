"""Checkout: address, freight per supplier, one tap. The prices on the page are what is agreed."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import Form, PhoneField, ShortText
from market.queries import addresses
from market.queries import carts as queries
from market.services import addresses as address_book
from market.services import carts, checkout
from market.services.checkout import Choice
from market.web import cart as cart_doors
from market.web import payments

bp = Blueprint("checkout", __name__, url_prefix="/checkout")


class AddressForm(Form):
    receiver = ShortText(most=30)
    phone = PhoneField(most=11)
    region = ShortText(most=60)
    detail = ShortText(most=120)


@bp.get("")
@requires(Right.SHOP)
def show() -> ResponseReturnValue:
    who = actor()
    mine = queries.find(person_id=who.person_id, token=None)
    guest = queries.find(person_id=None, token=session.get("cart")) if session.get("cart") else None
    view = queries.view(guest or mine)
    return render_template(
        "market/cart/checkout.html",
        view=view,
        pictures=cart_doors.pictures(view),
        addresses=addresses.of(who.person_id),
        form=AddressForm(),
    )


@bp.post("/address")
@requires(Right.SHOP)
@again(show)
def add_address() -> ResponseReturnValue:
    form = AddressForm()
    form.require()
    with transaction():
        cart_doors.take_over(actor())
        address_book.add(
            by=actor(),
            receiver=form.receiver.data,
            phone=form.phone.data,
            region=form.region.data,
            detail=form.detail.data,
        )
    flash(sentence("message", "address-kept"))
    return redirect(url_for("checkout.show"), 303)


def _choices() -> list[Choice]:
    """The lines as the page showed them: `line` is offer:packs:price."""
    out = []
    for text in request.form.getlist("line")[:200]:
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isdecimal() and len(part) < 16 for part in parts):
            raise Refused("form-too-old")
        out.append(Choice(*map(int, parts)))
    return out


@bp.post("")
@requires(Right.SHOP)
@again(show)
def submit() -> ResponseReturnValue:
    who, choices = actor(), _choices()
    address_id = request.form.get("address", 0, type=int)
    if not 0 < address_id < 2**62:
        raise Refused("address-needed")
    with transaction():
        cart_doors.take_over(who)
        mine = carts.open_cart(person_id=who.person_id, token=None)
        group = checkout.check_out(mine.id, choices, address_id, by=who, through=session.get("live", ""))
        token, orders = group.token, checkout.orders_of(group.id)
    try:
        payments.fetch_codes(orders, who)
    except Refused as refusal:  # the orders stand; the page offers to try again
        flash(sentence("refused", refusal.code, **refusal.facts), "warn")
    return redirect(url_for("payments.show", token=token), 303)
