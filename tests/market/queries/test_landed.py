"""Prices at the door: the list orders by them as the cart would charge, cards show what is struck and who bears it."""

from flask import Flask
from flask.testing import FlaskClient

from catalog.models.freight import FreightZone, FreightZoneRegion
from catalog.models.supplier import FreightRule
from catalog.queries.shop import Sort, browse
from catalog.rules.freight import DeliveryWay, Option, Tariff, landed_fen
from core.db import db, transaction
from market.queries import landed
from market.rules.promotion import Bearer, PromotionKind
from tests import make
from tests.make import promotions as promo

NEAR = "220681101"


def test_the_freight_of_the_least_order_is_shared_by_its_packs_and_a_refused_place_has_no_price() -> None:
    sent = [Option(DeliveryWay.PARCEL, Tariff(8_00, 99_00, 1_000, 1_000, 2_00))]
    assert landed_fen(sent, 20_00, 1, 500) == 28_00
    assert landed_fen(sent, 20_00, 3, 1_000) == 24_00
    assert landed_fen(sent, 50_00, 2, 1_000) == 50_00
    assert landed_fen([Option(DeliveryWay.PARCEL, None, "太远")], 20_00, 1, 500) is None


def test_the_list_orders_by_weight_and_freight_not_by_the_shelf(app: Flask) -> None:
    make.village_is_exited()
    heavy, light = make.supplier(), make.supplier()
    with transaction():
        steps = {"first_g": 1_000, "step_g": 1_000, "step_fen": 3_00}
        db.session.add(FreightRule(supplier_id=heavy.id, base_fen=1_00, free_above_fen=None, **steps))
        db.session.add(FreightRule(supplier_id=light.id, base_fen=6_00, free_above_fen=None))
    first = make.product(heavy, name="示例重货").product_id
    second = make.product(light, name="示例轻货").product_id
    page = browse(sort=Sort.LANDED, region=NEAR).page
    assert page.product_ids == [second, first]
    prices = landed.of_cards(page.cards, NEAR)
    assert (prices[second].door_fen, prices[first].door_fen) == (32_00, 39_00)
    assert prices[first].bearer is None


def test_what_is_not_sent_to_a_region_stands_last(app: Flask) -> None:
    make.village_is_exited()
    near, far = make.supplier(), make.supplier()
    with transaction():
        db.session.add(FreightRule(supplier_id=far.id, base_fen=9_00, free_above_fen=None))
        refused = FreightZone(supplier_id=near.id, way=DeliveryWay.PARCEL, name="不送", is_refused=True, reason="路远")
        db.session.add(refused)
        db.session.flush()
        db.session.add(
            FreightZoneRegion(zone_id=refused.id, region_code="220681", supplier_id=near.id, way=DeliveryWay.PARCEL)
        )
    first, second = make.product(near).product_id, make.product(far).product_id
    assert browse(sort=Sort.LANDED, region=NEAR).page.product_ids == [second, first]
    assert browse(sort=Sort.LANDED, region="650000").page.product_ids == [first, second]


def test_a_card_strikes_the_old_price_and_says_who_bears_the_discount(client: FlaskClient) -> None:
    make.village_is_exited()
    seller = make.supplier()
    product_id = make.product(seller, name="示例木耳").product_id
    promo.own(promo.clerk(seller), PromotionKind.SHELF, off_fen=5_00)
    price = landed.of_cards(browse().page.cards, NEAR)[product_id]
    assert (price.price_fen, price.paid_fen, price.bearer) == (26_00, 21_00, Bearer.SUPPLIER)
    db.session.rollback()
    page = client.get("/products").text
    assert "¥26.00</s> 供应商承担" in page
    assert "到手 ¥21.00" in page
