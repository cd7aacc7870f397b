"""Finance's pages in a browser, on a desk and on a phone: nothing for axe to find, nothing wider than the screen."""

from typing import Any

import pytest
from playwright.sync_api import Page

from core.access.roles import OrganisationKind, Role
from core.db import db
from tests import make
from tests.make import trade
from tests.make.core import PASSWORD
from tests.procurement.ledger_world import World
from tests.support import browser


def built() -> tuple[str, list[str]]:
    """An officer's phone number, and the pages to look at."""
    world = World()
    make.declared(world.unit, 1_040_01)
    made = world.accept("2026-05-08", 20_000, rejected_qty=500)
    (line,) = trade.lines_of(made)
    world.pay("2026-06-02", (line, 104_00))
    world.accept("2026-05-09", 10_000, origin="220681100200")
    officer = make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER)
    unit = f"/finance/units/{world.unit.id}"
    pages = ["/finance?year=2026", f"{unit}?year=2026&scheme=L", f"{unit}/months/5?year=2026",
             f"{unit}/not-counted?year=2026", f"/finance/acceptances/{made.token}", "/declarations/queue"]  # fmt: skip
    phone = str(officer.phone)
    db.session.rollback()
    return phone, pages


def enter(page: Page, phone: str) -> None:
    page.goto("/login")
    page.fill("[name=login]", phone)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url("**/desk*")


@pytest.mark.parametrize("device", [browser.DESK, browser.PHONE], ids=["desk", "phone"])
def test_nothing_for_axe_and_nothing_too_wide(new_page: Any, device: dict[str, Any]) -> None:
    phone, pages = built()
    page = new_page(device)
    enter(page, phone)
    for path in pages:
        page.goto(path)
        assert browser.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_the_arithmetic_opens_on_a_click(page: Page) -> None:
    phone, pages = built()
    enter(page, phone)
    page.goto(pages[0])
    page.locator("td.state a").first.click()
    assert page.locator("#why-L details[open]").count() == 1
    assert "应完成（向上取到分）" in page.locator("#why-L").inner_text()
    page.locator("#why-N details summary").click()
    assert page.locator("#why-N details[open]").count() == 1
