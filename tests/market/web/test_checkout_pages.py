"""The checkout by plain forms: no JavaScript anywhere, what the page shows is what is sent."""

import re
from datetime import timedelta
from html import unescape

import sqlalchemy as sa
from flask.testing import FlaskClient

from catalog.models.supplier import FreightRule
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market.gateways.ports import Payee
from market.models.cart import Address
from market.models.order import Order
from market.rules.promotion import PromotionKind
from tests import make
from tests.make import promotions as promo
from tests.make import shop


def sent_by(page: str, form: str) -> dict[str, list[str]]:
    """The hidden fields of a form."""
    body = page.split(f'id="{form}"')[1].split("</form>", maxsplit=1)[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', body):
        fields.setdefault(name, []).append(unescape(value))
    return fields


def test_a_coupon_is_proposed_and_a_change_is_told_before_it_is_bought(client: FlaskClient) -> None:
    make.village_is_exited()
    seller = make.supplier()
    shop.merchant(seller, Payee("2088000000000001"))
    offer, clerk = make.product(seller, name="示例白菜"), promo.clerk(seller)
    coupon_id = promo.own(clerk, PromotionKind.COUPON, off_fen=5_00, least_fen=20_00).id
    person, _ = shop.resident()
    shop.address(person)
    offer_id, seller_id = offer.id, seller.id
    make.log_in(client, person)
    assert client.post(f"/coupons/{coupon_id}").status_code == 303
    assert client.post("/cart/lines", data={"offer": offer_id, "packs": 1}).status_code == 303
    assert "送至" in client.get("/cart").text
    shown = client.get("/checkout").text
    assert "省 ¥5.00" in shown
    form = sent_by(shown, "order")
    with transaction():
        db.session.add(FreightRule(supplier_id=seller_id, base_fen=8_00))

    told = client.post("/checkout", data=form)
    assert told.status_code == 409
    assert "运费 ¥0.00 变为 ¥8.00" in told.text
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 0
    db.session.rollback()
    again = client.post("/checkout", data=sent_by(told.text, "order"))
    assert again.status_code == 303, again.text
    order = db.session.scalars(sa.select(Order)).one()
    assert (order.goods_fen, order.discount_fen, order.freight_fen) == (26_00, 5_00, 8_00)


def test_the_division_is_picked_step_by_step_without_javascript(client: FlaskClient) -> None:
    person, _ = shop.resident()
    person_id = person.id
    make.log_in(client, person)
    typed = {"receiver": "张三", "phone": "13812345678", "detail": "一号路", "province": "220000"}
    step = client.post("/addresses", data=typed | {"step": "1"})
    assert step.status_code == 200
    assert 'value="220600"' in step.text
    assert "张三" in step.text
    assert client.post("/addresses", data=typed).status_code == 409  # not to the last level
    whole = {"city": "220600", "county": "220681", "town": "220681103"}
    assert client.post("/addresses", data=typed | whole).status_code == 303
    kept = db.session.scalars(sa.select(Address).where(Address.person_id == person_id)).one()
    assert (kept.region, kept.is_default) == ("吉林省白山市临江市花山镇", True)
    db.session.rollback()
    assert "138****5678" in client.get("/addresses").text
    assert client.get(f"/addresses/{kept.id}").status_code == 200
    assert client.post("/region", data={"province": "110000", "city": "110100", "county": "110101"}).status_code == 303


def test_the_desks_of_promotions_and_freight_open_and_save(client: FlaskClient) -> None:
    seller = make.supplier()
    body = db.session.get_one(Organisation, seller.organisation_id)
    clerk = make.seat(body, Role.SUPPLIER_CLERK)
    make.log_in(client, clerk)
    for path in (
        "/supplier/promotions",
        "/supplier/promotions/new",
        "/supplier/freight",
        "/supplier/freight/zones/new",
    ):
        assert client.get(path).status_code == 200, path
    made = client.post("/supplier/promotions", data={"kind": "shelf", "name": "秋收价", "off_percent": "10"} | days())
    assert made.status_code == 303, made.text
    assert "秋收价" in client.get("/supplier/promotions").text
    zone = {"name": "偏远", "way": "refused", "reason": "冷链到不了", "code": ["650000", "540000"]}
    assert client.post("/supplier/freight/zones", data=zone).status_code == 303
    assert "冷链到不了" in client.get("/supplier/freight").text
    assert client.post("/supplier/freight/zones", data=zone).status_code == 409


def days() -> dict[str, str]:
    today = clock.today()
    return {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()}
