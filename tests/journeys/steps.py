"""What people do in a journey: each step is one person at one page, by the words that stand there."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Locator, Page

from core import clock
from core.db import db
from core.people.models import SentMessage
from market.models.delivery import DeliveryLine
from tests.make.core import PASSWORD
from tests.support.browser import DESK, PHONE, violations

NewPage = Callable[[dict[str, Any]], Page]


class Crew:
    """People by name, each with a device and a session of their own."""

    def __init__(self, new_page: NewPage) -> None:
        self._new_page = new_page
        self._pages: dict[str, Page] = {}

    def at(self, login: str, *, device: dict[str, Any] = DESK, password: str = PASSWORD) -> Page:
        """The person's page, logged in at the first call."""
        if login not in self._pages:
            page = self._pages[login] = self._new_page(device)
            enter(page, login, password)
        return self._pages[login]

    def on_phone(self, login: str) -> Page:
        return self.at(login, device=PHONE)

    def by_code(self, phone: str, *, device: dict[str, Any] = DESK) -> Page:
        """The page of somebody who was invited and has no password: the SMS code opens it."""
        if phone not in self._pages:
            page = self._pages[phone] = self._new_page(device)
            page.goto("/login/code")
            enter_by_code(page, phone)
        return self._pages[phone]


def enter(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    write(page, login=login, password=password)
    press(page, "登录")
    agree(page)


def enter_by_code(page: Page, phone: str) -> None:
    write(page, phone=phone)
    press(page, "获取验证码")
    write(page, code=code_sent_to(phone))
    press(page, "登录")
    agree(page)


def agree(page: Page) -> None:
    """Whoever sells or buys says yes to what binds, where the log-in asked for it."""
    if "/terms/consent" in page.url:
        for box in page.locator("input[name=version]").all():
            box.check()
        press(page, "同意并继续")


def code_sent_to(phone: str) -> str:
    """The six digits in the last message of the fake gateway."""
    db.session.rollback()
    text = db.session.scalars(
        sa.select(SentMessage.text).where(SentMessage.phone == phone).order_by(SentMessage.id.desc()).limit(1)
    ).one()
    found = re.search(r"\d{6}", text)
    assert found is not None, text
    return found[0]


def write(page: Page, **fields: str) -> None:
    """Fill in fields by their names."""
    for name, value in fields.items():
        page.locator(f"[name={name}]:visible").first.fill(value)


def choose(page: Page, part: str, *, of: str) -> None:
    """Choose in the list named `of` the first entry that holds the words."""
    words = page.locator(f"select[name={of}] option").all_text_contents()
    found = next((word for word in words if part in word), None)
    assert found is not None, words
    page.locator(f"select[name={of}]").select_option(label=found.strip())


def press(page: Page | Locator, word: str) -> None:
    """Press the button of that word and wait for the answer."""
    button = page.get_by_role("button", name=word, exact=True).first
    owner = button.page
    with owner.expect_navigation():
        button.click()
    assert owner.locator(".alert-box--danger").count() == 0, owner.locator(".alert-box--danger").all_inner_texts()


def follow(page: Page, word: str) -> None:
    page.get_by_role("link", name=word).first.click()
    page.wait_for_load_state()


def has(page: Page, *words: str) -> None:
    """The page says all of it."""
    text = re.sub(r"\s+", "", page.locator("body").inner_text())
    assert [word for word in words if word not in text] == [], text[:1500]


def clean(page: Page) -> None:
    """Nobody is kept out by how the page is made, and nothing sticks out at the side."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


# --- the canteen's line ------------------------------------------------------------------------------


def plan(page: Page, *, goods: str, packs: int, vendor: str) -> str:
    """Write a plan of one product from here and flour of an ordinary vendor, and submit it. → its address."""
    page.goto("/canteen/plans/new")
    day = clock.today() + timedelta(days=1)
    write(page, period_from=day.isoformat(), period_to=day.isoformat())
    press(page, "开始编制")
    address = page.url
    follow(page, "加平台商品")
    page.get_by_label(f"{goods}箱数量", exact=True).fill(str(packs))
    press(page, "加入")
    follow(page, "回到计划")
    follow(page, "加普通商品")
    write(page, goods="面粉", quantity="1000", price="2.20", vendor=vendor)
    page.locator("select[name=category]").select_option(label="面粉")
    press(page, "加入计划")
    press(page, "提交审批")
    return address


def approve(page: Page, address: str) -> None:
    page.goto(address)
    press(page, "批准")


def place_orders(page: Page, address: str) -> None:
    page.goto(address)
    follow(page, "去下单")
    press(page, "下单")


def send_goods(page: Page, *, kilos: str) -> None:
    """The supplier confirms the first new order and sends one line of it."""
    page.goto("/supplier/orders")
    follow(page, "去确认")
    press(page, "确认供货")
    follow(page, "填送货单")
    page.locator("[name^=qty-]").first.fill(kilos)
    page.locator("[name^=harvested-]").first.fill((clock.today() - timedelta(days=1)).isoformat())
    page.locator("[name^=commitment-]").first.fill("HGZ-2026-001")
    write(page, driver="示例司机")
    press(page, "生成送货单")


def weigh(page: Page, *, kilos: str, back: str) -> None:
    """The first signer: so much good, so much back, a picture of it."""
    page.goto("/canteen/deliveries")
    follow(page, "称重验收")
    if page.get_by_role("link", name="改用公斤").count():
        follow(page, "改用公斤")
    db.session.rollback()
    line = db.session.scalars(sa.select(DeliveryLine.id)).one()
    page.locator(f"[name=accepted-{line}]").fill(kilos)
    page.get_by_role("radio", name="部分合格").check()
    page.locator(f"[name=rejected-{line}]").fill(back)
    page.locator(f"[name=reason-{line}]").select_option("rotten")
    page.locator("[name=photos]").set_input_files(
        {"name": "scales.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    press(page, "签字并交第二人")


def sign(page: Page) -> None:
    page.goto("/canteen/deliveries")
    follow(page, "核对并签字")
    press(page, "确认验收")


def pay(page: Page, *, yuan: str, invoice: str = "12345678", voucher: Path | None = None) -> None:
    """Invoice, slip, and the word that the bank was told."""
    page.goto("/unit/payments")
    page.locator("input[name=acceptance]").first.check()
    press(page, "登记发票")
    write(page, number=invoice, total_fen=yuan)
    press(page, "登记发票")
    page.locator("input[name=acceptance]").first.check()
    press(page, "填付款单")
    write(page, bank_day_on=clock.today().isoformat(), bank_serial="GH20261123001")
    if voucher is not None:
        page.locator("[name=voucher]").set_input_files(voucher)
    press(page, "登记已付款")


def money_has_come(page: Page) -> None:
    page.goto("/supplier/receivables")
    with page.expect_navigation():
        page.get_by_role("button", name="已到账").first.click()
