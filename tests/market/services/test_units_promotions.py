"""What applies to a unit's bulk order: tier prices do, shelf discounts and coupons do not."""

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from market.models.order import Order, OrderLine
from procurement.services import canteen_orders, plans
from tests.make import promotions as promo
from tests.make.kitchen import draft, kitchen
from tests.market.services.test_presale import PRICE, restated


def test_a_canteen_gets_the_tier_and_no_discount(app: Flask) -> None:
    school = kitchen()
    restated(school.cabbage, tiers=((20, PRICE - 100),))
    promo.own(promo.clerk(school.supplier), offers=(school.cabbage.id,), off_fen=3_00)
    plan = draft(school, packs=20)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.approver) if plan.state.value == "submitted" else None
    with transaction():
        canteen_orders.place(plan.token, by=school.orderer, deliver_on=plan.period_to)

    order, line = db.session.scalars(sa.select(Order)).one(), db.session.scalars(sa.select(OrderLine)).one()
    assert (line.amount_fen, line.discount_fen, line.paid_fen) == (20 * (PRICE - 100), 0, 20 * (PRICE - 100))
    assert (order.discount_fen, order.delivery_way) == (0, None)
    with pytest.raises(sa.exc.IntegrityError, match="units_have_tiers_only"), transaction():
        db.session.execute(sa.text("UPDATE purchase_order SET discount_fen = 1, total_fen = total_fen - 1"))
