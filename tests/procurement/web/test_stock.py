"""The shelf's pages: issued, brought back, thrown away, counted; samples and temperatures; who may look (59, 60)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.product import Category
from catalog.services import recalls
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from market.services import acceptance
from procurement.models.inventory import CanteenLot, FoodSample, Stocktake, TemperatureReading
from procurement.rules.food_safety import Meal
from procurement.services import food_safety, receiving
from tests import make
from tests.support.hygiene import faults


@pytest.fixture
def line(app: Flask) -> make.Line:
    made = make.line()
    sent = make.delivery(made, make.order(made), 100_000)
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent), by=made.receiver.actor)
        receiving.accept_delivery(sent.id, version=draft.version, by=made.second.actor)
    return made


def lot() -> CanteenLot:
    found = db.session.scalars(sa.select(CanteenLot).order_by(CanteenLot.id)).first()
    db.session.rollback()
    assert found is not None
    return found


def clean(client: FlaskClient, *paths: str) -> str:
    text = ""
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert faults(answer.text) == [], path
        text = answer.text
    return text


def test_a_morning_at_the_shelf(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.receiver.person)
    stock, here = "/canteen/stock", lot()
    clean(
        client, stock, f"{stock}/{line.canteen.id}/issue", f"{stock}/{line.canteen.id}/entry", f"{stock}/lots/{here.id}"
    )
    key = f"g:{here.name}"
    far = client.post(f"{stock}/{line.canteen.id}/issue", data={"goods": key, "qty": "60+41", "taken_by": "王师傅"})
    assert far.status_code == 409 and "可出库的只有 100kg，要 101kg" in far.text and 'value="60+41"' in far.text

    given = client.post(f"{stock}/{line.canteen.id}/issue", data={"goods": key, "qty": "12.5+8", "taken_by": "王师傅"})
    assert given.status_code == 303
    assert "20.5kg" in clean(client, given.location)
    back = client.post(f"{given.location}/back", data={"lot": str(here.id), "qty": "0.5"})
    assert back.status_code == 303
    assert client.get(f"{given.location}.pdf").mimetype == "application/pdf"
    thrown = client.post(f"{stock}/lots/{here.id}/discard", data={"qty": "5", "reason": "腐烂"})
    assert thrown.status_code == 303
    assert "75kg" in clean(client, stock, f"{stock}/slips", f"{stock}/lots/{here.id}")
    day = (clock.today() + timedelta(days=1)).isoformat()
    assert client.post(f"{stock}/lots/{here.id}/expiry", data={"expires_on": day}).status_code == 303
    assert "快到期" in clean(client, stock)
    assert "三天内到期" in client.get("/desk").text


def test_ordinary_goods_come_in_by_hand(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.receiver.person)
    category = db.session.scalars(sa.select(Category.id)).first()
    db.session.rollback()
    given = {"name": "食盐", "category": str(category), "unit": "g", "qty": "25+25", "vendor": "示例粮油店"}
    url = f"/canteen/stock/{line.canteen.id}/entry"
    assert client.post(url, data={**given, "qty": "很多"}).status_code == 409

    assert client.post(url, data=given).status_code == 303

    assert "50kg" in clean(client, "/canteen/stock")


def test_a_count_by_two(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.receiver.person)
    started = client.post(f"/canteen/stocktakes/of/{line.canteen.id}")
    url, here = started.location, lot()
    clean(client, "/canteen/stocktakes", url)
    silent = client.post(f"{url}/hand-over", data={"lot": str(here.id), "found": "98", "reason": ""})
    assert silent.status_code == 409 and "请写原因" in silent.text
    client.post(f"{url}/hand-over", data={"lot": str(here.id), "found": "98", "reason": "水分"})
    own = clean(client, url)
    version = re.search(r'name="version" value="(\d+)"', own)
    assert version is None and "您是清点人" in own

    make.log_in(client, line.second.person)
    assert "盘点待您签字" in client.get("/desk").text
    shown = re.search(r'name="version" value="(\d+)"', clean(client, url))
    assert shown is not None
    assert client.post(f"{url}/signature", data={"version": shown[1]}).status_code == 303
    assert "2.00%" in clean(client, url)
    assert lot().left == 98_000 and db.session.scalars(sa.select(Stocktake.signer_id)).one() == line.second.person.id


def test_rule_60_samples_are_kept_labelled_and_thrown_away_after_48_hours(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.receiver.person)
    small = client.post("/canteen/kitchen/samples", data={"meal": "lunch", "dish": "土豆烧牛肉", "grams": "120"})
    assert small.status_code == 409 and "至少 125 克" in small.text
    with clock.shifted(timedelta(hours=-47)), transaction():
        kept = food_safety.keep(line.canteen.id, dish="土豆烧牛肉", meal=Meal.LUNCH, grams=125, by=line.receiver.actor)
    early = client.post(f"/canteen/kitchen/samples/{kept.id}/discard")
    assert early.status_code == 409 and "还不能处理" in early.text
    assert client.get(f"/canteen/kitchen/samples/{kept.id}/label.pdf").mimetype == "application/pdf"
    with clock.shifted(timedelta(hours=-49)), transaction():
        old = food_safety.keep(line.canteen.id, dish="米饭", meal=Meal.LUNCH, grams=130, by=line.receiver.actor)
    assert "可以处理" in clean(client, "/canteen/kitchen")
    assert "留样满 48 小时" in client.get("/desk").text
    assert client.post(f"/canteen/kitchen/samples/{old.id}/discard").status_code == 303
    gone = db.session.get_one(FoodSample, old.id)
    assert gone.discarded_by_id == line.receiver.person.id


def test_a_warm_fridge_asks_what_was_done(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.receiver.person)
    warm = {"place": "fridge", "degrees": "9.5", "device": "1 号柜"}
    assert client.post("/canteen/kitchen/temperatures", data={**warm, "degrees": "冷"}).status_code == 409
    asked = client.post("/canteen/kitchen/temperatures", data=warm)
    assert asked.status_code == 409 and "采取了什么措施" in asked.text

    assert client.post("/canteen/kitchen/temperatures", data={**warm, "action": "转移食材并报修"}).status_code == 303

    row = db.session.scalars(sa.select(TemperatureReading)).one()
    assert (row.decidegrees, row.is_in_order) == (95, False)
    assert "9.5 ℃" in clean(client, "/canteen/kitchen")


def test_a_recalled_lot_stays_on_the_shelf_and_finance_sees_where(client: FlaskClient, line: make.Line) -> None:
    here = lot()
    assert here.lot_id is not None
    with transaction():
        recalls.recall(here.lot_id, reason="检出超标", advice="停用封存", by=line.seller.actor)
    make.log_in(client, line.receiver.person)
    assert "召回，停用" in clean(client, "/canteen/stock")
    given = {"goods": f"g:{here.name}", "qty": "1", "taken_by": "王师傅"}
    assert client.post(f"/canteen/stock/{line.canteen.id}/issue", data=given).status_code == 409
    assert client.get("/recall-watch").status_code == 403

    make.log_in(client, make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER))
    seen = clean(client, "/recall-watch")
    assert line.canteen.name in seen and "100kg" in seen and "检出超标" in seen


def test_another_canteens_shelf_is_not_there(client: FlaskClient, line: make.Line) -> None:
    here, stranger = lot(), make.line()
    make.log_in(client, stranger.receiver.person)

    for path in (f"/canteen/stock/lots/{here.id}", f"/canteen/stock/{line.canteen.id}/issue"):
        assert client.get(path).status_code == 404
    assert client.post(f"/canteen/stock/lots/{here.id}/discard", data={"qty": "1", "reason": "x"}).status_code == 404
    assert client.post(f"/canteen/stocktakes/of/{line.canteen.id}").status_code == 404
    assert lot().left == 100_000
