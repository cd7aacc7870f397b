"""Live sessions: planned by the shop, bought through, counted and kept."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from catalog.models.offer import OfferVersion
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from core import clock
from core.access.roles import Role
from core.clock import COUNTY
from core.db import db, transaction
from core.organisations.models import Organisation
from core.people.models import Person
from market.gateways.ports import Payee
from market.models.live import LiveOrder, LiveSession
from market.queries import live
from market.rules.live import AFTER, LiveStage, counts, stage
from market.services import checkout
from market.services.checkout import Choice
from tests import make
from tests.make import shop as make_shop
from tests.support.hygiene import faults

PAYEE = Payee("2088000000000001")


@pytest.fixture
def seller(app: Flask) -> tuple[Supplier, Person, str]:
    mine = make.supplier()
    sku = db.session.get_one(Product, make.product(mine).product_id).sku
    body = db.session.get_one(Organisation, mine.organisation_id)
    return mine, make.seat(body, Role.SUPPLIER_CLERK), sku


def typed(sku: str, *, begins: timedelta = timedelta(hours=-1), **more: Any) -> dict[str, Any]:
    start = (clock.now() + begins).astimezone(COUNTY)
    end = start + timedelta(hours=3)
    return {
        "title": "示例夜场", "starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}", "sku": [sku],
        f"talk-{sku}": "今年新货", **more,
    }  # fmt: skip


def test_the_stage_and_what_counts_at_the_edges() -> None:
    start = clock.now()
    end = start + timedelta(hours=2)

    assert stage(start, start, end, cancelled=False) is LiveStage.RUNNING
    assert stage(end + timedelta(seconds=1), start, end, cancelled=False) is LiveStage.OVER
    assert stage(start, start, end, cancelled=True) is LiveStage.CANCELLED
    assert counts(end + AFTER, start, end)
    assert not counts(end + AFTER + timedelta(seconds=1), start, end)
    assert not counts(start - timedelta(seconds=1), start, end)


def test_a_session_has_a_page_a_code_and_records_that_stay(
    client: FlaskClient, seller: tuple[Supplier, Person, str]
) -> None:
    _, clerk, sku = seller
    make.log_in(client, clerk)
    assert faults(client.get("/supplier/live/new").text) == []
    assert client.post("/supplier/live", data=typed(sku)).status_code == 303
    row = db.session.scalars(sa.select(LiveSession)).one()
    assert client.post(f"/supplier/live/{row.id}/records", data={"note": "回放已存档"}).status_code == 303
    shown = client.get(f"/supplier/live/{row.id}").text
    assert faults(shown) == []
    assert "回放已存档" in shown
    assert "<svg" in shown
    assert client.post(f"/supplier/live/{row.id}/off").status_code == 409  # it has begun
    assert "今年新货" in shown and f"/products/{sku}" in shown
    assert "0.00" in client.get("/supplier/live").text

    open_page = client.get(f"/live/{row.code}")
    assert faults(open_page.text) == []
    assert f"/products/{sku}" in open_page.text
    assert "示例夜场" in client.get("/").text
    with pytest.raises(DBAPIError, match="kept"):
        db.session.execute(sa.delete(LiveSession))


def test_what_a_visitor_buys_is_counted_to_the_session(client: FlaskClient, app: Flask) -> None:
    shop = make.supplier()
    make_shop.merchant(shop, PAYEE)
    offer = make.product(shop)
    sku = db.session.get_one(Product, offer.product_id).sku
    body = db.session.get_one(Organisation, shop.organisation_id)
    make.log_in(client, make.seat(body, Role.SUPPLIER_CLERK))
    client.post("/supplier/live", data=typed(sku))
    row = db.session.scalars(sa.select(LiveSession)).one()
    person, by = make_shop.resident()
    cart, home = make_shop.cart_of(by), make_shop.address(person)
    price_fen = db.session.scalars(sa.select(OfferVersion.pack_price_fen)).one()

    with transaction():
        checkout.check_out(cart.id, [Choice(offer.id, 1, price_fen)], home.id, by=by, through=row.code)
    with transaction():
        checkout.check_out(cart.id, [Choice(offer.id, 1, price_fen)], home.id, by=by, through="NOSUCH")

    assert db.session.scalar(sa.select(sa.func.count(LiveOrder.order_id))) == 1
    assert (live.sales(row.id).orders, live.sales(row.id).paid) == (1, 0)


def test_a_session_that_was_called_off_says_so_and_counts_nothing(
    client: FlaskClient, seller: tuple[Supplier, Person, str]
) -> None:
    _, clerk, sku = seller
    make.log_in(client, clerk)
    client.post("/supplier/live", data=typed(sku, begins=timedelta(hours=2)))
    row = db.session.scalars(sa.select(LiveSession)).one()
    assert client.post(f"/supplier/live/{row.id}/off").status_code == 303

    answer = client.get(f"/live/{row.code}")
    assert (answer.status_code, faults(answer.text)) == (200, [])
    assert "已取消" in answer.text and "观看" not in answer.text
    with client.session_transaction() as kept:
        assert "live" not in kept


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sku": []}, "至少选一件"),
        ({"sku": ["FOREIGN"]}, "不是本店的"),
        ({"ends_at": "2020-01-01T00:00"}, "晚于"),
        ({"starts_at": "明天"}, "日期和时间"),
        ({"watch_url": "http://a.example"}, "https://"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    client: FlaskClient, seller: tuple[Supplier, Person, str], change: dict[str, Any], words: str
) -> None:
    _, clerk, sku = seller
    make.log_in(client, clerk)

    answer = client.post("/supplier/live", data=typed(sku) | change)

    assert answer.status_code == 409
    assert words in answer.text
    assert db.session.scalar(sa.select(sa.func.count(LiveSession.id))) == 0


def test_a_foreign_session_is_not_there(client: FlaskClient, seller: tuple[Supplier, Person, str]) -> None:
    _, clerk, sku = seller
    make.log_in(client, clerk)
    client.post("/supplier/live", data=typed(sku))
    row = db.session.scalars(sa.select(LiveSession)).one()
    other = db.session.get_one(Organisation, make.supplier("示例别家").organisation_id)
    make.log_in(client, make.seat(other, Role.SUPPLIER_CLERK))

    assert client.get(f"/supplier/live/{row.id}").status_code == 404
    assert client.post(f"/supplier/live/{row.id}/records", data={"note": "x"}).status_code == 404
