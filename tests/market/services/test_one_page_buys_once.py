"""Two tabs, a cut connection, a cart changed elsewhere: one page buys once, and what it showed is what is agreed."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.freight import FreightZone, FreightZoneRegion
from catalog.models.supplier import FreightRule
from catalog.rules.freight import DeliveryWay
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Refused
from market.gateways.ports import Payee
from market.models.cart import CartLine
from market.models.order import Order, OrderGroup
from market.queries import carts as reading
from market.services import addresses, carts, checkout
from market.services.checkout import Choice, Deal
from tests import make
from tests.make import shop
from tests.market.services.test_presale import restated
from tests.support.threads import at_once

PRICE = 26_000 * 5_000 // 500 // 100


@pytest.fixture
def seller(app: Flask) -> Any:
    make.village_is_exited()
    found = make.supplier()
    shop.merchant(found, Payee("2088000000000001"))
    return found


def filled(by: Actor, *wanted: tuple[int, int]) -> int:
    with transaction():
        cart = carts.open_cart(person_id=by.person_id, token=None)
        for offer_id, packs in wanted:
            carts.add(cart, offer_id, packs)
        return cart.id


def submit(cart_id: int, to: int, by: Actor, choices: list[Choice], **deal: Any) -> int:
    with transaction():
        return checkout.check_out(cart_id, choices, to, by=by, deal=Deal(**deal)).id


def test_two_tabs_and_ten_clicks_make_one_checkout(app: Flask, seller: Any) -> None:
    offer_id = make.product(seller).id
    person, by = shop.resident()
    to, cart_id = shop.address(person).id, filled(by, (offer_id, 2))
    choices = [Choice(offer_id, 2, PRICE, 2 * PRICE)]

    made = at_once(app, *[lambda: submit(cart_id, to, by, choices, round=0) for _ in range(10)], seconds=60)

    assert len(set(made)) == 1
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(OrderGroup.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == 0
    assert reading.round_of(cart_id) == 1


def test_a_cart_changed_in_another_tab_is_told(seller: Any) -> None:
    offer = make.product(seller)
    person, by = shop.resident()
    to, cart_id = shop.address(person).id, filled(by, (offer.id, 2))
    with transaction():
        carts.change(carts.open_cart(person_id=by.person_id, token=None), offer.id, 5)
    with pytest.raises(Refused, match="cart-changed"):
        submit(cart_id, to, by, [Choice(offer.id, 2, PRICE)], round=0)
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_freight_and_discount_that_changed_are_told(seller: Any) -> None:
    offer = make.product(seller)
    person, by = shop.resident()
    to, cart_id = shop.address(person).id, filled(by, (offer.id, 1))
    with transaction():
        db.session.add(FreightRule(supplier_id=seller.id, base_fen=9_00))
    with pytest.raises(Refused, match="freight-changed"):
        submit(cart_id, to, by, [Choice(offer.id, 1, PRICE)], round=0, seen_freight_fen={seller.id: 0})
    with pytest.raises(Refused, match="discount-changed"):
        submit(cart_id, to, by, [Choice(offer.id, 1, PRICE, PRICE - 1)], round=0)
    told = checkout.differences([Choice(offer.id, 1, PRICE - 5, PRICE)], reading.view(cart_id), {seller.id: 0})
    assert [(one.code, one.now) for one in told] == [("price", PRICE), ("freight", 9_00)]
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_a_remote_region_is_refused_with_its_reason(seller: Any) -> None:
    offer = make.product(seller)
    person, by = shop.resident()
    with transaction():
        far = addresses.add(by=by, receiver="远", phone="13800000000", region_code="650102", detail="1 号").id
        zone = FreightZone(
            supplier_id=seller.id, way=DeliveryWay.PARCEL, name="偏远", is_refused=True, reason="冷链到不了"
        )
        db.session.add(zone)
        db.session.flush()
        db.session.add(
            FreightZoneRegion(zone_id=zone.id, region_code="650000", supplier_id=seller.id, way=DeliveryWay.PARCEL)
        )
    cart_id = filled(by, (offer.id, 1))
    with pytest.raises(Refused, match="region-refused") as refusal:
        submit(cart_id, far, by, [Choice(offer.id, 1, PRICE)])
    assert refusal.value.facts["reason"] == "冷链到不了"
    assert submit(cart_id, shop.address(person).id, by, [Choice(offer.id, 1, PRICE)])


def test_presold_goods_go_apart_and_share_one_freight(seller: Any) -> None:
    now, later = make.product(seller), make.product(seller)
    restated(later, ships_from=date(2099, 12, 20))
    with transaction():
        db.session.add(FreightRule(supplier_id=seller.id, base_fen=10_00, first_g=5_000, step_g=5_000, step_fen=5_01))
    person, by = shop.resident()
    cart_id = filled(by, (later.id, 2), (now.id, 1))
    (group,) = reading.view(cart_id).groups
    assert [(part.ships_from, part.freight_fen) for part in group.parts] == [(None, 6_67), (date(2099, 12, 20), 13_35)]

    submit(cart_id, shop.address(person).id, by, [Choice(later.id, 2, PRICE), Choice(now.id, 1, PRICE)])

    orders = db.session.scalars(sa.select(Order).order_by(Order.id)).all()
    assert [(o.goods_fen, o.freight_fen) for o in orders] == [(PRICE, 6_67), (2 * PRICE, 13_35)]
    assert orders[0].delivery_way is DeliveryWay.PARCEL


def test_no_line_of_a_guest_is_lost(seller: Any) -> None:
    offers = [make.product(seller).id for _ in range(4)]
    _, by = shop.resident()
    filled(by, (offers[0], 1), (offers[1], 3))
    with transaction():
        guest = carts.open_cart(person_id=None, token=None)
        for offer_id, packs in ((offers[1], 2), (offers[2], 1), (offers[3], 1)):
            carts.add(guest, offer_id, packs)
        token = guest.token
    with transaction():
        assert carts.merge(token, by.person_id)
    view = reading.view(reading.find(person_id=by.person_id, token=None))
    packs = {row.offer_id: row.packs for group in view.groups for row in group.rows}
    assert packs == {offers[0]: 1, offers[1]: 3, offers[2]: 1, offers[3]: 1}
