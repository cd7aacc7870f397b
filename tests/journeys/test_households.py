"""Households in a real browser: the village on a phone, town, county and finance at a desk; axe finds nothing."""

from typing import Any

import pytest
from flask import Flask

from catalog.models.income import IncomeSnapshot
from catalog.rules import income as rules
from catalog.rules.quarter import Quarter
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from tests import make
from tests.journeys import steps
from tests.make import households as homes
from tests.support.browser import DESK, PHONE

WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


@pytest.fixture
def village(app: Flask) -> tuple[Person, list[int]]:
    """Six households with two years of incomes up to the quarter that is due, and their worker."""
    who, by = homes.village_worker()
    ids = [homes.registered(by, homes.household_person("王小明")).id for _ in range(6)]
    due = rules.due(clock.today())
    quarters = [due.plus(-n) for n in range(1, 9)]
    with transaction():
        db.session.add_all(row(home, at, 2_000 + 300 * n) for n, home in enumerate(ids) for at in quarters)
    return who, ids


def row(home: int, at: Quarter, yuan: int) -> IncomeSnapshot:
    fen = yuan * 100 * (3 if at.year % 2 else 4)
    return IncomeSnapshot(
        household_id=home, year=at.year, quarter=at.number, version_no=1, members=3, wage_fen=fen, operating_fen=fen,
        operating_cost_fen=fen // 4, property_fen=0, transfer_fen=60_000, created_at=clock.now(),
    )  # fmt: skip


def test_the_village_looks_up_a_phone_and_it_is_shown_once(phone: Any, village: tuple[Person, list[int]]) -> None:
    who, [home, *_] = village
    steps.enter(phone, who.phone or "", make.core.PASSWORD)
    phone.goto(f"/households/{home}")
    steps.clean(phone)
    phone.get_by_text("查看完整号码").click()
    steps.write(phone, reason="核对走访时间")
    steps.press(phone, "查看一次")
    steps.has(phone, "王小明", "139", "只显示这一次")
    steps.clean(phone)
    steps.follow(phone, "看完了，返回")
    steps.has(phone, "王**")


@WIDTHS
def test_the_village_s_pages(new_page: Any, village: tuple[Person, list[int]], device: dict[str, Any]) -> None:
    who, [home, *_] = village
    page = new_page(device)
    steps.enter(page, who.phone or "", make.core.PASSWORD)
    for address in ("/households", "/households/new", "/households/intake", "/households/incomes",
                    f"/households/{home}/income?quarter={rules.due(clock.today())}"):  # fmt: skip
        page.goto(address)
        steps.clean(page)


@WIDTHS
def test_town_county_and_finance(new_page: Any, village: tuple[Person, list[int]], device: dict[str, Any]) -> None:
    finance = make.organisation(OrganisationKind.FINANCE)
    for who, addresses in (
        (homes.township_clerk()[0], ("/households/analysis", "/households/red", "/households/exports")),
        (homes.linkage_officer()[0], ("/households/targets", "/households/looks", "/households/red")),
        (make.seat(finance, Role.FINANCE_AUDITOR), ("/households/sums", "/households/exports/waiting")),
    ):
        page = new_page(device)
        steps.enter(page, who.phone or "", make.core.PASSWORD)
        for address in addresses:
            page.goto(address)
            steps.clean(page)
    page.goto("/impact")
    steps.clean(page)
