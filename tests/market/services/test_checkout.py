"""From cart to orders: split to the fen, never oversold, told when something changed."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import OfferStock
from catalog.models.supplier import FreightRule
from core.db import db, transaction
from core.errors import Missing, Refused
from core.people.models import Person
from market.gateways.ports import Payee
from market.models.cart import Address, CartLine
from market.models.order import Order, OrderGroup
from market.queries import carts as cart_queries
from market.services import carts, checkout
from market.services.checkout import Choice
from tests import make
from tests.make import shop
from tests.support.statements import statements
from tests.support.threads import at_once

PRICE = 26_000 * 5_000 // 500 // 100
PAYEE = Payee("2088000000000001")


@pytest.fixture(autouse=True)
def exited(app: Flask) -> None:
    make.village_is_exited()


def orders() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Order.id))) or 0


def test_two_suppliers_make_two_orders_with_their_own_freight(app: Flask) -> None:
    first, second = make.supplier(), make.supplier()
    for number, each in enumerate((first, second), start=1):
        shop.merchant(each, Payee(f"208800000000000{number}"))
    with transaction():
        db.session.add(FreightRule(supplier_id=first.id, base_fen=800, free_above_fen=None))
        db.session.add(FreightRule(supplier_id=second.id, base_fen=900, free_above_fen=PRICE * 2))
    one, two = make.product(first), make.product(second)
    person, by = shop.resident()
    to = shop.address(person)

    group = shop.checked_out(by, to, (one, 1), (two, 2), price_fen=PRICE)

    made = db.session.scalars(select(Order).where(Order.group_id == group.id).order_by(Order.id)).all()
    assert [(o.goods_fen, o.freight_fen) for o in made] == [(PRICE, 800), (PRICE * 2, 0)]
    assert sum(o.total_fen for o in made) == group.total_fen


def test_two_hundred_buyers_for_fifty_boxes(app: Flask) -> None:
    supplier = make.supplier()
    shop.merchant(supplier, PAYEE)
    offer_id = make.product(supplier, on_hand=50 * 5_000).id
    buyers = []
    with transaction():
        for _ in range(40):
            person, by = shop.resident()
            buyers.append((by, shop.address(person).id, shop.cart_of(by).id))

    def buy(n: int) -> str:
        by, to, cart_id = buyers[n % 40]
        with transaction():
            checkout.check_out(cart_id, [Choice(offer_id, 1, PRICE)], to, by=by)
        return "sold"

    results = at_once(app, *[lambda n=n: buy(n) for n in range(200)], seconds=90)  # type: ignore[misc]

    sold = results.count("sold")
    assert sold == 50
    assert {r.code for r in results if isinstance(r, Refused)} <= {"stock-short", "too-many-unpaid"}
    assert [r for r in results if r != "sold" and not isinstance(r, Refused)] == []
    db.session.rollback()
    assert db.session.execute(select(OfferStock.on_hand, OfferStock.reserved)).one() == (250_000, 250_000)


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"seen_price_fen": PRICE - 1}, "price-changed"),
        ({"packs": 11}, "stock-short"),
        ({"packs": 0}, "cart-packs"),
        ({"packs": -3}, "cart-packs"),
        ({"offer_id": 10**12}, "goods-gone"),
    ],
)
def test_a_refused_checkout_leaves_nothing(app: Flask, choice: dict[str, int], code: str) -> None:
    supplier = make.supplier()
    shop.merchant(supplier, PAYEE)
    offer = make.product(supplier, on_hand=50_000)
    person, by = shop.resident()
    cart, to = shop.cart_of(by), shop.address(person)
    wanted = Choice(**({"offer_id": offer.id, "packs": 1, "seen_price_fen": PRICE} | choice))

    with pytest.raises(Refused, match=code), transaction():
        checkout.check_out(cart.id, [wanted], to.id, by=by)

    assert orders() == 0
    assert db.session.scalar(select(func.count(OrderGroup.id))) == 0
    assert db.session.scalars(select(OfferStock.reserved)).one() == 0


def test_a_supplier_without_an_account_sells_to_units_only(app: Flask) -> None:
    offer = make.product(make.supplier())
    person, by = shop.resident()
    with pytest.raises(Refused, match="supplier-takes-no-payment"):
        shop.checked_out(by, shop.address(person), (offer, 1), price_fen=PRICE)
    assert orders() == 0


def test_nobody_sends_goods_to_a_strangers_address(app: Flask) -> None:
    supplier = make.supplier()
    shop.merchant(supplier, PAYEE)
    offer = make.product(supplier)
    _, by = shop.resident()
    stranger, _ = shop.resident()
    with pytest.raises(Missing):
        shop.checked_out(by, shop.address(stranger), (offer, 1), price_fen=PRICE)


def test_a_guests_cart_moves_over_at_log_in(app: Flask) -> None:
    offer, other = make.product(make.supplier()), make.product(make.supplier())
    _, by = shop.resident()
    with transaction():
        guest = carts.open_cart(person_id=None, token=None)
        carts.add(guest, offer.id, 2)
        token = guest.token
        carts.add(carts.open_cart(person_id=by.person_id, token=None), other.id, 1)
    with transaction():
        carts.merge(token, by.person_id)

    view = cart_queries.view(cart_queries.find(person_id=by.person_id, token=None))
    assert sorted(row.packs for group in view.groups for row in group.rows) == [1, 2]
    assert cart_queries.find(person_id=None, token=token) is None
    assert db.session.scalar(select(func.count()).select_from(CartLine)) == 2


def test_a_checkout_takes_a_known_number_of_statements(app: Flask) -> None:
    supplier = make.supplier()
    shop.merchant(supplier, PAYEE)
    offers = [make.product(supplier) for _ in range(3)]
    person, by = shop.resident()
    cart_id, to = shop.cart_of(by).id, shop.address(person).id
    choices = [Choice(o.id, 1, PRICE) for o in offers]

    with statements() as seen, transaction():
        checkout.check_out(cart_id, choices, to, by=by)

    reading = [each for each in seen if each.startswith("SELECT") and "nextval" not in each]
    assert len(reading) <= 16  # with freight, promotions, and the locks of cart, stock and trail
    assert len(seen) - len(reading) <= 11, "\n".join(seen)


def at_one_door(of: Person) -> Address:
    """Another phone, the same door."""
    with transaction():
        home = db.session.merge(shop.address(of))
        home.detail = "示例路 1 号"
    return home


def test_many_accounts_of_one_hand_hold_no_more_than_a_door_may(app: Flask) -> None:
    supplier = make.supplier()
    shop.merchant(supplier, PAYEE)
    offer = make.product(supplier)
    for _ in range(checkout.MAX_UNPAID_DOOR):
        person, by = shop.resident()
        shop.checked_out(by, at_one_door(person), (offer, 1), price_fen=PRICE)
    person, by = shop.resident()
    home, before = at_one_door(person), orders()
    with pytest.raises(Refused, match="too-many-unpaid-here"):
        shop.checked_out(by, home, (offer, 1), price_fen=PRICE)
    assert orders() == before
    with transaction():
        home = db.session.merge(home)
        home.phone, home.detail = "13900000000", "别处 2 号"
    shop.checked_out(by, home, (offer, 1), price_fen=PRICE)
