"""A supplier's van: its rounds, this morning's orders as stops of tomorrow's run, and two questions to the canteens."""

from datetime import time, timedelta

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.queries import offers
from core.access.actor import Actor
from core.db import db
from demo import line
from demo.cast import word
from demo.line import morning
from demo.world import World
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState
from market.rules.rounds import EVERY_DAY, Run
from market.services import asking, picking, rounds
from market.services.rounds import Wish


def tell(world: World) -> None:
    """One van with two rounds; what is wanted tomorrow goes with the first."""
    tomorrow = world.days.today + timedelta(days=1)
    waiting = sa.select(Order.id, Order.supplier_id, Order.state).where(
        Order.deliver_on == tomorrow, Order.state.in_((OrderState.PLACED, OrderState.CONFIRMED))
    )
    rows = db.session.execute(waiting.order_by(Order.supplier_id, Order.id)).all()
    db.session.rollback()
    if not rows:
        return
    supplier_id = max({row.supplier_id for row in rows}, key=lambda one: sum(row.supplier_id == one for row in rows))
    clerk = line.clerk_of(world, supplier_id)
    with morning(world, 7, 49):
        own = rounds.write(_daily(), by=clerk)
        rounds.write(_weekly(), by=clerk)
        for row in rows:
            if row.supplier_id == supplier_id:
                order = db.session.get_one(Order, row.id, with_for_update=True)
                rounds.stop(order, Run(own.id, tomorrow, own.min_stop_fen), wanted_on=tomorrow)
    mine = [row for row in rows if row.supplier_id == supplier_id]
    new = [row.id for row in mine if row.state is OrderState.PLACED]
    with morning(world, 8, 15):
        for order_id in (row.id for row in mine if row.state is OrderState.CONFIRMED):
            _ask(order_id, clerk)
        for order_id in new[:1]:
            _less(order_id, clerk)


def _ask(order_id: int, clerk: Actor) -> None:
    """Of a confirmed order the first line lies packed, and goods are offered beside it."""
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    first = next(iter(lines))
    picking.tick([first.id], by=clerk)
    offer_id = _another(first)
    if offer_id is not None:
        asking.goods(order_id, offer_id=offer_id, packs=2, reason=word("paper", "extra"), by=clerk)


def _less(order_id: int, clerk: Actor) -> None:
    """A new order can come with all but one pack of its first line."""
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    first = next(iter(lines))
    if first.packs > 1:
        quantities = {first.id: first.qty - first.pack_qty}
        asking.confirm(order_id, quantities=quantities, reason=word("paper", "less"), by=clerk)


def _another(first: OrderLine) -> int | None:
    """Other goods of the same shop that units may order."""
    query = (
        sa.select(Offer.id)
        .join(Product, Product.id == Offer.product_id)
        .where(
            Product.supplier_id
            == sa.select(Product.supplier_id).where(Product.id == first.product_id).scalar_subquery(),
            Product.id != first.product_id,
        )
        .order_by(Offer.id)
    )
    found = offers.sellable(db.session.scalars(query).all(), for_units=True)
    return min((one.offer_id for one in found.values() if one.min_packs <= 2 <= one.free_packs), default=None)


def _daily() -> Wish:
    return Wish(
        word("paper", "round_daily"), EVERY_DAY, cutoff_days=1, cutoff_minute=17 * 60, min_stop_fen=200_00,
        window_from=time(6), window_to=time(8), driver=word("paper", "round_driver"), vehicle_no=word("paper", "plate"),
    )  # fmt: skip


def _weekly() -> Wish:
    return Wish(
        word("paper", "round_weekly"), 0b0010010, cutoff_days=2, cutoff_minute=12 * 60, min_stop_fen=500_00,
        window_from=time(9), window_to=time(12), driver=word("paper", "round_driver"),
    )  # fmt: skip
