"""In a browser: a clerk's phone, a township's phone, the operator's desk; what they see passes axe."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from core.db import db
from core.people.models import Person
from tests import make
from tests.make import catalogue_staff
from tests.make.core import PASSWORD
from tests.support.browser import DESK, PHONE, violations


def logged_in(page: Page, who: tuple[str, str]) -> Page:
    page.goto("/login")
    page.fill("[name=login]", who[0])
    page.fill("[name=password]", who[1])
    page.get_by_role("button", name="登录", exact=True).first.click()
    page.wait_for_url("**/desk")
    return page


def key(who: Person) -> tuple[str, str]:
    return str(who.phone), PASSWORD


@pytest.fixture
def people(app: Flask, live_server: str) -> list[tuple[str, str]]:
    make.village_is_exited()
    staff = catalogue_staff.staff()
    found = [key(who) for who in (staff.clerk_person, staff.township_person, staff.operator_person)]
    db.session.remove()
    return found


def test_a_phone_brings_a_product_to_the_shop_in_three_steps(
    new_page: Any, people: list[tuple[str, str]], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (300, 300), "sienna").save(photo)
    clerk = logged_in(new_page(PHONE), people[0])
    clerk.goto("/supplier/products/new")
    clerk.fill("[name=name]", "示例黑木耳")
    clerk.select_option("[name=category]", label="食用菌 / 黑木耳")
    clerk.select_option("[name=origin]", value="220681103200")
    clerk.set_input_files("[name=pictures]", photo)
    clerk.get_by_role("button", name="下一步").click()
    for name, value in (("pack_name", "袋"), ("content", "1"), ("price", "35.5"), ("on_hand", "10")):
        clerk.fill(f"[name={name}]", value)
    clerk.select_option("[name=sale_mode]", value="by_pack")
    assert violations(clerk) == []
    clerk.get_by_role("button", name="保存规格").click()
    clerk.get_by_role("button", name="提交审核").click()
    expect(clerk.get_by_text("已提交")).to_be_visible()
    assert violations(clerk) == []

    township = logged_in(new_page(PHONE), people[1])
    township.goto("/township/products")
    township.get_by_role("link", name="示例黑木耳", exact=True).click()
    assert violations(township) == []
    township.get_by_role("button", name="确认产地").click()

    operator = logged_in(new_page(DESK), people[2])
    operator.goto("/operator/products")
    operator.get_by_role("link", name="示例黑木耳", exact=True).click()
    assert violations(operator) == []
    operator.get_by_role("button", name="通过并上架").click()

    guest = new_page(PHONE)
    guest.goto("/products")
    guest.get_by_role("link", name="示例黑木耳").first.click()
    expect(guest.get_by_text("合 ¥35.50/500g")).to_be_visible()
    guest.get_by_role("link", name="看看这个村").click()
    assert violations(guest) == []
