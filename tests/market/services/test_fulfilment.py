"""The supplier confirms, declines, sends (rules 39, 54, 55)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.lots import LotBalance
from catalog.models.offer import OfferStock
from catalog.models.product import Lot
from catalog.models.purchase import PurchaseNote
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import Signing
from catalog.services import purchases
from core import clock, codes, settings
from core.db import db, transaction
from core.errors import Missing, Refused
from core.quantity import KG
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderEvent, OrderLine
from market.queries import deliveries
from market.rules.order_states import OrderState
from market.services import fulfilment, organic_marks
from market.services.fulfilment import NewLot, ShipLine
from tests import make
from tests.make.catalog import linkage as agree
from tests.make.farm import picture


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def ship(of: make.Line, order: Order, **columns: object) -> Delivery:
    agreed = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).one()
    given = ShipLine(order_line_id=agreed.id, qty=agreed.qty, lot=NewLot(clock.today()), commitment_no="HGZ-7")
    with transaction():
        return fulfilment.ship(order.id, [replace(given, **columns)], by=of.seller.actor)


def nothing_left() -> bool:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0


def test_a_new_order_is_confirmed_once(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    with transaction():
        fulfilment.confirm_order(order.id, by=line.seller.actor)
    assert order.state is OrderState.CONFIRMED

    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        fulfilment.confirm_order(order.id, by=line.seller.actor)

    assert [e.act for e in db.session.scalars(sa.select(OrderEvent))] == ["confirm"]


def test_a_declined_order_frees_its_goods(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    with transaction():
        fulfilment.decline(order.id, reason="霜冻减产", by=line.seller.actor)

    assert order.state is OrderState.CANCELLED
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 0


def test_another_suppliers_order_does_not_exist(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)

    with pytest.raises(Missing), transaction():
        fulfilment.confirm_order(order.id, by=make.line().seller.actor)


def test_goods_leave_with_lot_origin_and_number(line: make.Line) -> None:
    sent = ship(line, make.order(line))

    row, lot = db.session.execute(sa.select(DeliveryLine, Lot).join(Lot, Lot.id == DeliveryLine.lot_id)).one()
    assert codes.check(sent.delivery_no)
    assert codes.check(lot.lot_no)
    assert row.origin_code == lot.origin_code == "220681103200"
    assert row.commitment_no == "HGZ-7"
    stock = db.session.scalars(sa.select(OfferStock)).one()
    assert (stock.on_hand, stock.reserved) == (9_900_000, 0)


def test_goods_above_the_promise_are_promised_first(line: make.Line) -> None:
    cabbage = make.product(line.supplier, on_hand=104_000)
    order = make.order(line, (cabbage, 20))

    with pytest.raises(Refused, match="stock-short"):
        ship(line, order, qty=104_001)
    assert nothing_left()
    ship(line, order, qty=104_000)

    stock = db.session.scalars(sa.select(OfferStock)).one()
    assert (stock.on_hand, stock.reserved) == (0, 0)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"qty": 0}, "ship-line-unknown"),
        ({"qty": 1_000_000}, "ship-far-above"),
        ({"lot": NewLot(clock.today() + timedelta(days=1))}, "lot-harvest-ahead"),
        ({"lot": NewLot(clock.today(), origin_code="220681103201")}, "lot-origin-unconfirmed"),
    ],
)
def test_what_cannot_be_true_is_not_sent(line: make.Line, columns: dict[str, object], code: str) -> None:
    order = make.order(line)

    with pytest.raises(Refused, match=code):
        ship(line, order, **columns)

    assert nothing_left()


def test_a_lot_number_names_one_batch(line: make.Line) -> None:
    first = make.order(line)
    ship(line, first, lot=NewLot(clock.today(), lot_no="A-1"), qty=50_000)
    ship(line, first, lot=NewLot(clock.today(), lot_no="A-1"), qty=50_000)
    assert db.session.scalar(sa.select(sa.func.count(Lot.id))) == 1

    with pytest.raises(Refused, match="lot-number-taken"):
        ship(line, make.order(line), lot=NewLot(clock.today() - timedelta(days=3), lot_no="A-1"))


def test_an_unconfirmed_order_is_not_sent(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)

    with pytest.raises(Refused, match="order-not-confirmed"):
        ship(line, order)

    assert nothing_left()


def test_nothing_is_closed_while_a_delivery_is_under_way(line: make.Line) -> None:
    order = make.order(line)
    ship(line, order, qty=40_000)

    with pytest.raises(Refused, match="close-under-way"), transaction():
        fulfilment.close_rest(order.id, reason="不要了", by=line.receiver.actor)


def test_a_lot_that_was_bought_never_sends_more_than_was_bought(line: make.Line) -> None:
    cabbage = make.product(line.supplier)
    note = _bought(line, cabbage.product_id, "60")
    lot = NewLot(clock.today(), lot_no=db.session.get_one(Lot, note.lot_id).lot_no)
    order = make.order(line, (cabbage, 20))

    with pytest.raises(Refused, match="lot-short") as refusal:
        ship(line, order, lot=lot, qty=60_001)
    assert nothing_left()
    assert (refusal.value.facts["lot_no"], refusal.value.facts["left"]) == (lot.lot_no, "60kg")

    ship(line, order, lot=lot, qty=60_000)
    balance = db.session.get_one(LotBalance, note.lot_id)
    assert (balance.in_qty, balance.sold_qty) == (60_000, 60_000)


def test_goods_without_a_paper_of_the_field_are_declared_as_long_as_the_county_allows(line: make.Line) -> None:
    ship(line, make.order(line), qty=40_000)
    declared = db.session.scalars(sa.select(LotBalance)).one()
    assert (declared.in_qty, declared.sold_qty, declared.eligible_qty) == (40_000, 40_000, 0)

    with transaction():
        settings.put("lots.dispatch_declares", False, valid_from=clock.today(), reason="示例", author_id=None)
    with pytest.raises(Refused, match="lot-undeclared"):
        ship(line, make.order(line))


def _bought(line: make.Line, product_id: int, kilograms: str) -> PurchaseNote:
    home = make.household()
    agree(line.supplier, home)
    draft = purchases.Draft("key", home.code, product_id, kilograms, KG, 9_000, PayMethod.BANK, Signing.SCREEN)
    with transaction():
        return purchases.write(draft, purchases.Papers(picture()), by=line.seller.actor)


# --- 有机码 --------------------------------------------------------------------------------------------


def test_marks_of_organic_goods_stay_with_the_line_and_are_used_once(line: make.Line) -> None:
    sent = ship(line, make.order(line), organic="12323000000000001，123230000000000012")
    found = deliveries.find_sheet(sent.id)
    assert found is not None
    (shown,) = found.lines
    assert shown.marks == ("12323000000000001", "123230000000000012")
    other = make.order(line)
    with pytest.raises(Refused, match="organic-code-used"):
        ship(line, other, organic="12323000000000001")
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 1


def test_how_long_a_mark_is_is_a_dated_setting(line: make.Line) -> None:
    with transaction():
        settings.put(organic_marks.LENGTHS, [18], valid_from=clock.today(), reason="细则", author_id=None)
    with pytest.raises(Refused, match="organic-code-shape"):
        ship(line, make.order(line), organic="12323000000000001")
    assert nothing_left()
    assert ship(line, make.order(line), organic="123230000000000012")
