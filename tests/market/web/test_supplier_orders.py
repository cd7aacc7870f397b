"""The supplier's desk: confirm, decline, send, print."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.offer import OfferStock
from catalog.models.product import Lot
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import Signing
from catalog.services import purchases
from core import clock
from core.db import db, transaction
from core.quantity import KG
from market.gateways.ports import Payee
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderAct, OrderState
from market.services import order_steps
from tests import make
from tests.make import shop
from tests.make.catalog import linkage as agree
from tests.make.core import writing
from tests.make.farm import picture
from tests.support.statements import statements


@pytest.fixture
def line(app: Flask, client: FlaskClient) -> make.Line:
    made = make.line()
    make.log_in(client, made.seller.person)
    return made


def fields(order: Order, **given: str) -> dict[str, Any]:
    key = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
    return {f"{name}-{key}": value for name, value in given.items()} | {"arrives_on": clock.today().isoformat()}


def test_a_new_order_is_seen_and_confirmed(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    assert "新订单待确认" in client.get("/desk").text
    assert order.order_no in client.get("/supplier/orders").text
    assert "确认供货" in client.get(f"/supplier/orders/{order.id}").text

    assert client.post(f"/supplier/orders/{order.id}/confirmation").status_code == 303

    assert db.session.get_one(Order, order.id).state is OrderState.CONFIRMED
    assert order.order_no in client.get("/supplier/orders?tab=to-send").text


def test_declining_takes_a_reason(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    assert client.post(f"/supplier/orders/{order.id}/refusal", data={"reason": ""}).status_code == 409
    assert client.post(f"/supplier/orders/{order.id}/refusal", data={"reason": "霜冻"}).status_code == 303

    assert db.session.get_one(Order, order.id).state is OrderState.CANCELLED


def test_goods_leave_with_a_note_that_prints(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    assert "承诺达标合格证编号" in client.get(f"/supplier/orders/{order.id}/delivery").text
    given = fields(order, qty="60+43.25", harvested=clock.today().isoformat(), commitment="HGZ-9", lot="A-7")

    answer = client.post(f"/supplier/orders/{order.id}/delivery", data=given | {"driver": "赵师傅"})

    assert answer.status_code == 303
    sent, row, lot = db.session.execute(
        sa.select(Delivery, DeliveryLine, Lot)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(Lot, Lot.id == DeliveryLine.lot_id)
    ).one()
    assert (row.qty, row.commitment_no, lot.lot_no, sent.driver) == (103_250, "HGZ-9", "A-7", "赵师傅")
    assert client.get(f"/supplier/deliveries/{sent.id}.pdf").data.startswith(b"%PDF-")
    assert sent.delivery_no in client.get(f"/supplier/orders/{order.id}").text


def test_a_lot_that_was_bought_is_chosen_on_the_note_and_never_overdrawn(client: FlaskClient, line: make.Line) -> None:
    cabbage = make.product(line.supplier)
    home = make.household()
    agree(line.supplier, home)
    with transaction():
        draft = purchases.Draft("k", home.code, cabbage.product_id, "60", KG, 90, PayMethod.BANK, Signing.SCREEN)
        note = purchases.write(draft, purchases.Papers(picture()), by=line.seller.actor)
    lot_no = db.session.get_one(Lot, note.lot_id).lot_no
    order = make.order(line, (cabbage, 20))
    assert f"{lot_no}，" in client.get(f"/supplier/orders/{order.id}/delivery").text

    short = client.post(f"/supplier/orders/{order.id}/delivery", data=fields(order, qty="60.5", stored=lot_no))
    assert short.status_code == 409 and "只剩 60kg" in short.text
    assert db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0

    given = fields(order, qty="60", stored=lot_no)
    assert client.post(f"/supplier/orders/{order.id}/delivery", data=given).status_code == 303
    assert db.session.scalars(sa.select(DeliveryLine.lot_id)).one() == note.lot_id


def test_goods_of_one_line_go_from_several_lots(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    given = fields(order, qty="60", harvested=clock.today().isoformat(), commitment="HGZ-9", lot="A-7")
    more = fields(order, qty="40", harvested=clock.today().isoformat(), commitment="HGZ-9", lot="A-8")
    second = {f"{name}-2": value for name, value in more.items()}

    answer = client.post(f"/supplier/orders/{order.id}/delivery", data={**given, **second})

    assert answer.status_code == 303, answer.text
    rows = db.session.execute(
        sa.select(Lot.lot_no, DeliveryLine.qty).join(Lot, Lot.id == DeliveryLine.lot_id).order_by(Lot.lot_no)
    ).all()
    assert [tuple(row) for row in rows] == [("A-7", 60_000), ("A-8", 40_000)]


def test_a_refused_note_keeps_what_was_typed(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)

    answer = client.post(f"/supplier/orders/{order.id}/delivery", data=fields(order, qty="1000", commitment="HGZ-9"))

    assert answer.status_code == 409
    assert "小数点" in answer.text
    assert 'value="HGZ-9"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0


def test_another_shop_sees_nothing(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    sent = make.delivery(line, order)
    make.log_in(client, make.line().seller.person)

    assert client.get(f"/supplier/orders/{order.id}").status_code == 404
    assert client.post(f"/supplier/orders/{order.id}/delivery", data=fields(order, qty="1")).status_code == 404
    assert client.get(f"/supplier/deliveries/{sent.id}.pdf").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(client: FlaskClient, line: make.Line) -> None:
    make.order(line)
    with statements() as one:
        client.get("/supplier/orders?tab=to-send")
    for _ in range(3):
        make.order(line)
    with statements() as four:
        client.get("/supplier/orders?tab=to-send")

    assert len(four) == len(one) <= 16  # counters of the menu among them


def test_a_residents_paid_order_is_sent_too(client: FlaskClient, line: make.Line) -> None:
    shop.merchant(line.supplier, Payee("2088000000000001"))
    person, resident = shop.resident()
    cabbage = make.product(line.supplier)
    group = shop.checked_out(resident, shop.address(person), (cabbage, 1), price_fen=2_600)
    order = db.session.scalars(sa.select(Order).where(Order.group_id == group.id)).one()
    given = fields(order, qty="5", harvested=clock.today().isoformat(), commitment="HGZ-9") | {"tracking_no": "SF1"}
    assert client.post(f"/supplier/orders/{order.id}/delivery", data=given).status_code == 409
    with writing():
        order_steps.move(db.session.get_one(Order, order.id), OrderAct.PAY, party="provider", by=None)
    assert order.order_no in client.get("/supplier/orders?tab=to-send").text

    assert client.post(f"/supplier/orders/{order.id}/delivery", data=given).status_code == 303

    assert db.session.get_one(Order, order.id).state is OrderState.SHIPPED
    stock = db.session.get_one(OfferStock, cabbage.id)
    assert (stock.on_hand, stock.reserved) == (10_000_000 - 5_000, 0)


def test_what_was_not_paid_by_a_resident_is_not_given_back(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)

    answer = client.post(f"/supplier/orders/{order.id}/giving-back", data={"reason": "无货"})

    assert answer.status_code == 409
    assert "还没有付款" in answer.text
