"""A resident looks around, fills a cart of two suppliers, logs in by a code, pays, gets the goods (3.8)."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from catalog.models.offer import OfferStock
from catalog.models.supplier import FreightRule
from catalog.rules.offer import SaleMode
from core import jobs
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.order import Order
from market.rules.order_states import OrderState
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.make import shop
from tests.support.alipay import Alipay
from tests.support.browser import PHONE

BUYER = "13812345678"


@pytest.fixture
def clerks(app: Flask, alipay: Alipay) -> list[Person]:
    """The clerks of two suppliers with a till, 8.00 yuan freight and one product each."""
    found = []
    for name in ("示例白菜", "示例大葱"):
        supplier = make.supplier()
        shop.merchant(supplier, alipay.merchant())
        with transaction():
            db.session.add(FreightRule(supplier_id=supplier.id, base_fen=800, free_above_fen=None))
        make.product(supplier, name=name, sale_mode=SaleMode.BY_PACK)
        body = db.session.get_one(Organisation, supplier.organisation_id)
        found.append(make.seat(body, Role.SUPPLIER_CLERK))
    return found


def fill_cart(page: Page) -> None:
    page.goto("/products")
    for name in ("示例白菜", "示例大葱"):
        page.goto("/products")
        page.get_by_role("link", name=name).first.click()
        steps.press(page, "加入购物车")
    page.goto("/cart")


def check_out(page: Page) -> None:
    """From the guest's cart through the code to the payment page."""
    steps.press(page, "去结算")
    if "/login" in page.url:
        steps.follow(page, "手机验证码登录")
    steps.enter_by_code(page, BUYER)
    steps.write(page, receiver="张三", detail="示例路 1 号")
    for level, name in (("province", "吉林省"), ("city", "白山市"), ("county", "临江市"), ("town", "花山镇")):
        page.locator(f"select[name={level}]").select_option(label=name)
        page.wait_for_load_state("networkidle")
    page.locator("form:has([name=receiver]) [name=phone]").fill(BUYER)
    steps.press(page, "保存地址")
    steps.has(page, "应付（含运费）", "¥68.00")
    steps.press(page, "提交订单")
    if page.get_by_role("button", name="用支付宝付款").count():
        steps.press(page, "用支付宝付款")


def pay_both(page: Page) -> None:
    """At the cashier's page, as a phone opens it, once for each supplier."""
    till = page.url
    links = page.get_by_role("link", name="打开支付宝付款")
    for href in [links.nth(n).get_attribute("href") for n in range(links.count())]:
        page.goto(href or "")
        page.get_by_role("button", name="确认付款").click()
        page.wait_for_load_state()
    page.goto(till)


def states() -> list[OrderState]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Order.state).order_by(Order.id)))


def test_a_resident_buys_of_two_suppliers_and_gets_the_goods(
    at_till: Callable[[dict[str, Any]], Page], clerks: list[Person], alipay: Alipay
) -> None:
    buyer = at_till(PHONE)
    fill_cart(buyer)
    check_out(buyer)
    assert states() == [OrderState.PENDING_PAY] * 2
    pay_both(buyer)
    alipay.emulator.settle()
    assert states() == [OrderState.PAID] * 2
    buyer.reload()
    steps.has(buyer, "付款结果", "已付款，等供应商发货")

    crew = Crew(at_till)
    send(crew.on_phone(clerks[0].phone or ""))
    give_back(crew.on_phone(clerks[1].phone or ""))
    jobs.run_due()
    assert sorted(states()) == sorted([OrderState.SHIPPED, OrderState.CANCELLED])

    buyer.goto("/orders?tab=receive")
    buyer.locator("a[href*='/orders/']:visible").first.click()
    steps.press(buyer, "确认收货")
    steps.has(buyer, "已收货")
    assert OrderState.RECEIVED in states()
    stock = db.session.execute(sa.select(OfferStock.on_hand, OfferStock.reserved).order_by(OfferStock.offer_id)).all()
    assert [tuple(row) for row in stock] == [(10_000_000 - 5_000, 0), (10_000_000, 0)]


def send(page: Page) -> None:
    page.goto("/supplier/orders?tab=to-send")
    steps.follow(page, "去发货")
    steps.follow(page, "填送货单")
    page.locator("[name^=qty-]").first.fill("1")
    page.locator("[name^=commitment-]").first.fill("HGZ-2026-002")
    page.locator("select[name=courier-1]").select_option("jt")
    page.locator("[name=tracking-1]").fill("JT0001234567890")
    steps.press(page, "生成送货单")


def give_back(page: Page) -> None:
    page.goto("/supplier/orders?tab=to-send")
    steps.follow(page, "去发货")
    page.get_by_text("无法发货，退款").click()
    steps.write(page, reason="霜冻，没有货了")
    steps.press(page, "全额退款")
