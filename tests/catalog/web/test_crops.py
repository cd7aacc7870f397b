"""The village's paper work: crop plan with its ceiling (F11), cards, what waits."""

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.lots import CropPlan
from catalog.models.product import Category, Product
from catalog.queries import crops
from core import clock, codes
from core.db import db
from tests import make
from tests.make import farm as farms


def planned(client: FlaskClient, category_id: int, **more: str) -> int:
    year = clock.today().year
    given = {
        "category": str(category_id), "area": "2.5", "yield_kg": "20", "harvest_from": f"{year}-08-01",
        "harvest_to": f"{year}-11-30",
    }  # fmt: skip
    return client.post("/farm/crops", data=given | more).status_code


def test_more_than_the_village_can_grow_is_said(app: Flask, client: FlaskClient) -> None:
    farm = farms.farm()
    person, worker = farms.village_worker()
    category_id = db.session.get_one(Product, farm.product_id).category_id
    make.log_in(client, person)
    assert "填写本村今年的种植计划" in client.get("/desk").text
    assert planned(client, category_id) == 303
    assert planned(client, category_id) == 303

    farms.purchase(farm, weighings="55")
    assert crops.warning(worker.place_code or "", category_id, clock.today().year) is None
    farms.purchase(farm, weighings="0.1")

    assert crops.warning(worker.place_code or "", category_id, clock.today().year) is not None
    assert "超过计划产量" in client.get("/farm/crops").text
    assert db.session.scalar(sa.select(sa.func.count(CropPlan.id))) == 1


def test_a_plan_that_cannot_be_is_refused(app: Flask, client: FlaskClient) -> None:
    person, _ = farms.village_worker()
    make.log_in(client, person)
    leaf = db.session.scalars(sa.select(Category.id).where(Category.code == "veg-cabbage")).one()
    branch = db.session.scalars(sa.select(Category.id).where(~Category.is_leaf).limit(1)).one()

    assert planned(client, branch) == 409
    assert planned(client, leaf, area="2.55") == 409
    assert planned(client, leaf, harvest_to="2020-01-01") == 409
    assert planned(client, leaf, yield_kg="0") == 409
    assert db.session.scalar(sa.select(sa.func.count(CropPlan.id))) == 0


def test_cards_carry_code_and_check_character(app: Flask, client: FlaskClient) -> None:
    home, other = make.household(), make.household(village="220681103201")
    person, _ = farms.village_worker()
    make.log_in(client, person)

    page = client.get("/farm/cards").text

    assert codes.with_check(home.code) in page and other.code not in page
    assert page.count("<svg") >= 1
    make.log_in(client, farms.farm().person)
    assert client.get("/farm/cards").status_code == 403
