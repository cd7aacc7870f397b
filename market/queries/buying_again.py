"""Reading what has become of an order's lines. Seven statements, however many lines."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.queries.offers import SellableOffer, sellable
from core.access.actor import Actor
from core.db import db
from market.models.order import Order, OrderLine
from market.rules.buying_again import Again, packs_now
from market.rules.checkout import MAX_PACKS
from market.rules.order_states import OrderKind


@dataclass(frozen=True)
class AgainLine:
    """A line with the offer as it is sold now; None once it is gone."""

    again: Again
    offer: SellableOffer | None


def of(token: str, *, for_: Actor) -> list[AgainLine] | None:
    """The lines of the actor's own order; None for nobody's."""
    order_id = db.session.scalar(
        sa.select(Order.id).where(
            Order.token == token, Order.person_id == for_.person_id, Order.kind == OrderKind.RESIDENT
        )
    )
    if order_id is None:
        return None
    lines = db.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
    ).all()
    offers = sellable([line.offer_id for line in lines], for_units=False)
    return [_line(line, offers.get(line.offer_id)) for line in lines]


def _line(line: OrderLine, offer: SellableOffer | None) -> AgainLine:
    free = offer.free_packs if offer else 0
    packs = packs_now(line.packs, least=offer.min_packs if offer else 1, free=free, most=MAX_PACKS)
    now_fen = offer.pack_price_fen_for(packs) if offer and packs else 0
    again = Again(line.product_name, line.pack_name, line.packs, line.pack_price_fen, packs, now_fen)
    return AgainLine(again, offer if packs else None)
