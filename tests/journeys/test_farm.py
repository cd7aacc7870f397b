"""The village without network: notes written on a phone, sent once when it is back."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, Route, expect

from catalog.models.benefit import HouseholdBenefit
from catalog.models.lots import LotBalance
from catalog.models.product import Product
from catalog.models.purchase import PurchaseNote
from catalog.rules.listing import ProductState
from catalog.services import payouts
from core import codes
from core.db import db, transaction
from tests.journeys.steps import enter
from tests.make import farm as farms
from tests.make.farm import Farm
from tests.support import browser

NEW = "/farm/purchases/new"


@pytest.fixture
def farm(app: Flask) -> Farm:
    made = farms.farm()
    db.session.rollback()
    return made


def open_page(page: Page, of: Farm) -> None:
    enter(page, str(of.person.phone))
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(NEW)
    expect(page.locator("html[data-offline-ready='1']")).to_be_attached()


def sign(page: Page) -> None:
    canvas = page.locator("[data-sign]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 30, steps=4)
    page.mouse.up()


def write(page: Page, of: Farm, weighings: str, household: str | None = None) -> None:
    page.get_by_label("户编码").fill(household or of.household.code)
    page.get_by_label("商品").select_option(str(of.product_id))
    page.get_by_label("重量").fill(weighings)
    page.get_by_label("单价").fill("0.90")
    sign(page)
    page.get_by_role("button", name="保存收购单").click()


def weights() -> list[int]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(PurchaseNote.qty)))


def test_five_notes_without_network_are_posted_once_each(phone: Page, farm: Farm) -> None:
    open_page(phone, farm)
    phone.context.set_offline(True)
    phone.reload()  # the page works from what the phone kept
    for number in range(1, 6):
        write(phone, farm, f"{number}+0.5")
        expect(phone.locator("[data-queue-count]")).to_have_text(str(number))
    phone.reload()
    expect(phone.locator("[data-queue-list] > li")).to_have_count(5)
    assert weights() == []

    lost = [True, False, True, False]

    def swallow(route: Route) -> None:
        """Two answers are lost on their way back: the phone cannot know that the server has the notes."""
        answer = route.fetch()
        if lost and lost.pop():
            route.abort()
        else:
            route.fulfill(response=answer)

    phone.route("**/farm/purchases/sync", swallow)
    phone.context.set_offline(False)
    for _ in range(4):
        phone.wait_for_timeout(700)
        if phone.locator("[data-sync]").is_visible():
            phone.locator("[data-sync]").click()

    expect(phone.locator("[data-sent-list] > li")).to_have_count(5)
    expect(phone.locator("[data-queue]")).to_be_hidden()
    assert lost == []
    assert weights() == [1_500, 2_500, 3_500, 4_500, 5_500]
    assert db.session.scalar(sa.select(sa.func.count(HouseholdBenefit.id))) == 5
    assert db.session.scalars(sa.select(LotBalance.in_qty)).one() == 17_500


def test_a_conflict_is_kept_and_said_until_somebody_decides(phone: Page, farm: Farm) -> None:
    open_page(phone, farm)
    phone.context.set_offline(True)
    write(phone, farm, "10")
    with transaction():
        db.session.get_one(Product, farm.product_id).state = ProductState.WITHDRAWN
    phone.context.set_offline(False)

    expect(phone.locator(".queue__said")).to_contain_text("已下架")
    phone.reload()
    expect(phone.locator(".queue__said")).to_contain_text("已下架")
    assert weights() == []
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("button", name="删除").click()
    expect(phone.locator("[data-queue]")).to_be_hidden()


def test_the_page_is_for_everybody_at_both_widths(new_page: Any, farm: Farm, tmp_path: Path) -> None:
    for device in (browser.PHONE, browser.DESK):
        page = new_page(device)
        open_page(page, farm)
        write(page, farm, "19.2+16.7")
        expect(page.locator("[data-sent-list] > li")).to_have_count(1)
        assert browser.violations(page) == []
        page.locator("[data-sent-list] a").click()
        expect(page.locator(".sum")).to_contain_text("¥64.62")
        assert browser.violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_price_that_changed_meanwhile_is_asked_about_on_the_phone(phone: Page, farm: Farm) -> None:
    with transaction():
        payouts.post_price(farm.product_id, 9_000, by=farm.clerk)
    open_page(phone, farm)
    phone.context.set_offline(True)
    write(phone, farm, "10")
    with transaction():
        payouts.post_price(farm.product_id, 8_000, by=farm.clerk)
    phone.context.set_offline(False)

    expect(phone.locator(".queue__said")).to_contain_text("收购牌价已变")
    assert weights() == []
    phone.get_by_role("button", name="按约定价格上传").click()
    expect(phone.locator("[data-sent-list] > li")).to_have_count(1)
    assert weights() == [10_000]


DETECTOR = """
window.BarcodeDetector = class {
  constructor(given) { this.formats = given.formats; }
  async detect(picture) {
    if (!this.formats.includes("qr_code") || !picture.width) { throw new Error("no picture"); }
    return window.seen.shift() || [];
  }
};
"""


def card(page: Page, *codes_seen: str) -> None:
    """A browser that reads codes (the machine's Chromium has none), and what it will see on each picture."""
    found = [[{"rawValue": code}] if code else [] for code in codes_seen]
    page.add_init_script(f"window.seen = {json.dumps(found)};{DETECTOR}")


def test_a_card_is_read_off_its_picture(phone: Page, farm: Farm) -> None:
    printed = codes.with_check(farm.household.code)
    card(phone, "", printed.lower())
    open_page(phone, farm)
    photo = {"name": "card.png", "mimeType": "image/png", "buffer": farms.picture().getvalue()}
    scan, said = phone.locator("[data-scan-input]"), phone.locator("[data-scan-said]")

    scan.set_input_files(photo)  # type: ignore[arg-type]
    expect(said).to_contain_text("没有看清")
    expect(phone.get_by_label("户编码")).to_have_value("")
    scan.set_input_files(photo)  # type: ignore[arg-type]
    expect(said).to_have_text("已识别")
    expect(phone.get_by_label("户编码")).to_have_value(printed)

    write(phone, farm, "12.5", household=printed)
    expect(phone.locator("[data-sent-list] > li")).to_have_count(1)
    assert weights() == [12_500]


def test_a_browser_that_reads_no_codes_is_typed_into(phone: Page, farm: Farm) -> None:
    phone.add_init_script("delete window.BarcodeDetector;")
    open_page(phone, farm)
    expect(phone.locator("[data-scan]")).to_be_hidden()
    write(phone, farm, "12.5")
    expect(phone.locator("[data-sent-list] > li")).to_have_count(1)
    assert weights() == [12_500]
