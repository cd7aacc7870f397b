"""The database holds the sums of a resident's order: lines, discounts, freight."""

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from market.gateways.ports import Payee
from market.models.order import Order, OrderLine
from tests import make
from tests.make import shop

PRICE = 26_000 * 5_000 // 500 // 100


@pytest.fixture
def order(app: Flask) -> Order:
    make.village_is_exited()
    seller = make.supplier()
    shop.merchant(seller, Payee("2088000000000001"))
    person, by = shop.resident()
    shop.checked_out(by, shop.address(person), (make.product(seller), 2), price_fen=PRICE)
    return db.session.scalars(sa.select(Order)).one()


def test_a_line_says_what_is_paid_for_it(order: Order) -> None:
    line = db.session.scalars(sa.select(OrderLine)).one()
    assert (line.amount_fen, line.discount_fen, line.paid_fen) == (2 * PRICE, 0, 2 * PRICE)


@pytest.mark.parametrize(
    ("columns", "broken"),
    [
        ("discount_fen = 100", "ck_purchase_order_total"),
        ("discount_fen = 100, total_fen = total_fen - 100", "does not add up"),
        ("discount_fen = goods_fen, total_fen = freight_fen", "ck_purchase_order_discount"),
        ("goods_fen = goods_fen + 1, total_fen = total_fen + 1, upper_fen = upper_fen + 1", "does not add up"),
    ],
)
def test_an_order_that_does_not_add_up_is_refused(order: Order, columns: str, broken: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=broken), transaction():
        db.session.execute(sa.text(f"UPDATE purchase_order SET {columns}"))
