"""The monthly statement's doors: on the phone, from a sheet, and by a second person."""

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.product import Category
from core import clock, sheets
from core.access.roles import OrganisationKind, Role
from core.db import db
from procurement.models.statement import SpendingStatement
from procurement.rules.statement import StatementState
from tests import make
from tests.procurement.web.hygiene import clean

TODAY = clock.today()
MONTH = f"{TODAY.year}/{TODAY.month}"


class House:
    def __init__(self) -> None:
        self.unit = make.unit("示例一中")
        self.canteen = make.canteen(self.unit, "一中食堂")
        self.writer = make.seat(self.unit, Role.UNIT_PAYER)
        self.head = make.seat(self.unit, Role.UNIT_HEAD)
        self.pork = db.session.scalars(sa.select(Category.id).where(Category.code == "meat-pork")).one()

    @property
    def month(self) -> str:
        return f"/statements/{self.canteen.id}/{MONTH}"


@pytest.fixture
def house(app: Flask) -> House:
    return House()


def the() -> SpendingStatement:
    return db.session.scalars(sa.select(SpendingStatement)).one()


def rows(house: House, *amounts: str) -> dict[str, Any]:
    return {
        "category": [str(house.pork)] * len(amounts) + [""],
        "amount": [*amounts, ""],
        "paper": ["发票1"] * len(amounts) + [""],
        "vendor": [""] * (len(amounts) + 1),
    }


def started(house: House, client: FlaskClient) -> str:
    make.log_in(client, house.writer)
    assert client.post(house.month).status_code == 303
    return f"/statements/{the().id}"


def test_written_by_one_confirmed_by_another(house: House, client: FlaskClient) -> None:
    path = started(house, client)
    assert "一中食堂" in clean(client.get("/statements"))
    clean(client.get(f"{path}/edit"))
    assert client.post(path, data=rows(house, "1,200.50") | {"act": "save"}).status_code == 303
    assert "1,200.50" in clean(client.get(f"{path}/edit"))
    assert client.post(path, data=rows(house, "1200.50", "80") | {"act": "submit"}).status_code == 303
    assert client.post(f"{path}/confirmation").status_code == 403, "a payer may not confirm"

    make.log_in(client, house.head)
    assert "采购月报待确认" in client.get("/desk").text
    assert "1,280.50" in clean(client.get(house.month))
    assert client.post(f"{path}/confirmation").status_code == 303
    assert the().state is StatementState.CONFIRMED
    assert "1,280.50" in clean(client.get("/statements"))


def test_what_was_typed_stays_after_a_refusal(house: House, client: FlaskClient) -> None:
    path = started(house, client)
    answer = client.post(path, data=rows(house, "12.345") | {"act": "submit"})

    assert "12.345" in clean(answer, 409)
    assert the().state is StatementState.DRAFT


def test_a_sheet_replaces_the_lines_or_nothing(house: House, client: FlaskClient) -> None:
    path = started(house, client)
    head = [sheets.Column(title) for title in ("类别", "金额", "凭证")]
    good = sheets.write([("月报", head, [("猪肉", "100", "发票")] * 70)])
    bad = sheets.write([("月报", head, [("猪肉", "100", "发票"), ("猪肉", "x", "发票")])])
    assert client.post(f"{path}/sheet", data={"sheet": (BytesIO(good), "月报.xlsx")}).status_code == 303
    assert "共 70 行" in clean(client.get(f"{path}/edit"))
    answer = client.post(f"{path}/sheet", data={"sheet": (BytesIO(bad), "月报.xlsx")})
    assert "第 3 行" in clean(answer, 409)
    assert the().total_fen == 70 * 100_00
    assert client.post(f"{path}/submission").status_code == 303
    assert client.get("/statements/template").status_code == 200


def test_returned_and_nil(house: House, client: FlaskClient) -> None:
    path = started(house, client)
    client.post(path, data={"is_nil": "1", "act": "submit"})
    make.log_in(client, house.head)
    assert "退回原因" in clean(client.get(house.month))
    assert client.post(f"{path}/return", data={"reason": ""}).status_code == 409
    assert client.post(f"{path}/return", data={"reason": "还有一张发票"}).status_code == 303
    make.log_in(client, house.writer)
    assert "还有一张发票" in clean(client.get(house.month))


def test_strangers_find_nothing(house: House, client: FlaskClient) -> None:
    path = started(house, client)
    stranger = make.seat(make.unit(), Role.UNIT_PAYER)
    make.log_in(client, stranger)
    for get in (house.month, f"{path}/edit"):
        assert client.get(get).status_code == 404
    assert client.post(path, data=rows(house, "1") | {"act": "save"}).status_code == 404
    assert client.post(house.month).status_code == 404
    finance = make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER)
    make.log_in(client, finance)
    assert client.get("/statements").status_code == 403


def test_the_inbox_reminds_of_the_filing_and_of_months(house: House, client: FlaskClient) -> None:
    make.log_in(client, house.writer)
    text = clean(client.get("/desk"))

    assert f"{TODAY.year} 年预留份额" in text
    assert "采购月报未报" in text or TODAY.month == 1
