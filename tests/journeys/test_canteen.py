"""A canteen's cabbage from the plan to the finance page, by five people of a school, a supplier and finance (3.1).

The figures are those of the worked example: 20 boxes at 2.60 yuan a 斤, 103.25 kg brought, 101.75 kg good, 529.10 yuan.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.people.models import Person
from core.trail.verify import verify
from market.models.delivery import Acceptance
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew


@pytest.fixture
def line(app: Flask) -> make.Line:
    """Everybody between the field and the plate, a filing of 400,000 yuan in force, cabbage on the shelf."""
    made = make.line()
    make.product(made.supplier)
    make.declared(made.unit, 400_000_00, year=clock.today().year)
    return made


@pytest.fixture
def officer(app: Flask) -> Person:
    return make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER, name="财政庚")


def completed(page: Page, unit: str) -> str:
    """What the finance page says is done for the unit, in yuan."""
    page.goto("/finance?scheme=L")
    row = page.locator("tr").filter(has=page.get_by_role("rowheader", name=unit))
    return row.locator('[data-l="已完成"]').inner_text()


def phone(party: make.market.Party) -> str:
    return party.person.phone or ""


def test_five_people_bring_cabbage_from_the_plan_to_the_finance_page(
    new_page: Any, line: make.Line, officer: Person
) -> None:
    crew, unit = Crew(new_page), line.unit.name
    finance = crew.at(officer.phone or "")
    assert completed(finance, unit) == "0.00"

    orderer = crew.at(phone(line.orderer))
    address = steps.plan(orderer, goods="示例白菜", packs=20, vendor="示例粮油店")
    steps.approve(crew.at(phone(line.approver)), address)
    steps.place_orders(orderer, address)
    seller = crew.on_phone(phone(line.seller))
    steps.send_goods(seller, kilos="103.25")
    steps.weigh(crew.on_phone(phone(line.receiver)), kilos="50.5+51.25", back="1.5")
    steps.sign(crew.on_phone(phone(line.second)))
    assert completed(finance, unit) == "0.00"  # accepted is not yet paid

    steps.pay(crew.at(phone(line.payer)), yuan="529.10")
    assert completed(finance, unit) == "0.00"  # declared is not yet confirmed
    steps.money_has_come(seller)

    assert completed(finance, unit) == "529.10"
    db.session.rollback()
    assert db.session.scalars(sa.select(Acceptance.amount_fen)).one() == 529_10
    assert not verify().broken
