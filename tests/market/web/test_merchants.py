"""The operator opens a supplier's till: sealed, one at a time, written down."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access.roles import OrganisationKind, Role
from core.db import db
from core.trail.models import AuditEvent
from market.gateways import providers
from market.models.payment import MerchantAccount
from tests import make

SELLER = "2088123412341234"


@pytest.fixture
def operator(client: FlaskClient, app: Flask) -> FlaskClient:
    make.log_in(client, make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR))
    return client


def form(supplier_id: int, **changed: str) -> dict[str, str]:
    return {"supplier": str(supplier_id), "seller_id": SELLER, "auth_token": "202611BBsecret"} | changed


def accounts() -> list[tuple[str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(MerchantAccount).order_by(MerchantAccount.id))
    return [(row.seller_id, row.is_active) for row in rows]


def test_an_account_is_sealed_shown_without_its_token_and_replaced_by_the_next(operator: FlaskClient) -> None:
    supplier_id = make.supplier("示例合作社").id
    assert operator.post("/merchants", data=form(supplier_id)).status_code == 303
    account = db.session.scalars(select(MerchantAccount)).one()
    assert b"secret" not in (account.auth_token_sealed or b"")
    assert providers.payee_of(account).token == "202611BBsecret"

    assert operator.post("/merchants", data=form(supplier_id, seller_id="2088123412340000")).status_code == 303
    assert accounts() == [(SELLER, False), ("2088123412340000", True)]
    page = operator.get("/merchants").text
    assert "2088123412340000" in page
    assert "secret" not in page

    last = db.session.scalars(select(MerchantAccount.id).where(MerchantAccount.is_active)).one()
    assert operator.post(f"/merchants/{last}/end").status_code == 303
    assert operator.post(f"/merchants/{last}/end").status_code == 404
    assert [active for _, active in accounts()] == [False, False]
    acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "merchant_account")).all()
    assert sorted(acts) == ["merchant-ended", "merchant-registered", "merchant-registered"]


@pytest.mark.parametrize("wrong", [{"seller_id": "2088"}, {"seller_id": "1" * 16}, {"auth_token": "令牌"}])
def test_rubbish_opens_no_account(operator: FlaskClient, wrong: dict[str, str]) -> None:
    supplier_id = make.supplier().id

    assert operator.post("/merchants", data=form(supplier_id, **wrong)).status_code == 409
    assert operator.post("/merchants", data=form(10**12)).status_code == 409
    assert accounts() == []


def test_a_supplier_does_not_open_its_own(client: FlaskClient) -> None:
    line = make.line()
    make.log_in(client, line.seller.person)

    assert client.get("/merchants").status_code == 403
    assert client.post("/merchants", data=form(line.supplier.id)).status_code == 403
    assert accounts() == []
