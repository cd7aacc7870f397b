"""The search box in a browser: offers by keyboard and by finger, read aloud, and a form that needs no script."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from catalog.services import search_index
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.support import browser as chromium

WIDTHS = pytest.mark.parametrize("device", [chromium.PHONE, chromium.DESK], ids=["phone", "desk"])


@pytest.fixture
def shelf(live_server: str, app: Flask) -> None:
    of = make.supplier("示例山货合作社")
    for name, category in (("示例黑木耳", "fungi-muer"), ("示例木耳礼盒", "fungi-muer"), ("示例大米", "grain-rice")):
        make.product(of, name=name, category=category)
    with transaction():
        search_index.rebuild()
    db.session.rollback()


@WIDTHS
def test_offers_are_chosen_by_keyboard_and_read_aloud(new_page: Any, shelf: None, device: dict[str, Any]) -> None:
    page = new_page(device)
    page.goto("/")
    box = page.get_by_role("combobox", name="搜索商品")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("mue")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("木耳")
    expect(box).to_have_attribute("aria-expanded", "true")
    steps.clean(page)
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "search-offer-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = box.input_value()
    assert "木耳" in chosen
    box.press("Escape")
    expect(box).to_have_value("mue")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_title(re.compile(re.escape(chosen)))
    expect(page.locator("mark").first).to_be_visible()
    steps.clean(page)
    page.get_by_role("link", name="为什么排在这里").first.click()
    expect(page.get_by_role("heading", name="为什么排在这里")).to_be_visible()
    steps.clean(page)
    page.goto("/products?q=示例没有的xyz")
    steps.clean(page)


def test_the_search_needs_no_script(chrome: Browser, live_server: str, shelf: None) -> None:
    context = chrome.new_context(base_url=live_server, java_script_enabled=False, **chromium.IN_THE_COUNTY)
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=q]").fill("有机 muer")
    page.locator("form.search button").click()
    assert page.get_by_text("示例黑木耳").count() or page.get_by_role("link", name="示例黑木耳").count()
    context.close()


@WIDTHS
def test_the_operators_pages(new_page: Any, shelf: None, device: dict[str, Any]) -> None:
    operator = make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR)
    page = Crew(new_page).at(operator.phone or "", device=device)
    for path in ("/operator/search", "/operator/search/synonyms?q=土豆", "/operator/search/synonyms/new",
                 "/operator/search/synonyms/1"):  # fmt: skip
        page.goto(path)
        steps.clean(page)
