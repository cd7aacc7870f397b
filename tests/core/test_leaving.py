"""An account is deleted by its owner: what hangs on it goes, orders stay without a name, open things block it."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import leaving
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.files import services as files
from core.files.models import StoredFile
from core.people.models import Person, SentMessage
from core.terms import services as terms
from core.terms.queries import binding
from market.gateways.ports import Payee
from market.models.cart import Address
from market.models.order import Order
from market.rules.order_states import OrderState
from market.services import after_sales
from tests import make
from tests.make import admission, shop
from tests.make import after_sales as made
from tests.make.core import PASSWORD
from tests.support.hygiene import faults


def code() -> str:
    text = db.session.scalars(sa.select(SentMessage.text).order_by(SentMessage.id.desc())).first() or ""
    return re.findall(r"\d{6}", text)[0]


def test_who_leaves_is_nobody_any_more(client: FlaskClient) -> None:
    person = make.person("居民")
    phone = person.phone
    make.log_in(client, person)
    shop.address(person)
    page = client.get("/account/leave")
    assert (page.status_code, faults(page.text)) == (200, [])
    assert client.post("/account/leave/code").status_code == 200
    right = code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert client.post("/account/leave", data={"code": wrong}).status_code == 409
    db.session.expire_all()
    assert db.session.get_one(Person, person.id).phone == phone
    assert client.post("/account/leave", data={"code": right}).status_code == 303
    db.session.expire_all()
    left = db.session.get_one(Person, person.id)
    assert (left.phone, left.password_hash, left.is_active) == (None, None, False)
    assert left.name == "已注销用户"
    assert db.session.scalar(sa.select(sa.func.count(Address.id))) == 0
    assert client.get("/orders").status_code == 302
    assert client.post("/login", data={"login": phone, "password": PASSWORD}).status_code == 409


def test_an_open_order_keeps_the_account(app: Flask) -> None:
    who, by = shop.resident()
    seller = make.supplier()
    shop.merchant(seller, Payee("2088000000000001", "token"))
    offer = make.product(seller)
    group = shop.checked_out(by, shop.address(who), (offer, 1), price_fen=2_600)
    bought = db.session.scalars(sa.select(Order).where(Order.group_id == group.id)).one()
    with pytest.raises(Refused, match="leave-orders"), transaction():
        leaving.leave(by=by)
    db.session.rollback()
    assert db.session.get_one(Person, by.person_id).is_active
    with transaction():
        db.session.get_one(Order, bought.id).state = OrderState.CANCELLED
    with transaction():
        leaving.leave(by=by)
    kept = db.session.get_one(Order, bought.id)
    assert (kept.person_id, kept.receiver != "") == (by.person_id, True)


def test_staff_leave_their_seat_first(app: Flask) -> None:
    body = make.organisation(OrganisationKind.PLATFORM)
    by = make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)
    with pytest.raises(Refused, match="leave-seat"), transaction():
        leaving.send_code(by=by)


def test_an_application_under_way_blocks(app: Flask) -> None:
    found = admission.application()
    by = make.actor(db.session.get_one(Person, found.applicant_id))
    assert [each.code for each in leaving.in_the_way(by.person_id)] == ["leave-application"]


def test_what_was_agreed_to_is_seen_and_taken_back(client: FlaskClient) -> None:
    with transaction():
        terms.publish_first()
    person = make.person("居民")
    by = make.actor(person)
    with transaction():
        terms.agree([row.id for row in binding().values()], by=by)
    make.log_in(client, person)
    page = client.get("/account/privacy")
    assert (page.status_code, faults(page.text)) == (200, [])
    assert client.post("/account/privacy/withdraw").status_code == 303
    assert client.post("/account/privacy/withdraw").status_code == 404


def test_the_pictures_of_a_closed_case_go_and_their_hashes_stay(app: Flask) -> None:
    of = made.bought()
    case = made.case(of)
    with transaction():
        after_sales.withdraw(case.token, by=of.by)
        db.session.get_one(Order, of.order_id).state = OrderState.CLOSED
    kept = db.session.scalars(sa.select(StoredFile).where(StoredFile.uploaded_by_id == of.by.person_id)).one()
    path, digest = files.path_of(kept.sha256), kept.sha256
    db.session.rollback()
    assert path.exists()
    with transaction():
        leaving.leave(by=of.by)
    left = db.session.scalars(sa.select(StoredFile).where(StoredFile.uploaded_by_id == of.by.person_id)).one()
    assert (left.sha256, left.name, left.erased_at is None, path.exists()) == (digest, "", False, False)
