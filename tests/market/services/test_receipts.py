"""Residents receive by part, by their word or by the clock's: 7 days, fresh 3, once 3 more (rule 57)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Missing, Refused
from market.gateways.ports import Payee
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.models.shipping import Parcel
from market.queries import progress, supplier_desk, tracking
from market.rules.couriers import Courier
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderAct, OrderState
from market.services import fulfilment, order_steps, parcels, receipts
from market.services.fulfilment import NewLot, ShipLine, Van
from market.services.parcels import NewParcel
from tests import make
from tests.make import shop
from tests.make.core import writing


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def paid(of: make.Line) -> tuple[Order, Actor]:
    """Cabbage (fresh) and soy beans (not), paid."""
    shop.merchant(of.supplier, Payee("2088000000000001"))
    person, resident = shop.resident()
    wanted = [(make.product(of.supplier), 1), (make.product(of.supplier, category="grain-soy", name="示例大豆"), 1)]
    group = shop.checked_out(resident, shop.address(person), *wanted, price_fen=2_600)
    order = db.session.scalars(sa.select(Order).where(Order.group_id == group.id)).one()
    with writing():
        order_steps.move(order, OrderAct.PAY, party="provider", by=None)
    return order, resident


def send(of: make.Line, order: Order, position: int, number: str = "") -> Delivery:
    row = db.session.scalars(
        sa.select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.position)
        .offset(position)
        .limit(1)
    ).one()
    van = Van(parcels=(NewParcel(Courier.OTHER, number, "示例快递"),) if number else ())
    with transaction():
        return fulfilment.ship(
            order.id, [ShipLine(row.id, row.qty, NewLot(clock.today()), "HGZ-1")], van=van, by=of.seller.actor
        )


def due_after(**time: int) -> int:
    with clock.shifted(timedelta(**time)), transaction():
        return receipts.receive_due()


def test_lines_go_apart_and_the_order_is_received_with_the_last(line: make.Line) -> None:
    order, resident = paid(line)
    first = send(line, order, 0, "A-0001")
    assert [row.id for row in supplier_desk.orders(line.seller.actor, "to-send")] == [order.id]
    with transaction():
        receipts.receive(order.id, delivery_id=first.id, by=resident)
    assert (first.state, order.state) == (DeliveryState.RECEIVED, OrderState.SHIPPED)

    second = send(line, order, 1, "A-0002")
    assert [row.id for row in supplier_desk.orders(line.seller.actor, "sent")] == [order.id]
    with transaction():
        receipts.receive(order.id, by=resident)

    assert (second.state, order.state) == (DeliveryState.RECEIVED, OrderState.RECEIVED)
    assert all(one.progress.accepted_qty == one.line.qty for one in progress.of_order(order.id).values())
    acts = [step.act for step in tracking.of_order(order).steps]
    assert acts.count("ship") == acts.count("part-received") == 2
    assert acts[-1] in {"receive", "part-received"}


def test_the_clock_receives_fresh_goods_after_three_days_and_others_after_seven(line: make.Line) -> None:
    order, _ = paid(line)
    fresh, dry = send(line, order, 0), send(line, order, 1)
    assert due_after(days=2, hours=23) == 0

    assert due_after(days=3, minutes=1) == 1
    assert (fresh.state, dry.state, order.state) == (
        DeliveryState.RECEIVED, DeliveryState.ON_THE_WAY, OrderState.SHIPPED,
    )  # fmt: skip
    assert due_after(days=6, hours=23) == 0
    assert due_after(days=7, minutes=1) == 1

    assert order.state is OrderState.RECEIVED


def test_the_buyer_extends_once_by_three_days(line: make.Line) -> None:
    order, resident = paid(line)
    with pytest.raises(Refused, match="receipt-nothing-coming"), transaction():
        receipts.extend(order.id, by=resident)
    send(line, order, 0)
    with transaction():
        receipts.extend(order.id, by=resident)
    assert due_after(days=5, hours=23) == 0
    with pytest.raises(Refused, match="receipt-extended-already"), transaction():
        receipts.extend(order.id, by=resident)

    assert due_after(days=6, minutes=1) == 1


def test_nobody_receives_anothers_goods(line: make.Line) -> None:
    order, resident = paid(line)
    stranger = make.delivery(line, make.order(line))
    send(line, order, 0)

    with pytest.raises(Missing), transaction():
        receipts.receive(order.id, delivery_id=stranger.id, by=resident)
    with pytest.raises(Missing), transaction():
        receipts.receive(order.id, by=shop.resident("别人")[1])


def test_parcels_are_several_and_each_stands_once(line: make.Line) -> None:
    order, _ = paid(line)
    sent = send(line, order, 0, "A-0001")
    with transaction():
        parcels.add(sent.id, NewParcel(Courier.SF, "SF1234567890123"), by=line.seller.actor)
    with pytest.raises(Refused, match="parcel-twice"), transaction():
        parcels.add(sent.id, NewParcel(Courier.SF, "sf1234567890123"), by=line.seller.actor)
    with pytest.raises(Missing), transaction():
        parcels.add(sent.id, NewParcel(Courier.OTHER, "B-1", "示例"), by=make.line().seller.actor)

    db.session.rollback()
    numbers = db.session.scalars(sa.select(Parcel.tracking_no).order_by(Parcel.id)).all()
    assert numbers == ["A-0001", "SF1234567890123"]
    with transaction():
        parcels.drop(db.session.scalars(sa.select(Parcel.id)).first() or 0, by=line.seller.actor)
    assert db.session.scalar(sa.select(sa.func.count(Parcel.id))) == 1
