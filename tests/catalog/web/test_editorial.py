"""Open pages: written by who knows, published by the operator, seen by everybody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.editorial import OpenPage, OpenPageVersion
from catalog.models.product import Product
from catalog.queries import editorial
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.people.models import Person
from tests import make
from tests.support.hygiene import faults

VILLAGE = "220681105201"


@pytest.fixture
def township(app: Flask) -> Person:
    town = make.organisation(OrganisationKind.TOWNSHIP, place_code=VILLAGE[:9])
    return make.seat(town, Role.TOWNSHIP_CLERK)


@pytest.fixture
def operator(app: Flask) -> Person:
    return make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR)


def written(**fields: str) -> dict[str, str]:
    return {
        "kind": "village", "village": VILLAGE, "title": "示例村的早晨", "lead": "云海和黑木耳",
        "body": "# 地里\n<script>alert(1)</script>木耳在长", "skus": "", **fields,
    }  # fmt: skip


def page_id() -> int:
    return db.session.scalars(sa.select(OpenPage.id).order_by(OpenPage.id.desc())).first() or 0


def test_a_village_page_from_the_township_to_everybody(client: FlaskClient, township: Person, operator: Person) -> None:
    offer = make.product(make.supplier())
    sku = db.session.get_one(Product, offer.product_id).sku
    make.log_in(client, township)
    assert faults(client.get("/desk/pages/new").text) == []
    assert client.post("/desk/pages", data=written(skus=sku)).status_code == 303
    number = page_id()
    code = db.session.get_one(OpenPage, number).code
    assert faults(client.get(f"/desk/pages/{number}").text) == []
    assert client.get(f"/stories/{code}").status_code == 404
    assert client.post(f"/desk/pages/{number}/publish").status_code == 403
    assert client.post(f"/desk/pages/{number}/submit").status_code == 303

    make.log_in(client, operator)
    assert "页面等待审核发布" in client.get("/desk").text
    assert client.post(f"/desk/pages/{number}/publish").status_code == 303

    shown = client.get(f"/stories/{code}")
    assert faults(shown.text) == []
    assert "&lt;script&gt;" in shown.text
    assert f"/products/{sku}" in shown.text
    assert "示例村的早晨" in client.get("/stories").text
    assert "示例村的早晨" in client.get(f"/villages/{VILLAGE}").text


def test_a_new_version_waits_while_the_old_one_is_read(client: FlaskClient, township: Person, operator: Person) -> None:
    make.log_in(client, township)
    client.post("/desk/pages", data=written())
    number = page_id()
    code = db.session.get_one(OpenPage, number).code
    client.post(f"/desk/pages/{number}/submit")
    make.log_in(client, operator)
    client.post(f"/desk/pages/{number}/publish")
    make.log_in(client, township)
    client.post(f"/desk/pages/{number}/edit", data=written(title="示例村的傍晚"))

    assert "示例村的早晨" in client.get(f"/stories/{code}").text
    client.post(f"/desk/pages/{number}/submit")
    make.log_in(client, operator)
    assert client.post(f"/desk/pages/{number}/return", data={"reason": "换张图"}).status_code == 303
    make.log_in(client, township)
    assert "页面被退回" in client.get("/desk").text
    client.post(f"/desk/pages/{number}/withdraw")

    assert client.get(f"/stories/{code}").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(OpenPageVersion.id))) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "campaign"}, "field__error"),
        ({"title": ""}, "请"),
        ({"village": "220681999999"}, "field__error"),
        ({"skus": "NOSUCH"}, "没有编码为"),
        ({"shows_from": "2026-12-02", "shows_to": "2026-12-01"}, "不能早于"),
    ],
)
def test_what_makes_no_page_is_refused(
    client: FlaskClient, township: Person, fields: dict[str, str], words: str
) -> None:
    make.log_in(client, township)

    answer = client.post("/desk/pages", data=written(**fields))

    assert answer.status_code == 409
    assert words in answer.text
    assert page_id() == 0


def test_a_campaign_is_seen_in_its_days_only(client: FlaskClient, operator: Person) -> None:
    make.log_in(client, operator)
    today = clock.today()
    days = {"shows_from": today.isoformat(), "shows_to": (today + timedelta(days=2)).isoformat()}
    client.post("/desk/pages", data=written(kind="campaign", village="", title="示例助农周", **days))
    number = page_id()
    client.post(f"/desk/pages/{number}/submit")
    client.post(f"/desk/pages/{number}/publish")
    code = db.session.get_one(OpenPage, number).code

    assert client.get(f"/stories/{code}").status_code == 200
    with clock.shifted(timedelta(days=3)):
        assert editorial.find(code) is None


def test_a_foreign_page_is_not_there(client: FlaskClient, township: Person) -> None:
    make.log_in(client, township)
    client.post("/desk/pages", data=written())
    number = page_id()
    other = make.organisation(OrganisationKind.TOWNSHIP, place_code="220681102")
    make.log_in(client, make.seat(other, Role.TOWNSHIP_CLERK))

    for path in ("", "/edit"):
        assert client.get(f"/desk/pages/{number}{path}").status_code == 404
    assert client.post(f"/desk/pages/{number}/edit", data=written(village="")).status_code in {404, 409}
    assert client.post(f"/desk/pages/{number}/withdraw").status_code == 404
