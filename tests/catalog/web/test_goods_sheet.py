"""Goods by a sheet through its pages: the choice between all and the good ones, progress, faults as a file."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catalog.models.product import Product
from catalog.services import goods_batches, goods_sheet
from core import jobs, sheets
from core.db import db
from core.people.models import Person
from tests import make
from tests.catalog.services.test_goods_import import row
from tests.make import catalogue_staff as staff


def products() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Product)) or 0


def test_a_sheet_is_sent_looked_at_and_loaded(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    make.village_is_exited()
    of = staff.staff()
    make.log_in(client, db.session.get_one(Person, of.clerk.person_id))
    data = goods_sheet.workbook([row(own_code=f"A{n}", price="" if n == 3 else "42") for n in range(1, 5)])
    monkeypatch.setattr(goods_batches, "AT_ONCE", 2)
    sent = client.post("/supplier/sheet/preview", data={"file": (io.BytesIO(data), "商品.xlsx")})
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert (page.headers["Refresh"], "正在读取" in page.text, "0/4" in page.text) == ("2", True, True)
    jobs.run_due()
    page = client.get(sent.location)
    assert "Refresh" not in page.headers
    assert "新增 3 行，更新 0 行，不变 0 行，有问题 1 行。" in page.text
    assert "第 2 行" not in client.get(f"{sent.location}?rows=bad").text
    left = sheets.read(client.get(f"{sent.location}/faults").data)[0].rows
    assert (len(left), left[1][0]) == (2, "A3")
    refused = client.post(f"{sent.location}/load", data={"bad": "stop"})
    assert (refused.status_code, "有 1 行有问题，什么都没有导入。" in refused.text, products()) == (409, True, 0)
    assert client.post(f"{sent.location}/load", data={"bad": "skip"}).status_code == 303
    jobs.run_due()
    assert "已导入：新增 3 行" in client.get(sent.location).text
    assert products() == 3
