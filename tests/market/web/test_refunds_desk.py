"""A large refund has a page and a button for its second person, and for nobody else (P7)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock, jobs, settings
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from market.models.payment import Refund
from market.rules.refund_states import RefundState
from market.services import refunds
from tests import make
from tests.make.payments import Sale, fresh, sale
from tests.support.hygiene import faults


@pytest.fixture
def paid(app: Flask) -> Sale:
    with transaction():
        settings.put("refund.second_person_fen", 600, valid_from=clock.today(), reason="试", author_id=None)
    return sale(app).offered().paid()


def person(who: int) -> Person:
    found = db.session.get_one(Person, who)
    db.session.rollback()
    return found


def test_one_asks_and_another_agrees(client: FlaskClient, paid: Sale) -> None:
    first, second = paid.clerk(), paid.clerk()
    with transaction():
        agreed = refunds.ask(paid.intent_id, 600, "碎了", "case:1", first).id
    make.log_in(client, person(first.person_id))
    own = client.get("/refunds")
    assert "请由另一位同事复核" in own.text and faults(own.text) == []
    assert client.post(f"/refunds/{agreed}/agreement").status_code == 409
    assert "大额退款等您复核" not in client.get("/desk").text

    make.log_in(client, person(second.person_id))
    assert "大额退款等您复核" in client.get("/desk").text
    shown = client.get("/refunds").text
    assert "6.00" in shown and "碎了" in shown and faults(shown) == []
    assert client.post(f"/refunds/{agreed}/agreement").status_code == 303
    jobs.run_due()

    assert fresh(Refund, agreed).state is RefundState.DONE
    assert "没有等待复核的退款" in client.get("/refunds").text


def test_a_no_frees_the_money_and_strangers_find_nothing(client: FlaskClient, paid: Sale) -> None:
    first, second = paid.clerk(), paid.clerk()
    with transaction():
        asked = refunds.ask(paid.intent_id, 700, "碎了", "case:1", first).id
    elsewhere = make.organisation(OrganisationKind.SUPPLIER)
    make.log_in(client, make.seat(elsewhere, Role.SUPPLIER_CLERK))
    assert "碎了" not in client.get("/refunds").text
    assert client.post(f"/refunds/{asked}/agreement").status_code == 404

    make.log_in(client, person(second.person_id))
    assert client.post(f"/refunds/{asked}/refusal").status_code == 303

    assert fresh(Refund, asked).state is RefundState.REFUSED
    assert paid.intent.refunded_fen == 0
