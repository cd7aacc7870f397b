"""The provider's door: POST only, no session, a constant answer; nothing in a browser sets an order paid (S3–S6)."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.people.models import Person
from market.models.payment import ProviderEvent
from market.rules.payment_states import PaymentState
from tests import make
from tests.make.payments import Sale, fresh, sale

NOTIFY = "/payments/alipay/notify"


@pytest.fixture
def told(app: Flask) -> tuple[Sale, bytes, str]:
    """A payment that was made, and the message that nobody has heard yet."""
    made, heard = sale(app).offered(), list[tuple[bytes, str]]()
    made.alipay.hears(lambda _path, body, kind: heard.append((body, kind)) or b"no")
    made.alipay.pay(made.number)
    return made, *heard[-1]


def test_the_door_takes_the_message_whole_and_answers_in_seven_bytes(told: tuple[Sale, bytes, str], app: Flask) -> None:
    """S3, S5, S6: too large, with a query, by GET: nothing happens; then the true one, without cookie or signature."""
    of, body, kind = told
    client = app.test_client()
    assert client.get(NOTIFY).status_code == 405
    for path, sent in ((NOTIFY, body + b"&x=" + b"y" * 1_000_000), (f"{NOTIFY}?a=1", body), (NOTIFY, b"")):
        assert client.post(path, data=sent, content_type=kind).data != b"success"
    assert of.intent.state is PaymentState.CREATED
    answer = client.post(NOTIFY, data=body, content_type=kind)

    assert (answer.status_code, answer.data) == (200, b"success")
    assert "Set-Cookie" not in answer.headers
    assert of.intent.state is PaymentState.PAID
    kept = db.session.scalars(select(ProviderEvent.raw)).one()
    assert "sign=&" in f"{kept}&"


def test_no_address_and_no_field_of_a_browser_sets_a_payment_paid(told: tuple[Sale, bytes, str], app: Flask) -> None:
    """S4: the message's own fields, given to the buyer's pages."""
    of, body, _ = told
    client = app.test_client()
    make.log_in(client, fresh(Person, of.by.person_id))
    token = of.order.token
    for path in (f"/orders/{token}", "/orders"):
        assert client.get(f"{path}?{body.decode()}").status_code in {200, 302, 303}
    assert client.post(f"/orders/{token}/receive", data=body, content_type="application/x-www-form-urlencoded")
    assert of.intent.state is PaymentState.CREATED
    assert db.session.scalar(select(func.count(ProviderEvent.id))) == 0


def test_the_self_test_names_what_is_not_in_order(app: Flask) -> None:
    app.extensions.pop("payment_providers", None)
    said = app.test_cli_runner().invoke(args=["payments", "check"])
    assert said.exit_code == 1
    sale(app)
    said = app.test_cli_runner().invoke(args=["payments", "check"])
    assert said.exit_code == 0, said.output
