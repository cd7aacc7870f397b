"""Price and stock in three taps, on a phone, also without JavaScript."""

import pytest
from flask.testing import FlaskClient

from catalog.models.offer import OfferStock, OfferVersion
from catalog.queries import offers as reading
from catalog.services import offers
from core.db import db, transaction
from tests import make
from tests.make import catalogue_staff
from tests.make.catalogue_staff import Staff
from tests.support.statements import statements


@pytest.fixture
def staff(app) -> Staff:
    make.village_is_exited()
    return catalogue_staff.staff()


@pytest.fixture
def offer(staff: Staff) -> reading.SellableOffer:
    catalogue_staff.brought_to_shelf(staff)
    return reading.sellable_list(for_units=True)[0]


def version() -> OfferVersion:
    db.session.expire_all()
    return db.session.get_one(OfferVersion, reading.sellable_list(for_units=True)[0].offer_version_id)


def test_tap_type_save(client: FlaskClient, staff: Staff, offer: reading.SellableOffer) -> None:
    make.log_in(client, staff.clerk_person)
    listed = client.get("/supplier/quick")
    assert f"/supplier/quick/{offer.offer_id}/price" in listed.text
    page = client.get(f"/supplier/quick/{offer.offer_id}/price")
    assert f'value="{offer.offer_version_id}"' in page.text
    saved = client.post(
        f"/supplier/quick/{offer.offer_id}/price", data={"price": "31.5", "seen": str(offer.offer_version_id)}
    )
    assert saved.status_code == 303
    assert saved.location.endswith(f"#offer-{offer.offer_id}")
    assert version().price_fen_x100 == 315_000
    counted = client.post(f"/supplier/quick/{offer.offer_id}/stock", data={"packs": "33", "seen": "10000"})
    assert counted.status_code == 303
    assert db.session.get_one(OfferStock, offer.offer_id).on_hand == 33 * 500


def test_an_old_page_is_told_in_a_sentence_and_saves_nothing(
    client: FlaskClient, staff: Staff, offer: reading.SellableOffer
) -> None:
    with transaction():
        offers.change_terms(offer.offer_id, catalogue_staff.terms(310_000), by=staff.clerk)
    make.log_in(client, staff.clerk_person)
    late = client.post(
        f"/supplier/quick/{offer.offer_id}/price", data={"price": "29", "seen": str(offer.offer_version_id)}
    )
    assert late.status_code == 409
    assert "刚才已被改为 ¥31.00" in late.text
    assert version().price_fen_x100 == 310_000
    without = client.post(f"/supplier/quick/{offer.offer_id}/price", data={"price": "29"})
    assert without.status_code == 409
    late = client.post(f"/supplier/quick/{offer.offer_id}/stock", data={"packs": "3", "seen": "9999"})
    assert late.status_code == 409
    assert "您的修改没有保存" in late.text


def test_a_jump_asks_why_and_waits(client: FlaskClient, staff: Staff, offer: reading.SellableOffer) -> None:
    make.log_in(client, staff.clerk_person)
    asked = {"price": "60", "seen": str(offer.offer_version_id)}
    assert client.post(f"/supplier/quick/{offer.offer_id}/price", data=asked).status_code == 409
    waits = client.post(f"/supplier/quick/{offer.offer_id}/price", data={**asked, "reason": "收购价上涨"})
    assert waits.status_code == 303
    assert "待复审 ¥60.00" in client.get("/supplier/quick").text
    make.log_in(client, staff.operator_person)
    assert "收购价上涨" in client.get("/operator/products").text


def test_moves_are_listed_with_their_reason(client: FlaskClient, staff: Staff, offer: reading.SellableOffer) -> None:
    make.log_in(client, staff.clerk_person)
    here = f"/supplier/quick/{offer.offer_id}/moves"
    assert client.post(here, data={"kind": "loss", "packs": "2", "reason": ""}).status_code == 409
    assert client.post(here, data={"kind": "reserve", "packs": "2", "reason": "x"}).status_code == 409
    assert client.post(here, data={"kind": "loss", "packs": "2", "reason": "受潮"}).status_code == 303
    page = client.get("/supplier/quick/moves?kind=loss").text
    assert "受潮" in page
    assert "−1kg" in page


def test_nobody_sees_anothers_shelf(client: FlaskClient, staff: Staff, offer: reading.SellableOffer) -> None:
    other = catalogue_staff.staff(make.supplier())
    make.log_in(client, other.clerk_person)
    assert client.get(f"/supplier/quick/{offer.offer_id}/price").status_code == 404
    assert client.post(f"/supplier/quick/{offer.offer_id}/stock", data={"packs": "1", "seen": "1"}).status_code == 404
    assert "示例黑木耳" not in client.get("/supplier/quick").text


def test_the_list_costs_the_same_however_long(client: FlaskClient, staff: Staff) -> None:
    for number in range(3):
        make.product(staff.supplier, name=f"示例{number}")
    make.log_in(client, staff.clerk_person)
    with statements() as few:
        client.get("/supplier/quick")
    for number in range(20):
        make.product(staff.supplier, name=f"示例乙{number}")
    with statements() as many:
        client.get("/supplier/quick")
    assert len(few) == len(many)


def test_desks_of_many_goods_cost_the_same(client: FlaskClient, staff: Staff) -> None:
    for number in range(3):
        make.product(staff.supplier, name=f"示例{number}")
    desks = ((staff.clerk_person, "/supplier/products"), (staff.operator_person, "/operator/products/all"))
    costs = []
    for more in (0, 60):
        for number in range(more):
            make.product(staff.supplier, name=f"示例乙{number}")
        for who, path in desks:
            make.log_in(client, who)
            with statements() as sent:
                page = client.get(path)
            costs.append(len(sent))
            assert page.status_code == 200
    assert costs[:2] == costs[2:]
    assert "page=2" in page.text
    assert client.get("/operator/products/all?page=2").text.count("示例") >= 13
