"""Two people weigh and sign on real phones; the pages are clean for everybody."""

import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from core.db import db
from core.people.models import Person
from market.models.delivery import Acceptance, DeliveryLine
from tests import make
from tests.make.core import PASSWORD
from tests.support.browser import DESK, PHONE, violations


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def enter(page: Page, who: Person) -> None:
    page.goto("/login")
    page.get_by_label("账号或手机号").fill(who.phone or "")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk")


def looked_at(page: Page, name: str) -> None:
    """No fault for people who see or reach badly; a picture where XINGCUN_SHOTS says so."""
    if shots := os.environ.get("XINGCUN_SHOTS"):
        page.screenshot(path=str(Path(shots) / f"{name}.png"), full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_phones_weigh_and_sign(new_page: Any, line: make.Line) -> None:
    pork = make.product(line.supplier, name="示例黑木耳", category="fungi-muer", pack_qty=500)
    sent = make.delivery(line, make.order(line, (make.product(line.supplier), 20), (pork, 10)), 103_250, 5_000)
    first, second = new_page(PHONE), new_page(PHONE)
    enter(first, line.receiver.person)
    first.goto("/canteen/deliveries")
    looked_at(first, "receiving-desk-390")
    first.get_by_role("link", name="称重验收").last.click()
    cabbage, fungus = db.session.scalars(sa.select(DeliveryLine.id).order_by(DeliveryLine.id))
    first.locator(f"[name=accepted-{cabbage}]").fill("120+83.5")
    assert "203.5" in first.locator(".field__sum").first.inner_text()
    first.get_by_role("radio", name="部分合格").first.check()
    first.locator(f"[name=reason-{cabbage}]").select_option("rotten")
    first.locator(f"[name=accepted-{fungus}]").fill("10")
    looked_at(first, "receiving-weigh-390")
    first.get_by_role("button", name="签字并交第二人").click()
    first.get_by_text("第二位验收人", exact=True).wait_for()
    looked_at(first, "receiving-wait-390")

    enter(second, line.second.person)
    second.goto("/canteen/deliveries")
    second.get_by_role("link", name="核对并签字").click()
    looked_at(second, "receiving-sign-390")
    second.get_by_role("button", name="确认验收").click()
    second.get_by_text("已验收，金额").wait_for()
    looked_at(second, "receiving-signed-390")

    assert db.session.scalars(sa.select(Acceptance.second_signer_id)).one() == line.second.person.id
    wide = new_page(DESK)
    enter(wide, line.second.person)
    wide.goto("/canteen/deliveries")
    looked_at(wide, "receiving-desk-1440")
    wide.goto(f"/canteen/deliveries/{sent.id}")
    looked_at(wide, "receiving-signed-1440")


def test_without_javascript_too(new_page: Any, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    page = new_page({**PHONE, "java_script_enabled": False})
    enter(page, line.receiver.person)
    page.goto(f"/canteen/deliveries/{sent.id}?unit=kg")
    page.locator("[name^=accepted-]").fill("60+40")
    page.get_by_role("button", name="签字并交第二人").click()
    page.get_by_label("第二位验收人账号或手机号").fill(line.second.person.phone or "")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="第二人签字").click()

    page.get_by_text("已验收，金额").wait_for()
    assert db.session.scalars(sa.select(Acceptance.amount_fen)).one() == 520_00
