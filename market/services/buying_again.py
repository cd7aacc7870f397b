"""再来一单: what can still be bought of an order goes into the cart, at today's price. Twice is as good as once."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from market.models.cart import CartLine
from market.queries import buying_again as queries
from market.rules.buying_again import Again
from market.services import carts


def put_in_cart(token: str, *, by: Actor) -> list[Again]:
    """Each line with at least as many packs as then, never added on top of what lies in the cart already.

    → what became of every line. Raises: Missing; Refused "buy-again-nothing", "cart-full" (nothing is put in then).
    """
    lines = queries.of(token, for_=by)
    if lines is None:
        raise Missing("no-such-order")
    here = {one.offer.offer_id: one for one in lines if one.offer is not None}
    if not here:
        raise Refused("buy-again-nothing")
    cart = carts.open_cart(person_id=by.person_id, token=None)
    mine = sa.select(CartLine.offer_id, CartLine.packs).where(CartLine.cart_id == cart.id)
    have = {row.offer_id: row.packs for row in db.session.execute(mine)}
    if len(have.keys() | here.keys()) > carts.MAX_LINES:
        raise Refused("cart-full", most=carts.MAX_LINES)
    for offer_id, one in here.items():
        if one.offer is not None and have.get(offer_id, 0) < one.again.packs:
            carts.put(cart, one.offer, one.again.packs)
    return [one.again for one in lines]
