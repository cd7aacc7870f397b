"""Lots of a supplier: harvests of its own, losses, what leaves on a delivery note."""

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.lots import HarvestRecord, LotBalance
from core import clock, codes
from core.db import db
from tests import make
from tests.make import farm as farms
from tests.make.farm import Farm
from tests.support.statements import statements


@pytest.fixture
def farm(app: Flask, client: FlaskClient) -> Farm:
    made = farms.farm()
    make.log_in(client, made.person)
    return made


def balance() -> tuple[int, int, int, int]:
    db.session.rollback()
    row = db.session.scalars(sa.select(LotBalance)).one()
    return row.in_qty, row.eligible_qty, row.lost_qty, row.sold_qty


def harvest(client: FlaskClient, farm: Farm, **more: str) -> str:
    given = {
        "client_key": str(uuid.uuid4()), "product": str(farm.product_id), "weighings": "20+22.5", "weighed_in": "kg",
        "harvested_on": "2026-11-20", "plot": "东地",
    }  # fmt: skip
    answer = client.post("/farm/lots/harvests", data=given | more)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_own_goods_come_in_by_a_harvest_record_and_are_nobodys_share(farm: Farm, client: FlaskClient) -> None:
    assert "写采收单" in client.get("/farm/lots/harvests/new").text
    key = str(uuid.uuid4())
    assert harvest(client, farm, client_key=key) == harvest(client, farm, client_key=key)

    assert balance() == (42_500, 0, 0, 0)
    assert "42.5kg" in client.get("/farm/lots").text


def test_a_loss_has_its_reason_and_never_more_than_is_left(farm: Farm, client: FlaskClient) -> None:
    place = harvest(client, farm)
    loss = {"weighings": "2.5", "reason": "rotten", "lost_on": "2026-11-21"}

    assert client.post(f"{place}/losses", data=loss).status_code == 303
    assert client.post(f"{place}/losses", data=loss | {"weighings": "40.001"}).status_code == 409
    assert client.post(f"{place}/losses", data=loss | {"reason": "gone"}).status_code == 409

    assert balance() == (42_500, 0, 2_500, 0)
    assert "腐坏" in client.get(place).text


def test_a_harvest_is_taken_back_once(farm: Farm, client: FlaskClient) -> None:
    place = harvest(client, farm)
    record = db.session.scalars(sa.select(HarvestRecord.id)).one()

    assert client.post(f"{place}/harvests/{record}/reversal", data={"reason": "重复"}).status_code == 303
    assert client.post(f"{place}/harvests/{record}/reversal", data={"reason": "重复"}).status_code == 409

    assert balance() == (0, 0, 0, 0)


def test_lots_of_others_are_not_there(farm: Farm, client: FlaskClient) -> None:
    place = harvest(client, farm)
    make.log_in(client, farms.farm().person)

    assert client.get(place).status_code == 404
    assert client.post(f"{place}/losses", data={"weighings": "1", "reason": "rotten"}).status_code == 404
    assert balance() == (42_500, 0, 0, 0)


@pytest.mark.parametrize("path", ["/farm/purchases", "/farm/lots", "/farm/payables"])
def test_lists_cost_the_same_however_long_they_are(farm: Farm, client: FlaskClient, path: str) -> None:
    counts = []
    for more in (1, 6):
        for _ in range(more):
            home = farms.ordinary()
            farms.purchase(farm, household_code=codes.with_check(home.code), harvested_on=clock.today())
        with statements() as sent:
            assert client.get(path).status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1]
