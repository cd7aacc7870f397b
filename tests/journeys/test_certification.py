"""The certification help and the commitment certificate in a real browser: clean at both widths, inspected by phone."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from catalog.rules.certification import CertificationState
from catalog.rules.commitment import CommitmentBasis
from catalog.services import certification_office, commitments, harvests
from catalog.services import inspections as visits
from core import clock
from core.db import db, transaction
from core.quantity import KG
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.make import certification as cert
from tests.make.certification import Office
from tests.support.browser import DESK, PHONE

S = CertificationState
WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


@pytest.fixture
def of(app: Flask) -> Office:
    make.village_is_exited()
    return cert.office()


def planned(of: Office, id_: int) -> int:
    with transaction():
        return visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id


def signed(page: Page, visit_id: int) -> None:
    """Press 签字 with 通过 chosen."""
    page.goto(f"/inspections/{visit_id}")
    page.locator("#sign .seg label", has_text="通过").first.click()
    steps.press(page, "签字")


@WIDTHS
def test_pages_keep_nobody_out(new_page: Any, of: Office, device: dict[str, Any]) -> None:
    waiting, seen = cert.handed_in(of), cert.brought_to(of, S.INSPECTION)
    sent = cert.brought_to(of, S.SENT)
    with transaction():
        certification_office.ask(waiting, "请补地块图", at=S.INTAKE, by=of.officer)
    visit_id = planned(of, seen)
    db.session.rollback()
    office, mine = "/agriculture/certification", "/supplier/certification"
    crew = Crew(new_page)
    for who, paths in (
        (of.officer_person, (office, f"{office}/list", f"{office}/figures", f"{office}/limits", f"{office}/{waiting}",
                             f"{office}/{seen}", f"{office}/{sent}")),
        (of.of.clerk_person, (mine, f"{mine}/new", f"{mine}/{waiting}", f"{mine}/{sent}")),
        (of.lead_person, ("/inspections", f"/inspections/{visit_id}")),
    ):  # fmt: skip
        page = crew.at(who.phone or "", device=device)
        for path in paths:
            page.goto(path)
            steps.clean(page)


def test_two_inspectors_do_the_visit_on_their_phones(new_page: Any, of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    visit_id = planned(of, id_)
    db.session.rollback()
    crew = Crew(new_page)
    lead = crew.on_phone(of.lead_person.phone or "")
    lead.goto("/inspections")
    steps.follow(lead, "去检查")
    for item in lead.locator(".checks > li").all():
        item.locator(".seg label").first.click()
    steps.press(lead, "保存检查记录")
    signed(lead, visit_id)
    second = crew.on_phone(of.second_person.phone or "")
    second.goto("/inspections")
    steps.has(second, "等您签字")
    signed(second, visit_id)

    assert cert.row(id_).state is S.MONITORING


@WIDTHS
def test_the_commitment_certificate(new_page: Any, app: Flask, device: dict[str, Any]) -> None:
    line = make.line()
    offer = make.product(line.supplier)
    with transaction():
        lot_id = harvests.write(
            harvests.Harvest("a-key-of-the-field-9", offer.product_id, "200", KG, clock.today(), "地块"),
            by=line.seller.actor,
        ).lot_id
        made = commitments.issue(
            commitments.Promise(lot_id, 100_000, frozenset({CommitmentBasis.CONTROL}), "0439-0000000"),
            by=line.seller.actor,
        )
        path, token = f"/supplier/commitments/{made.id}", made.token
    db.session.rollback()
    page = Crew(new_page).at(line.seller.person.phone or "", device=device)
    for address in ("/supplier/commitments", "/supplier/commitments/new", path, f"{path}/new"):
        page.goto(address)
        steps.clean(page)
    guest = new_page(device)
    guest.goto(f"/commitments/{token}")
    steps.clean(guest)
    steps.has(guest, "有效", "100kg", "0439-0000000")
