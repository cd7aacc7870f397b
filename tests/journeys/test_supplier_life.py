"""A supplier's life on a phone: from the first form to the label that anybody reads on a batch of its goods."""

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from catalog.services import publications, search_index
from core import clock
from core.db import db, transaction
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.journeys.test_admission import APPLICANT, apply, let_time_pass, pass_on
from tests.journeys.test_farm import sign
from tests.make import admission
from tests.make.catalogue_staff import GREEN_NUMBER
from tests.support.browser import DESK, PHONE

SELLER, GOODS = "示例灵芝合作社", "示例黑木耳"


def visit(page: Page, address: str) -> None:
    """Go there; the page is whole and keeps nobody out."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    steps.clean(page)


def picture(page: Page, name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/png", "buffer": page.screenshot()}


def become_supplier(crew: Crew, by: admission.Officers, household: str) -> Page:
    """Apply, be judged by three desks, stand in public; the night's job opens the shop. → the clerk's phone."""
    phone = crew.by_code(APPLICANT, device=PHONE)
    at = apply(phone, household)
    for name in ("township", "agriculture", "linkage"):
        pass_on(crew.at(by.people[name].phone or "", device=PHONE if name == "township" else DESK))
    visit(phone, at)
    steps.has(phone, "正在公示")
    with transaction():
        assert publications.activate_due() == (0, 0)
    let_time_pass()
    with transaction():
        assert publications.activate_due() == (1, 0)
    visit(phone, at)
    steps.has(phone, "已经入驻")
    steps.press(phone, "进入工作台")
    steps.clean(phone)
    return phone


def register_certificate(phone: Page) -> None:
    visit(phone, "/supplier/certificates")
    steps.follow(phone, "登记证书")
    steps.clean(phone)
    phone.locator("select[name=kind]").select_option("green")
    today = clock.today()
    steps.write(
        phone, number=GREEN_NUMBER, issuer="中国绿色食品发展中心", approved="5000",
        valid_from=(today - timedelta(days=100)).isoformat(), valid_to=(today + timedelta(days=900)).isoformat(),
    )  # fmt: skip
    phone.locator("[name=scan]").set_input_files(picture(phone, "green.png"))
    steps.press(phone, "登记")
    steps.has(phone, GREEN_NUMBER, "待核验")
    steps.clean(phone)


def verify_certificate(office: Page) -> None:
    visit(office, "/register/certificates")
    steps.has(office, SELLER)
    steps.follow(office, "绿色食品")
    steps.clean(office)
    steps.press(office, "核验无误，生效")
    steps.clean(office)


def list_product(phone: Page) -> str:
    """The clerk photographs the goods, says the pack and hands them in. → the product's address."""
    visit(phone, "/supplier/products/new")
    steps.write(phone, name=GOODS, description="青沟子村的椴木木耳", seasons="9-11")
    steps.choose(phone, "黑木耳", of="category")
    steps.choose(phone, "青沟子村", of="origin")
    phone.locator("[name=pictures]").set_input_files(picture(phone, "goods.png"))
    steps.press(phone, "下一步：规格和价格")
    steps.clean(phone)
    steps.write(phone, pack_name="袋", content="250", price="48", on_hand="40")
    phone.locator("select[name=sale_mode]").select_option("by_pack")
    phone.locator("select[name=unit]").select_option("g")
    phone.locator("select[name=per]").select_option("jin")
    steps.press(phone, "保存规格")
    steps.clean(phone)
    assert phone.locator("img[src*='/files/']").count()
    address = phone.url
    steps.press(phone, "提交审核")
    steps.has(phone, "待产地核实")
    return address


def cover_product(phone: Page) -> None:
    """The certificate of before is said to cover the new product; it has to be looked at again."""
    visit(phone, "/supplier/certificates")
    steps.follow(phone, "办理")
    phone.get_by_label(GOODS, exact=True).check()
    steps.press(phone, "保存")
    steps.has(phone, GOODS, "待核验")


def bring_to_shelf(township: Page, operator: Page) -> None:
    visit(township, "/township/products")
    township.locator("td.acts a", has_text="核实").first.click()
    steps.has(township, "青沟子村", "脱贫村")
    steps.clean(township)
    steps.press(township, "确认产地")
    visit(operator, "/operator/products")
    operator.get_by_role("link", name=GOODS).first.click()
    steps.clean(operator)
    steps.press(operator, "通过并上架")


def find_by_initials(visitor: Page) -> None:
    """Who types no Chinese finds it: the first letters of 黑木耳."""
    visit(visitor, "/")
    visitor.get_by_role("combobox", name="搜索商品").fill("hme")
    with visitor.expect_navigation():
        visitor.locator("form.search button").click()
    steps.clean(visitor)
    visitor.get_by_role("link", name=GOODS).first.click()
    visitor.wait_for_url("**/products/P*")
    steps.clean(visitor)
    steps.has(visitor, GOODS, SELLER, "绿色食品")


def buy_from(phone: Page, household: str, harvested: str) -> None:
    """In the village: a household's goods are weighed and signed for on the screen."""
    visit(phone, "/farm/purchases/new")
    steps.write(phone, household=household, harvested_on=harvested, weighings="19.2+16.7", price="30")
    steps.choose(phone, GOODS, of="product")
    sign(phone)
    phone.get_by_role("button", name="保存收购单").click()
    expect(phone.locator("[data-sent-list] > li")).to_have_count(1)


def label_of_lot(phone: Page) -> str:
    """The clerk opens the lot that the purchase made. → the public address behind its code."""
    visit(phone, "/farm/lots")
    steps.has(phone, GOODS, "35.9")
    phone.locator("th[scope=row] a").first.click()
    steps.clean(phone)
    steps.follow(phone, "批次码与召回")
    steps.clean(phone)
    address = phone.get_by_role("link", name="打开公开页").get_attribute("href")
    assert address is not None
    assert re.fullmatch(r"/lot/\w+", address)
    return address


def test_from_the_first_form_to_the_label_on_a_batch(app: Flask, new_page: Any) -> None:
    make.village_is_exited()
    by, crew, household = admission.officers(), Crew(new_page), make.household().code
    harvested = clock.today() - timedelta(days=1)
    db.session.rollback()
    agriculture, operator = (crew.at(by.people[n].phone or "") for n in ("agriculture", "operator"))
    township = crew.on_phone(by.people["township"].phone or "")

    clerk = become_supplier(crew, by, household)
    register_certificate(clerk)
    verify_certificate(agriculture)
    product = list_product(clerk)
    cover_product(clerk)
    verify_certificate(agriculture)
    bring_to_shelf(township, operator)
    visit(clerk, product)
    steps.has(clerk, "在售")
    with transaction():  # what the worker does within seconds; here nobody else runs
        search_index.rebuild()
    find_by_initials(new_page(PHONE))

    buy_from(clerk, household, harvested.isoformat())
    stranger = new_page(PHONE)
    visit(stranger, label_of_lot(clerk))
    steps.has(
        stranger, GOODS, "青沟子村", "脱贫村", SELLER, f"绿色食品{GREEN_NUMBER}", f"{harvested}采收", "向农户收购"
    )
    assert household not in stranger.content()
