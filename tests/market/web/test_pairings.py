"""Pages of companies and villages: each role's acts on one page, the public list without persons."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.pairing import OutsideSale, PurchasePledge, VillagePairing
from market.rules.pairing import OutsideState, PairingState, PledgeState
from tests import make
from tests.make.catalog import VILLAGE
from tests.support.hygiene import faults

PDF = b"%PDF-1.4 bill"


@pytest.fixture
def people(app: Flask) -> dict[str, Person]:
    company = make.organisation(OrganisationKind.ENTERPRISE, "示例企业")
    village = make.organisation(OrganisationKind.VILLAGE, place_code=VILLAGE)
    office = make.organisation(OrganisationKind.REVITALISATION)
    return {
        "buyer": make.seat(company, Role.ENTERPRISE_BUYER),
        "village": make.seat(village, Role.VILLAGE_WORKER),
        "office": make.seat(office, Role.LINKAGE_OFFICER),
    }


def act(client: FlaskClient, who: Person, path: str, **data: object) -> int:
    make.log_in(client, who)
    return client.post(path, data=data).status_code


def proposed(client: FlaskClient, who: Person) -> int:
    day = clock.today().isoformat()
    data = {"village": VILLAGE, "starts_on": day, "contact": "韩示例", "contact_phone": "13800000001"}
    assert act(client, who, "/pairings/new", **data) == 303
    return db.session.scalars(sa.select(VillagePairing.id)).one()


def test_a_pairing_a_pledge_and_its_pages(client: FlaskClient, people: dict[str, Person]) -> None:
    pairing_id = proposed(client, people["buyer"])
    here, day = f"/pairings/{pairing_id}", clock.today().isoformat()
    assert act(client, people["office"], f"{here}/refuse", reason="") == 409
    assert act(client, people["office"], f"{here}/approve") == 303
    pledge = {"amount": "5000", "goods": "秋木耳", "first_on": day, "last_on": day}
    assert act(client, people["buyer"], f"{here}/pledges", **pledge) == 303
    assert act(client, people["buyer"], f"{here}/pledges", **pledge) == 409  # the days are taken
    pledge_id = db.session.scalars(sa.select(PurchasePledge.id)).one()
    assert act(client, people["village"], f"{here}/pledges/{pledge_id}/agree") == 303
    assert act(client, people["buyer"], f"{here}/pledges/{pledge_id}/fulfil") == 409

    for who in people.values():
        make.log_in(client, who)
        for page in ("/pairings", here, "/desk", "/outside-sales"):
            answer = client.get(page)
            assert (answer.status_code, faults(answer.text)) == (200, []), page
    assert "5,000.00" in client.get(here).text
    db.session.expire_all()
    assert db.session.get_one(VillagePairing, pairing_id).state is PairingState.ACTIVE
    assert db.session.get_one(PurchasePledge, pledge_id).state is PledgeState.AGREED


def test_the_public_list_names_bodies_and_no_person(client: FlaskClient, people: dict[str, Person]) -> None:
    pairing_id = proposed(client, people["buyer"])
    client.get("/logout")
    with client.session_transaction() as session:
        session.clear()
    assert "示例企业" not in client.get("/village-partners").text  # nobody has agreed yet
    assert act(client, people["office"], f"/pairings/{pairing_id}/approve") == 303

    page = client.get("/village-partners").text
    assert faults(page) == []
    assert "示例企业" in page
    assert "韩示例" not in page
    assert "13800000001" not in page


def test_a_sale_elsewhere_is_entered_with_a_paper_and_checked(client: FlaskClient, people: dict[str, Person]) -> None:
    data = {
        "village": VILLAGE, "channel": "other_platform", "place": "示例平台", "goods": "秋木耳", "amount": "88.5",
        "sold_on": clock.today().isoformat(),
    }  # fmt: skip
    assert act(client, people["village"], "/outside-sales/new", **data) == 409
    assert db.session.scalars(sa.select(OutsideSale)).all() == []
    assert faults(client.get("/outside-sales/new").text) == []
    with_paper = data | {"evidence": (io.BytesIO(PDF), "单.pdf")}
    assert act(client, people["village"], "/outside-sales/new", **with_paper) == 303
    sale_id = db.session.scalars(sa.select(OutsideSale.id)).one()
    assert act(client, people["office"], f"/outside-sales/{sale_id}/refuse", reason="") == 409
    assert act(client, people["office"], f"/outside-sales/{sale_id}/check") == 303

    page = client.get("/outside-sales").text
    assert faults(page) == []
    assert "88.50" in page
    db.session.expire_all()
    assert db.session.get_one(OutsideSale, sale_id).state is OutsideState.CHECKED


def test_a_foreign_company_finds_nothing(client: FlaskClient, people: dict[str, Person]) -> None:
    pairing_id = proposed(client, people["buyer"])
    other: Organisation = make.organisation(OrganisationKind.ENTERPRISE)
    make.log_in(client, make.seat(other, Role.ENTERPRISE_BUYER))

    assert client.get(f"/pairings/{pairing_id}").status_code == 404
    assert client.post(f"/pairings/{pairing_id}/end", data={"reason": "x"}).status_code == 404
