"""The farm's pages at both widths: nothing that keeps somebody out, nothing that sticks out."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.purchase import BankFile, PurchaseNote
from catalog.rules.benefit import PayMethod
from catalog.services import payouts
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from market.services import pairings
from market.services.pairings import Proposal
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.journeys.test_accessible import WIDTHS
from tests.make import farm as farms
from tests.make.catalog import VILLAGE
from tests.make.farm import Farm


@pytest.fixture
def farm(app: Flask) -> Farm:
    made = farms.farm()
    farms.purchase(made, pay_method=PayMethod.CASH)
    farms.purchase(made, deduction_fen=100, deduction_reason="泥土")
    with transaction():
        payouts.post_price(made.product_id, 9_000, by=made.clerk)
        payouts.take_result("单号,金额,付款日期\nX,1.00,2026-11-20".encode(), name="结果.csv", by=made.clerk)
    return made


@WIDTHS
def test_the_clerks_pages(new_page: Any, farm: Farm, device: dict[str, Any]) -> None:
    note = db.session.scalars(sa.select(PurchaseNote).order_by(PurchaseNote.id.desc()).limit(1)).one()
    file = db.session.scalars(sa.select(BankFile)).one()
    paths = (
        "/farm/purchases", "/farm/purchases/new", f"/farm/purchases/{note.id}", "/farm/lots",
        f"/farm/lots/{note.lot_id}", "/farm/lots/harvests/new", "/farm/payables",
        f"/farm/payables/results/{file.id}", "/farm/prices",
    )  # fmt: skip
    db.session.rollback()
    page = Crew(new_page).at(str(farm.person.phone), device=device)
    for path in paths:
        page.goto(path)
        steps.clean(page)


@WIDTHS
def test_the_villages_pages(new_page: Any, farm: Farm, device: dict[str, Any]) -> None:
    person, _ = farms.village_worker()
    page = Crew(new_page).at(str(person.phone), device=device)
    for path in ("/desk", "/farm/purchases", "/farm/purchases/new", "/farm/crops", "/farm/cards"):
        page.goto(path)
        steps.clean(page)


@WIDTHS
def test_a_companys_pages(new_page: Any, app: Flask, device: dict[str, Any]) -> None:
    company, office = (
        make.organisation(kind) for kind in (OrganisationKind.ENTERPRISE, OrganisationKind.REVITALISATION)
    )
    buyer, officer = make.seat(company, Role.ENTERPRISE_BUYER), make.seat(office, Role.LINKAGE_OFFICER)
    by = make.actor(buyer, company, Role.ENTERPRISE_BUYER)
    with transaction():
        pairing_id = pairings.propose(Proposal(VILLAGE, clock.today(), None, "示例"), by=by).id
    for who, approve in ((officer, True), (buyer, False)):
        page = Crew(new_page).at(str(who.phone), device=device)
        for path in ("/pairings", f"/pairings/{pairing_id}", "/outside-sales", "/village-partners"):
            page.goto(path)
            steps.clean(page)
        if approve:
            with transaction():
                by_office = make.actor(who, office, Role.LINKAGE_OFFICER)
                pairings.decide(pairing_id, agreed=True, reason="", by=by_office)
    for path in ("/pairings/new", "/outside-sales/new"):
        page.goto(path)
        steps.clean(page)
