"""Household linkage in a browser, at both widths: several attested at one press, the household's answer, the score."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from catalog.models.benefit import HouseholdBenefit
from catalog.rules.benefit import BenefitState
from catalog.services import attesting, scoring
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Organisation
from tests import make
from tests.journeys import steps
from tests.make import effects as builders
from tests.make.catalog import VILLAGE
from tests.make.core import PASSWORD
from tests.support.browser import DESK, PHONE

WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


def enter(page: Page, phone: str) -> None:
    page.goto("/login")
    page.fill("input[name=login]", phone)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


@WIDTHS
def test_a_village_attests_and_a_household_answers(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    seller = make.supplier("示例合作社")
    ids = [
        builders.benefit(seller, make.household(), 600_00, date(2026, 8, 2), state=BenefitState.DRAFT).id
        for _ in range(3)
    ]
    body = make.organisation(OrganisationKind.VILLAGE, place_code=VILLAGE)
    phone = make.seat(body, Role.VILLAGE_WORKER).phone or ""
    db.session.rollback()
    page = new_page(device)
    enter(page, phone)
    page.goto("/village/benefits")
    steps.clean(page)
    for box in page.locator("input[name=benefit]").all():
        box.check()
    page.get_by_role("button", name="核实属实").click()
    expect(page.get_by_text("已核实 3 笔")).to_be_visible()
    with transaction():
        token = attesting.new_link(ids[0])
    guest = new_page(device)
    guest.goto(f"/b/{token}")
    steps.clean(guest)
    guest.get_by_role("button", name="收到了，金额对").click()
    expect(guest.get_by_text("您已确认收到")).to_be_visible()
    db.session.rollback()
    states = set(db.session.scalars(sa.select(HouseholdBenefit.state)))
    assert states == {BenefitState.ATTESTED, BenefitState.CONFIRMED}


@WIDTHS
def test_scores_for_their_readers(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    seller = make.supplier("示例合作社")
    for _ in range(6):
        builders.benefit(seller, make.household(), 1_600_00, date(2026, 8, 2))
    with clock.frozen(datetime(2026, 11, 1, tzinfo=UTC)), transaction():
        scoring.compute()
    shop = db.session.get_one(Organisation, seller.organisation_id)
    office = make.organisation(OrganisationKind.REVITALISATION, place_code="220681")
    clerk, officer = (
        make.seat(shop, Role.SUPPLIER_CLERK).phone or "",
        make.seat(office, Role.LINKAGE_OFFICER).phone or "",
    )
    seller_id = seller.id
    db.session.rollback()
    page = new_page(device)
    enter(page, clerk)
    page.goto("/supplier/score")
    page.locator("details.why summary").first.click()
    expect(page.get_by_text("四季销售额")).to_be_visible()
    steps.clean(page)
    for path in ("/supplier/benefits", "/supplier/benefits/new", "/supplier/agreements/new", "/linkage-effect"):
        page.goto(path)
        steps.clean(page)
    desk = new_page(device)
    enter(desk, officer)
    for path in ("/linkage", f"/linkage/suppliers/{seller_id}", "/linkage/benefits?state=", "/linkage/checks"):
        desk.goto(path)
        steps.clean(desk)
