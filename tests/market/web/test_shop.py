"""The shop as its visitors use it: look, put into the cart, check out, pay; hygiene of its pages."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catalog.models.product import Product
from catalog.models.supplier import FreightRule
from core import clock, jobs
from core.db import db, transaction
from market.gateways import providers
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.rules.order_states import OrderState
from tests import make
from tests.make import shop
from tests.support.alipay import Alipay

PRICE = 26_000 * 5_000 // 500 // 100


@pytest.fixture
def alipay(app: Flask) -> Iterator[Alipay]:
    emulator = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat(timespec="seconds"))
    app.extensions["payment_providers"] = {providers.ALIPAY: emulator.provider}
    yield emulator
    app.extensions.pop("payment_providers")


@pytest.fixture
def goods(alipay: Alipay) -> list[int]:
    """Two suppliers with one product each; ids of their offers."""
    make.village_is_exited()
    out = []
    for name in ("示例白菜", "示例大葱"):
        supplier = make.supplier()
        shop.merchant(supplier, alipay.merchant())
        with transaction():
            db.session.add(FreightRule(supplier_id=supplier.id, base_fen=800, free_above_fen=None))
        out.append(make.product(supplier, name=name).id)
    return out


def test_everybody_looks_at_list_and_product(client: FlaskClient, goods: list[int]) -> None:
    sku = db.session.scalars(select(Product.sku).order_by(Product.id)).first()
    db.session.rollback()

    assert "示例白菜" in client.get("/").text
    assert "共 2 件商品" in client.get("/products").text
    assert "共 0 件" not in client.get("/products?category=99999999999999999999&sort=x&page=-3&town=%00").text
    page = client.get(f"/products/{sku}").text
    assert "合 ¥2.60/500g" in page
    assert client.get("/products/none").status_code == 404


def fields(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', page)


def test_a_guest_fills_a_cart_logs_in_pays_and_is_paid_once(
    client: FlaskClient, goods: list[int], alipay: Alipay
) -> None:
    for offer in goods:
        assert client.post("/cart/lines", data={"offer": offer, "packs": 2}).status_code == 303
    who, _ = shop.resident()
    assert client.get("/checkout").status_code == 302
    client.post("/login", data={"login": who.phone, "password": make.core.PASSWORD})
    asked = client.get("/checkout")
    assert "示例大葱" in asked.text
    address = {
        "receiver": "张三",
        "phone": "13812345678",
        "province": "220000",
        "city": "220600",
        "county": "220681",
        "town": "220681103",
        "detail": "一号路",
    }
    assert client.post("/checkout/address", data=address).status_code == 303

    page = client.get("/checkout").text
    form = {"line": fields(page, "line"), "address": fields(page, "address")[0], "_key": "k" * 24}
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 303, answer.text
    pay = answer.location
    assert client.post("/checkout", data=form).location == pay  # the same form again: the same answer
    assert client.post(f"{pay}/codes", data={"_key": "c" * 24}).status_code == 303
    assert client.get(pay).text.count("<svg") >= 2

    numbers = db.session.scalars(select(PaymentIntent.out_trade_no)).all()
    db.session.rollback()
    assert len(numbers) == 2
    alipay.pay(numbers[0])
    notice = alipay.notifies(numbers[0])[-1]
    for _ in range(3):
        heard = client.post("/payments/alipay/notify", data=notice)
        assert (heard.status_code, heard.data) == (200, b"success")
    alipay.pay(numbers[1])  # its notification is lost
    client.post(f"{pay}/look")
    jobs.run_due()

    states = db.session.scalars(select(Order.state)).all()
    assert states == [OrderState.PAID, OrderState.PAID]
    assert "付款结果" in client.get(pay).text
    assert client.get("/orders").text.count("待发货") >= 1


def test_a_forged_notice_changes_nothing(client: FlaskClient, goods: list[int], alipay: Alipay) -> None:
    forged = {"trade_status": "TRADE_SUCCESS", "out_trade_no": "X", "total_amount": "1.00", "sign": "AAAA"}
    answer = client.post("/payments/alipay/notify", data=forged)

    assert answer.data != b"success"


def test_a_strangers_order_is_not_there(client: FlaskClient, goods: list[int]) -> None:
    person, by = shop.resident()
    offer = db.session.get_one(shop.Offer, goods[0])
    group = shop.checked_out(by, shop.address(person), (offer, 1), price_fen=PRICE)
    token = group.token
    order = db.session.scalars(select(Order.token)).one()
    db.session.rollback()
    stranger, _ = shop.resident()
    make.log_in(client, stranger)

    for path in (f"/pay/{token}", f"/orders/{order}"):
        assert client.get(path).status_code == 404
    for path in (f"/pay/{token}/codes", f"/pay/{token}/look", f"/orders/{order}/cancel", f"/orders/{order}/receipt"):
        assert client.post(path).status_code == 404


def test_an_untouched_order_is_cancelled_at_once(client: FlaskClient, goods: list[int]) -> None:
    person, by = shop.resident()
    offer = db.session.get_one(shop.Offer, goods[0])
    shop.checked_out(by, shop.address(person), (offer, 1), price_fen=PRICE)
    token = db.session.scalars(select(Order.token)).one()
    db.session.rollback()
    make.log_in(client, person)

    assert client.post(f"/orders/{token}/cancel").status_code == 303
    assert "已取消" in client.get(f"/orders/{token}").text


@pytest.mark.parametrize("packs", ["0", "-1", "x", "99999", "1e3", "", "9" * 30])
def test_rubbish_numbers_never_reach_the_cart(client: FlaskClient, goods: list[int], packs: str) -> None:
    answer = client.post("/cart/lines", data={"offer": goods[0], "packs": packs})

    assert answer.status_code in {303, 409}
    assert client.post("/cart/lines", data={"offer": packs, "packs": 1}).status_code in {303, 400, 404, 409}
