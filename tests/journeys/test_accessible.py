"""The pages that everybody meets, at both widths: nothing that keeps somebody out, nothing that sticks out (5.6)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.rules.certificates import CertificateKind
from catalog.services import certificates
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from market.gateways.ports import Payee
from market.services import acceptance, certified_sales
from procurement.services import plan_lines, plans
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.make import shop
from tests.support.browser import DESK, PHONE

WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


@pytest.fixture
def line(app: Flask) -> make.Line:
    made = make.line()
    shop.merchant(made.supplier, Payee("2088000000000001"))
    make.declared(made.unit, 400_000_00, year=clock.today().year)
    return made


@pytest.fixture
def offer(line: make.Line) -> Offer:
    make.product(line.supplier, name="示例大葱")
    return make.product(line.supplier)


def draft(of: make.Line, offer: Offer) -> str:
    """A plan that warns: ten boxes from here. → its address."""
    day = clock.today() + timedelta(days=1)
    with transaction():
        made = plans.start(of.canteen.id, period_from=day, period_to=day, by=of.orderer.actor)
        plan_lines.add_offer(made.token, version=made.version, offer_id=offer.id, packs=10, by=of.orderer.actor)
    return f"/canteen/plans/{made.token}"


@WIDTHS
def test_the_shop(new_page: Any, offer: Offer, device: dict[str, Any]) -> None:
    sku = db.session.get_one(Product, offer.product_id).sku
    db.session.rollback()
    page = new_page(device)
    for address in ("/", "/products", f"/products/{sku}"):
        page.goto(address)
        steps.clean(page)
    steps.press(page, "加入购物车")
    page.goto("/cart")
    steps.clean(page)


@WIDTHS
def test_the_plan(new_page: Any, line: make.Line, offer: Offer, device: dict[str, Any]) -> None:
    address = draft(line, offer)
    page = Crew(new_page).at(line.orderer.person.phone or "", device=device)
    for path in ("/canteen", "/canteen/plans", address, f"{address}/offers", f"{address}/ordinary"):
        page.goto(path)
        steps.clean(page)


@WIDTHS
def test_the_acceptance(new_page: Any, line: make.Line, offer: Offer, device: dict[str, Any]) -> None:
    sent, counted = (make.delivery(line, make.order(line, (offer, 20))) for _ in range(2))
    with transaction():
        acceptance.count(counted.id, make.counts(counted, 1_500), by=line.receiver.actor)
    page = Crew(new_page).at(line.second.person.phone or "", device=device)
    for path in ("/canteen/deliveries", f"/canteen/deliveries/{sent.id}", f"/canteen/deliveries/{counted.id}"):
        page.goto(path)
        steps.clean(page)
    steps.press(page, "确认验收")
    steps.clean(page)


@WIDTHS
def test_finance(new_page: Any, line: make.Line, device: dict[str, Any]) -> None:
    officer = make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER)
    page = Crew(new_page).at(officer.phone or "", device=device)
    for path in ("/finance", f"/finance/units/{line.unit.id}", "/finance/transfers"):
        page.goto(path)
        steps.clean(page)


@WIDTHS
def test_certificates(new_page: Any, line: make.Line, offer: Offer, device: dict[str, Any]) -> None:
    """The supplier's own pages, the offices' register, the open sheet, the notice to a buyer, the page of the API."""
    made = make.certificate(line.supplier, CertificateKind.GREEN, offer.product_id)
    make.order(line, (offer, 1))
    office = make.organisation(OrganisationKind.AGRICULTURE)
    officer = make.seat(office, Role.AGRICULTURE_OFFICER)
    with transaction():
        by = make.actor(officer, office, Role.AGRICULTURE_OFFICER)
        certificates.suspend(made.id, "产地环境复查", by=by)
        certified_sales.tell_buyers()
    crew = Crew(new_page)
    rooms = (
        (
            line.seller.person,
            ("/supplier/certificates", f"/supplier/certificates/{made.id}", "/supplier/certificates/new"),
        ),
        (officer, ("/register/certificates", f"/register/certificates/{made.id}")),
        (line.orderer.person, ("/notices", f"/certificates/{made.code}", "/api/v1")),
    )
    for who, paths in rooms:
        page = crew.at(who.phone or "", device=device)
        for path in paths:
            page.goto(path)
            steps.clean(page)
