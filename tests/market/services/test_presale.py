"""Pre-sale and tiers from the shelf to the order line: the buyer agrees to the day, the line keeps it."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import Offer, OfferTier, OfferVersion
from core import clock
from core.db import db, transaction
from core.errors import Refused
from market.gateways.ports import Payee
from market.models.order import Order, OrderLine
from market.queries import carts as reading
from market.services import carts
from procurement.services import canteen_orders, plan_lines, plans
from tests import make
from tests.make import shop
from tests.make.core import writing
from tests.make.kitchen import draft, kitchen

PRICE = 26_000 * 5_000 // 500 // 100


def restated(offer: Offer, *, ships_from: date | None = None, tiers: tuple[tuple[int, int], ...] = ()) -> None:
    """The offer's next version: sent from a day on, cheaper from so many packs on (fen a pack)."""
    with writing():
        now = db.session.get_one(OfferVersion, offer.current_version_id)
        names = ("offer_id", "price_fen_x100", "basis_qty", "pack_price_fen", "tol_bp", "min_packs", "tax_mode")
        same = {name: getattr(now, name) for name in names}
        version = OfferVersion(version_no=now.version_no + 1, ships_from=ships_from, created_at=clock.now(), **same)
        db.session.add(version)
        db.session.flush()
        for packs, fen in tiers:
            db.session.add(
                OfferTier(offer_version_id=version.id, from_packs=packs, price_fen_x100=fen * 10, pack_price_fen=fen)
            )
        db.session.get_one(Offer, offer.id).current_version_id = version.id


def test_a_canteen_is_not_sent_presold_goods_before_their_day(app: Flask) -> None:
    school = kitchen()
    plan = draft(school, packs=20)
    restated(school.cabbage, ships_from=plan.period_to)
    with pytest.raises(Refused, match="order-before-presale"), transaction():
        plan_lines.add_offer(
            plan.token, version=plan.version, offer_id=school.cabbage.id, packs=2, by=school.orderer,
            deliver_on=plan.period_from,
        )  # fmt: skip
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.approver) if plan.state.value == "submitted" else None
    with pytest.raises(Refused, match="order-before-presale"), transaction():
        canteen_orders.place(plan.token, by=school.orderer, deliver_on=plan.period_from)
    assert db.session.scalar(select(func.count(Order.id))) == 0
    with transaction():
        canteen_orders.place(plan.token, by=school.orderer, deliver_on=plan.period_to)
    assert db.session.scalars(select(OrderLine.ships_from)).one() == plan.period_to


def test_a_plan_takes_the_presale_day_by_itself(app: Flask) -> None:
    school = kitchen()
    plan = draft(school, packs=20)
    other = make.product(school.supplier, category="veg-radish", name="示例萝卜")
    restated(other, ships_from=plan.period_to)
    with transaction():
        line = plan_lines.add_offer(plan.token, version=plan.version, offer_id=other.id, packs=2, by=school.orderer)
        assert line.deliver_on == plan.period_to


def test_a_resident_sees_the_day_and_the_tier_and_the_line_keeps_both(app: Flask) -> None:
    make.village_is_exited()
    seller = make.supplier()
    shop.merchant(seller, Payee("2088000000000001"))
    offer = make.product(seller)
    ships = date(2099, 12, 20)
    restated(offer, ships_from=ships, tiers=((10, PRICE - 100),))
    person, by = shop.resident()
    to = shop.address(person)
    with transaction():
        cart = carts.open_cart(person_id=person.id, token=None)
        carts.add(cart, offer.id, 10)
        cart_id = cart.id
    (group,) = reading.view(cart_id).groups
    assert (group.days, group.rows[0].price_fen, group.goods_fen) == ((ships,), PRICE - 100, 10 * (PRICE - 100))
    with pytest.raises(Refused, match="price-changed"):
        shop.checked_out(by, to, (offer, 10), price_fen=PRICE)
    shop.checked_out(by, to, (offer, 10), price_fen=PRICE - 100)
    line = db.session.scalars(select(OrderLine)).one()
    assert (line.ships_from, line.pack_price_fen, line.amount_fen) == (ships, PRICE - 100, 10 * (PRICE - 100))


def test_a_weighed_line_of_a_plan_takes_the_tier_too(app: Flask) -> None:
    school = kitchen()
    restated(school.cabbage, tiers=((20, PRICE - 100),))
    plan = draft(school, packs=20)
    (line,) = make.lines_of(plan)
    assert line.price_fen_x100 == (PRICE - 100) * 10
    assert line.amount_fen == 20 * (PRICE - 100)
