"""Carts: a guest's by a token in the session, a resident's own; the guest's moves over at log-in."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.queries.offers import SellableOffer, sellable
from core import clock, codes
from core.db import db
from core.errors import Missing, Refused
from market.models.cart import Cart, CartLine
from market.rules.checkout import MAX_PACKS

MAX_LINES = 100
MAX_MERGED = 300
"""No line of a guest is lost at log-in: a cart that was merged may be longer than one that is filled by hand."""


def open_cart(*, person_id: int | None, token: str | None) -> Cart:
    """The person's cart, or the guest's with this token; a new one when there is none."""
    if person_id is not None:
        row = insert(Cart).values(token=codes.token(), person_id=person_id, updated_at=clock.now())
        db.session.execute(row.on_conflict_do_nothing(index_elements=["person_id"]))
        return db.session.execute(sa.select(Cart).where(Cart.person_id == person_id).with_for_update()).scalar_one()
    found = db.session.execute(
        sa.select(Cart).where(Cart.token == (token or ""), Cart.person_id.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        found = Cart(token=codes.token(), updated_at=clock.now())
        db.session.add(found)
        db.session.flush()
    return found


def _offer(offer_id: int) -> SellableOffer:
    offer = sellable([offer_id], for_units=False).get(offer_id)
    if offer is None:
        raise Missing("no-such-offer")
    return offer


def add(cart: Cart, offer_id: int, packs: int) -> None:
    """Add packs; the price seen now is kept, so that a change is told later.

    Raises: Missing; Refused "cart-full", "stock-short".
    """
    offer = _offer(offer_id)
    lines = {line.offer_id: line for line in _lines(cart)}
    if offer_id not in lines and len(lines) >= MAX_LINES:
        raise Refused("cart-full", most=MAX_LINES)
    have = lines[offer_id].packs if offer_id in lines else 0
    put(cart, offer, max(have + packs, offer.min_packs))


def put(cart: Cart, offer: SellableOffer, packs: int) -> None:
    """Set the packs of an offer. Raises: Refused "stock-short", "cart-packs"."""
    if not offer.min_packs <= packs <= MAX_PACKS:
        raise Refused("cart-packs", min_packs=offer.min_packs)
    if packs > offer.free_packs:
        raise Refused("stock-short", name=offer.product_name, left=max(0, offer.free_packs), pack=offer.pack_name)
    row = insert(CartLine).values(
        cart_id=cart.id,
        offer_id=offer.offer_id,
        packs=packs,
        seen_price_fen=offer.pack_price_fen,
        is_chosen=True,
        added_at=clock.now(),
    )
    new = {"packs": packs, "seen_price_fen": offer.pack_price_fen, "is_chosen": True}
    db.session.execute(row.on_conflict_do_update(index_elements=["cart_id", "offer_id"], set_=new))
    cart.updated_at = clock.now()


def change(cart: Cart, offer_id: int, packs: int) -> None:
    """Set packs; zero takes the line out."""
    if packs <= 0:
        remove(cart, offer_id)
    else:
        put(cart, _offer(offer_id), packs)


def remove(cart: Cart, offer_id: int) -> None:
    """Take a line out, sellable or not."""
    db.session.execute(sa.delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.offer_id == offer_id))


def choose(cart: Cart, offer_ids: set[int]) -> None:
    """Tick exactly these lines for the checkout."""
    db.session.execute(
        sa.update(CartLine).where(CartLine.cart_id == cart.id).values(is_chosen=CartLine.offer_id.in_(offer_ids))
    )


def merge(guest_token: str, person_id: int) -> bool:
    """Move a guest's lines into the person's cart at log-in; the larger number of packs stays, the price seen last.

    → whether all were moved: what is beyond `MAX_MERGED` stays in the guest's cart, for the next time.
    """
    guest = db.session.execute(
        sa.select(Cart).where(Cart.token == guest_token, Cart.person_id.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if guest is None:
        return True
    mine = open_cart(person_id=person_id, token=None)
    have = {line.offer_id: line for line in _lines(mine)}
    left = False
    for line in _lines(guest):
        if line.offer_id in have:
            _join(have[line.offer_id], line)
        elif len(have) < MAX_MERGED:
            have[line.offer_id] = _moved(line, mine)
        else:
            left = True
            continue
        db.session.delete(line)
    db.session.flush()
    mine.updated_at = clock.now()
    if not left:
        db.session.delete(guest)
        db.session.flush()
    return not left


def _join(mine: CartLine, guests: CartLine) -> None:
    mine.packs, mine.is_chosen = max(mine.packs, guests.packs), mine.is_chosen or guests.is_chosen
    if guests.added_at > mine.added_at:
        mine.seen_price_fen, mine.added_at = guests.seen_price_fen, guests.added_at


def _moved(line: CartLine, to: Cart) -> CartLine:
    moved = CartLine(
        cart_id=to.id, offer_id=line.offer_id, packs=line.packs, seen_price_fen=line.seen_price_fen,
        is_chosen=line.is_chosen, added_at=line.added_at,
    )  # fmt: skip
    db.session.add(moved)
    return moved


def _lines(cart: Cart) -> list[CartLine]:
    return list(db.session.scalars(sa.select(CartLine).where(CartLine.cart_id == cart.id).order_by(CartLine.offer_id)))
