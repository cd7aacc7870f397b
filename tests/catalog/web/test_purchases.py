"""The purchase note's doors: the plain form, the phone's sending, the worker."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.purchase import PurchaseNote
from core.db import db
from tests import make
from tests.make import farm as farms
from tests.make.farm import Farm


@pytest.fixture
def farm(app: Flask, client: FlaskClient) -> Farm:
    made = farms.farm()
    make.log_in(client, made.person)
    return made


def fields(farm: Farm, **more: Any) -> dict[str, Any]:
    given = {
        "client_key": str(uuid.uuid4()),
        "household": farm.household.code,
        "product": str(farm.product_id),
        "weighings": "19.2+16.7",
        "weighed_in": "kg",
        "price": "0.90",
        "deduction": "",
        "pay_method": "bank",
        "signing": "paper",
        "signature": (farms.picture(), "paper.png"),
    }
    return given | more


def notes() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(PurchaseNote.id))) or 0


def test_the_form_works_without_scripts(farm: Farm, client: FlaskClient) -> None:
    assert "写收购单" in client.get("/farm/purchases/new").text

    answer = client.post("/farm/purchases", data=fields(farm))

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "¥64.62" in page
    assert "19.2+16.7 公斤" in page
    assert client.get(answer.location + ".pdf").data.startswith(b"%PDF-")
    assert farm.household.code in client.get("/farm/purchases").text


def test_a_refused_form_is_shown_again_with_what_was_typed(farm: Farm, client: FlaskClient) -> None:
    answer = client.post("/farm/purchases", data=fields(farm, household="H999"))

    assert answer.status_code == 409
    assert "没有登记编码为" in answer.text
    assert "19.2+16.7" in answer.text
    assert notes() == 0


def test_a_phone_may_send_a_note_as_often_as_it_likes(farm: Farm, client: FlaskClient) -> None:
    given = fields(farm, written_at="2026-11-22T08:00:00.000Z", sent_at="2026-11-22T09:00:00.000Z")
    numbers = set()
    for _ in range(3):
        answer = client.post("/farm/purchases/sync", data=given | {"signature": (farms.picture(), "s.png")})
        assert answer.status_code == 200
        numbers.add(answer.json["note_no"])

    assert len(numbers) == 1 and notes() == 1


def test_a_conflict_is_said_in_words(farm: Farm, client: FlaskClient) -> None:
    wrong = client.post("/farm/purchases/sync", data=fields(farm, household="H220681103200-2"))
    empty = client.post("/farm/purchases/sync", data=fields(farm, weighings=""))

    assert (wrong.status_code, wrong.json["code"]) == (409, "household-code-mistyped")
    assert "校验字符" in wrong.json["sentence"]
    assert (empty.status_code, empty.json["code"]) == (409, "purchase-form")
    assert notes() == 0


@pytest.mark.parametrize("moment", ["", "yesterday", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00+14:00", "2026"])
def test_an_absurd_clock_is_no_reason_to_lose_a_note(farm: Farm, client: FlaskClient, moment: str) -> None:
    answer = client.post("/farm/purchases/sync", data=fields(farm, written_at=moment, sent_at=moment))

    assert answer.status_code == 200
    note = db.session.scalars(sa.select(PurchaseNote)).one()
    assert note.written_at <= note.received_at


def test_a_note_is_taken_back_by_another(farm: Farm, client: FlaskClient) -> None:
    place = client.post("/farm/purchases", data=fields(farm)).location

    assert client.post(f"{place}/reversal", data={"client_key": "k", "reason": ""}).status_code == 409
    assert client.post(f"{place}/reversal", data={"client_key": "k", "reason": "写错了农户"}).status_code == 303
    assert "冲销" in client.get(place).text
    assert notes() == 2


def test_foreign_notes_and_pages_are_closed(farm: Farm, client: FlaskClient) -> None:
    place = client.post("/farm/purchases", data=fields(farm)).location
    make.log_in(client, farms.farm().person)

    assert client.get(place).status_code == 404
    assert client.get(f"{place}.pdf").status_code == 404
    client.post("/logout")
    assert client.get("/farm/purchases/new").status_code == 302
    assert client.get("/farm/worker.js").mimetype == "text/javascript"
