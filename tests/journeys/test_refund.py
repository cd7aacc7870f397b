"""A resident on a phone, from the search to the refund: the shop says no, the platform decides for the buyer."""

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from catalog.models.supplier import FreightRule
from catalog.rules.offer import SaleMode
from catalog.services import search_index
from core import jobs
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market import tasks
from market.models.after_sale import AfterSale
from market.rules.after_sale import AfterSaleState
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.journeys.test_resident import BUYER, pay_both, send
from tests.make import shop
from tests.support.alipay import Alipay
from tests.support.browser import PHONE


def stand(alipay: Alipay) -> tuple[str, str]:
    """A shop with a till and one product; the phones of its clerk and of the platform's operator."""
    supplier = make.supplier()
    shop.merchant(supplier, alipay.merchant())
    with transaction():
        db.session.add(FreightRule(supplier_id=supplier.id, base_fen=800, free_above_fen=None))
    make.product(supplier, name="示例白菜", sale_mode=SaleMode.BY_PACK)
    body = db.session.get_one(Organisation, supplier.organisation_id)
    clerk = make.seat(body, Role.SUPPLIER_CLERK).phone or ""
    operator = make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR).phone or ""
    with transaction():
        search_index.rebuild()
    return clerk, operator


def buy(page: Page) -> None:
    """Search, the cart, the code, the address, the payment."""
    page.goto("/")
    page.locator("input[name=q]:visible").first.fill("白菜")
    steps.press(page, "搜索")
    page.get_by_role("link", name="示例白菜").first.click()
    steps.press(page, "加入购物车")
    page.goto("/cart")
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
    steps.press(page, "提交订单")
    if page.get_by_role("button", name="用支付宝付款").count():
        steps.press(page, "用支付宝付款")
    pay_both(page)


def picture(page: Page) -> Any:
    return {"name": "bad.png", "mimeType": "image/png", "buffer": page.screenshot()}


def ask(page: Page) -> str:
    """The goods are here and rotten: a claim with a photo. → the case's address."""
    page.goto("/orders?tab=receive")
    page.locator("a[href*='/orders/']:visible").first.click()
    steps.press(page, "确认收货")
    steps.follow(page, "申请售后 示例白菜")
    steps.clean(page)
    page.locator("[name=photos]").set_input_files(picture(page))
    steps.write(page, text="箱底的白菜烂了")
    steps.press(page, "提交申请")
    steps.has(page, "等供应商答复", "箱底的白菜烂了")
    steps.clean(page)
    return page.url


def decline(page: Page) -> None:
    page.goto("/supplier/after-sales")
    steps.follow(page, "去处理")
    steps.clean(page)
    page.locator("summary", has_text="不同意").click()
    refusal = page.locator("form[action$='/refusal']")
    refusal.locator("textarea").fill("发货时是好的")
    steps.press(refusal, "不同意")
    steps.has(page, "供应商不同意")


def settle() -> None:
    """What the worker does in a minute; the server's own thread may be at the refund already."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        jobs.run_due()
        with transaction():
            tasks.follow_after_sales()
            if db.session.scalar(sa.select(AfterSale.state)) is AfterSaleState.REFUNDED:
                return
        time.sleep(0.2)


def test_a_resident_gets_the_money_back_although_the_shop_says_no(
    at_till: Callable[[dict[str, Any]], Page], alipay: Alipay
) -> None:
    clerk, operator = stand(alipay)
    buyer, crew = at_till(PHONE), Crew(at_till)
    buy(buyer)
    alipay.emulator.settle()
    send(crew.on_phone(clerk))
    case = ask(buyer)
    decline(crew.on_phone(clerk))

    buyer.goto(case)
    buyer.locator("form[action$='/appeal'] textarea").fill("打开就是烂的")
    steps.press(buyer, "申请平台处理")
    seller = crew.on_phone(clerk)
    seller.reload()
    seller.locator("form[action$='/messages'] textarea").fill("发货前拍过照片")
    steps.press(seller, "发送")

    desk = crew.at(operator)
    desk.goto("/platform/arbitration")
    steps.follow(desk, "去决定")
    steps.clean(desk)
    desk.locator("[name=ruling][value=refund]").check()
    desk.locator("form[action$='/decision'] textarea").fill("照片清楚，鲜活商品两天内提出")
    steps.press(desk, "作出决定")
    settle()

    buyer.goto(case)
    steps.has(buyer, "已退款", "照片清楚", "退款成功", "含运费¥8.00")
    steps.clean(buyer)
    buyer.goto("/after-sales")
    steps.has(buyer, "我的售后", "已退款")
    steps.clean(buyer)
