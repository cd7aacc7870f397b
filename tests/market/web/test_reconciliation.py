"""A payment in review: shown with its evidence, closed by two persons, the auditor reads only."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from market.gateways.ports import Event, EventKind
from market.models.reconciliation import PaymentException
from market.models.settlement import BookPosting
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import payments
from tests import make
from tests.make.payments import PRICE, Sale, sale


@pytest.fixture
def wrong(app: Flask) -> Sale:
    """Alipay's signed word says another amount."""
    made = sale(app).offered()
    with transaction():
        payments.hear(Event("k1", EventKind.PAID, made.number, "T1", "", PRICE + 1), provider="alipay")
    return made


def log_in(client: FlaskClient, role: Role, kind: OrganisationKind) -> FlaskClient:
    make.log_in(client, make.seat(make.organisation(kind), role))
    return client


def test_two_persons_find_that_it_was_paid(wrong: Sale, app: Flask) -> None:
    first = log_in(app.test_client(), Role.FINANCE_OFFICER, OrganisationKind.FINANCE)
    second = log_in(app.test_client(), Role.PLATFORM_OPERATOR, OrganisationKind.PLATFORM)
    number = db.session.scalars(select(PaymentException.id)).one()
    db.session.rollback()
    place = f"/reconciliation/exceptions/{number}"
    assert "通知矛盾" in first.get("/reconciliation").text
    assert "金额不符" in first.get(place).text
    assert "对不上的账" in first.get("/desk").text
    said = {"resolution": "found_paid", "note": "已向支付宝核实"}
    assert first.post(f"{place}/resolution", data={"resolution": "no_loss", "note": "x"}).status_code == 409
    assert first.post(f"{place}/resolution", data=said).status_code == 303
    assert first.post(f"{place}/agreement").status_code == 409
    assert wrong.intent.state is PaymentState.REVIEW

    assert second.post(f"{place}/agreement").status_code == 303

    assert (wrong.intent.state, wrong.order.state) == (PaymentState.PAID, OrderState.PAID)
    assert db.session.scalar(select(func.count(BookPosting.id))) == 2
    sheet = second.get("/reconciliation/sheet.xlsx?done=1")
    assert sheet.data[:2] == b"PK"


def test_the_auditor_reads_and_a_supplier_sees_nothing(wrong: Sale, app: Flask) -> None:
    """S10."""
    auditor = log_in(app.test_client(), Role.FINANCE_AUDITOR, OrganisationKind.FINANCE)
    number = db.session.scalars(select(PaymentException.id)).one()
    db.session.rollback()
    assert auditor.get(f"/reconciliation/exceptions/{number}").status_code == 200
    assert auditor.post(f"/reconciliation/exceptions/{number}/owner").status_code == 403
    stranger = log_in(app.test_client(), Role.SUPPLIER_CLERK, OrganisationKind.SUPPLIER)
    assert stranger.get("/reconciliation").status_code == 403
    assert stranger.get(f"/reconciliation/exceptions/{number}").status_code == 403


def test_found_unpaid_frees_the_goods_and_found_refunded_needs_money(wrong: Sale, app: Flask) -> None:
    first = log_in(app.test_client(), Role.FINANCE_OFFICER, OrganisationKind.FINANCE)
    second = log_in(app.test_client(), Role.PLATFORM_OPERATOR, OrganisationKind.PLATFORM)
    number = db.session.scalars(select(PaymentException.id)).one()
    db.session.rollback()
    place = f"/reconciliation/exceptions/{number}"
    first.post(f"{place}/resolution", data={"resolution": "found_refunded", "note": "退了"})
    assert second.post(f"{place}/agreement").status_code == 409
    assert second.post(f"{place}/objection").status_code == 303
    first.post(f"{place}/resolution", data={"resolution": "found_closed", "note": "没付"})
    assert second.post(f"{place}/agreement").status_code == 303
    assert (wrong.intent.state, wrong.order.state) == (PaymentState.CLOSED, OrderState.CANCELLED)
    assert db.session.scalar(select(func.count(BookPosting.id))) == 0
