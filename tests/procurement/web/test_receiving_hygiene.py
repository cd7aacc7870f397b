"""Pages with an address of their own are well made in each of their states."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.db import db, transaction
from market.models.delivery import AcceptanceLine
from market.rules.order_states import OrderState
from market.services import acceptance, disputes, settlement
from tests import make
from tests.support.hygiene import faults


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def clean(client: FlaskClient, *paths: str) -> None:
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert faults(answer.text) == [], path


def test_a_delivery_on_the_way_counted_and_signed(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 110_000, commitment_no="")
    url = f"/canteen/deliveries/{sent.id}"
    make.log_in(client, line.receiver.person)
    clean(client, "/canteen/deliveries", url, f"{url}?unit=kg")
    with transaction():
        version = acceptance.count(sent.id, make.counts(sent, 1_000), by=line.receiver.actor).version
    clean(client, url, f"{url}?recount=1")
    for who in (line.approver, line.second, line.orderer):
        make.log_in(client, who.person)
        clean(client, url)
    with transaction():
        acceptance.agree_excess(sent.id, version=version, by=line.approver.actor)
        acceptance.waive_papers(sent.id, version=version, reason="次日补交", by=line.approver.actor)
    clean(client, url)
    with transaction():
        acceptance.accept(sent.id, version=version, by=line.second.actor)
    row = db.session.scalars(sa.select(AcceptanceLine.id)).one()
    with transaction():
        disputes.open_dispute(row, amount_fen=100, reason="发黄", by=line.second.actor)
    make.log_in(client, line.second.person)
    clean(client, url)


def test_the_suppliers_order_in_each_state(client: FlaskClient, line: make.Line) -> None:
    new, confirmed = make.order(line, state=OrderState.PLACED), make.order(line)
    make.accepted(line, make.order(line))
    make.log_in(client, line.seller.person)

    clean(client, f"/supplier/orders/{new.id}", f"/supplier/orders/{confirmed.id}")
    clean(client, f"/supplier/orders/{confirmed.id}/delivery", "/supplier/orders?tab=done", "/supplier/orders?page=9")
    refused = client.post(f"/supplier/orders/{confirmed.id}/delivery", data={"arrives_on": "x"})
    assert refused.status_code == 409
    assert faults(refused.text) == []


def test_a_slip_from_prepared_to_confirmed(client: FlaskClient, line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))
    with transaction():
        slip = settlement.prepare({signed.id: None}, by=line.payer.actor).id
    make.log_in(client, line.payer.person)
    clean(client, f"/unit/payments/transfers/{slip}", f"/unit/payments/invoices/new?acceptance={signed.id}")
    with transaction():
        settlement.declare(slip, bank_day_on=clock.today(), bank_serial="S1", by=line.payer.actor)
    clean(client, f"/unit/payments/transfers/{slip}", "/unit/payments", "/unit/payments/invoices/new")
    make.log_in(client, line.seller.person)
    clean(client, "/supplier/receivables")
