"""A refused act on one row of a list shows the list again, with the sentence."""

from flask import Flask
from flask.testing import FlaskClient

from core.access.roles import Role
from core.db import db
from core.organisations.models import Membership
from tests import make


def test_a_wrong_phone_for_a_deputy_is_told_on_the_page(app: Flask, client: FlaskClient) -> None:
    school = make.unit("示例一中")
    make.seat(school, Role.UNIT_PAYER)
    seat_id = db.session.query(Membership.id).order_by(Membership.id.desc()).limit(1).scalar()
    make.log_in(client, make.seat(school, Role.ORGANISATION_ADMIN))

    answer = client.post(f"/people/{seat_id}/deputy", data={"phone": "123", "until": "2026-12-31"})

    assert answer.status_code == 409
    assert db.session.query(Membership).count() == 2


def test_too_many_packs_in_the_cart_are_told_on_the_page(app: Flask, client: FlaskClient) -> None:
    make.village_is_exited()
    offer = make.product(make.supplier())
    client.post("/cart/lines", data={"offer": offer.id, "packs": 1})

    assert client.post(f"/cart/lines/{offer.id}", data={"packs": 10**9}).status_code == 409
