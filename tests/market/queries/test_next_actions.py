"""The next step of real orders: out of deliveries, asks and signatures."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.db import db, transaction
from core.people.models import Person
from market.models.delivery import Delivery
from market.queries import next_actions
from market.rules.delivery_states import DeliveryState
from market.rules.next_action import NextAct, Turn
from market.rules.order_states import OrderState
from tests import make
from tests.make import market as building


@pytest.fixture
def of(app: Flask) -> building.Line:
    return building.line()


def test_a_units_order_from_its_placing_to_its_payment(of: building.Line, client: FlaskClient) -> None:
    order = building.order(of, state=OrderState.PLACED)
    said = next_actions.of(order)
    assert said is not None
    assert (said.party, said.act, said.until) == (
        Turn.SUPPLIER, NextAct.CONFIRM, order.placed_at + timedelta(hours=48),
    )  # fmt: skip
    make.log_in(client, db.session.get_one(Person, of.seller.actor.person_id))
    assert "下一步，请您</strong>确认订单" in client.get(f"/supplier/orders/{order.id}").text
    with transaction():
        order.state = OrderState.CONFIRMED
    sending = next_actions.of(order)
    assert sending is not None
    assert (sending.act, sending.until) == (NextAct.SEND, order.deliver_on)
    delivery = building.delivery(of, order)
    counting = next_actions.of(order)
    assert counting is not None
    assert (counting.party, counting.act, counting.until) == (Turn.UNIT, NextAct.COUNT, delivery.delivered_on)
    with transaction():
        db.session.get_one(Delivery, delivery.id).state = DeliveryState.COUNTED
    signing = next_actions.of(order)
    assert signing is not None
    assert signing.act is NextAct.SIGN
    page = client.get(f"/supplier/orders/{order.id}").text
    assert "下一步，等采购单位</strong>完成第二人签字" in page


def test_what_was_accepted_is_to_be_paid_in_time(of: building.Line) -> None:
    order = building.order(of)
    building.accepted(of, order)
    with transaction():
        order.state = OrderState.FULFILLED
    said = next_actions.of(order)
    assert said is not None
    assert (said.party, said.act) == (Turn.UNIT, NextAct.SETTLE)
    assert said.until == clock.today() + timedelta(days=order.pay_term_days)
