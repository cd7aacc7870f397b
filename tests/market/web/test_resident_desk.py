"""A resident's favourites, the tabs over the orders, 再来一单."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.rules.listing import ProductState
from catalog.rules.supplier import SupplierStatus
from core.access.actor import Actor
from core.db import db, transaction
from core.people.models import Person
from market.gateways.ports import Payee
from market.models.cart import CartLine
from market.models.favourite import Favourite
from market.models.order import Order, OrderLine
from market.queries import resident_orders
from market.rules.order_states import OrderState
from market.rules.order_tabs import OrderTab
from market.services import leaving
from tests import make
from tests.make import shop
from tests.support.copies import beside, copied, number
from tests.support.statements import statements

PRICE = 26_00


def sold(seller: Supplier, *offers: Offer) -> tuple[Actor, str, list[int]]:
    """A resident with an order of these."""
    person, by = shop.resident()
    group = shop.checked_out(by, shop.address(person), *((one, 2) for one in offers), price_fen=PRICE)
    order = db.session.scalars(sa.select(Order).where(Order.group_id == group.id)).one()
    return by, order.token, [one.id for one in offers]


def seller() -> Supplier:
    make.village_is_exited()
    made = make.supplier()
    shop.merchant(made, Payee("2088000000000001"))
    return made


def test_a_guest_is_told_to_log_in_and_comes_back(client: FlaskClient) -> None:
    offer = make.product(seller())
    sku = db.session.get_one(Product, offer.product_id).sku
    page = client.get(f"/products/{sku}").text
    assert f'href="/login?next=/products/{sku}"' in page
    assert "登录后可收藏" in page
    refused = client.post(f"/favourites/goods/{offer.product_id}")
    assert refused.status_code == 302
    assert refused.location.startswith("/login")
    assert db.session.scalar(sa.select(sa.func.count(Favourite.id))) == 0


def test_goods_and_shops_are_kept_once_and_said_to_be_gone(client: FlaskClient) -> None:
    of = seller()
    product_id, supplier_id = make.product(of, name="示例木耳").product_id, of.id
    person, _by = shop.resident()
    person_id = person.id
    make.log_in(client, person)
    for _ in range(2):
        assert client.post(f"/favourites/goods/{product_id}").status_code == 303
        assert client.post(f"/favourites/shops/{supplier_id}").status_code == 303
    assert "示例木耳" in client.get("/favourites").text
    assert "已下架" not in client.get("/favourites").text
    with transaction():
        db.session.get_one(Product, product_id).state = ProductState.WITHDRAWN
        db.session.get_one(Supplier, supplier_id).status = SupplierStatus.SUSPENDED

    page = client.get("/favourites").text
    assert "示例木耳" in page
    assert "已下架" in page
    assert "加入购物车" not in page
    assert "已停止销售" in client.get("/favourites?kind=shops").text
    with transaction():
        leaving.forget(person_id)
    assert db.session.scalar(sa.select(sa.func.count(Favourite.id))) == 0


def test_buying_again_says_what_changed_and_twice_is_once(client: FlaskClient, app: Flask) -> None:
    of = seller()
    stays, goes = make.product(of, name="示例木耳"), make.product(of, name="示例蜂蜜")
    by, token, (stays_id, _) = sold(of, stays, goes)
    goes_product = goes.product_id
    make.log_in(client, db.session.get_one(Person, by.person_id))
    with transaction():
        db.session.get_one(Product, goes_product).state = ProductState.WITHDRAWN

    for _ in range(2):
        answer = client.post(f"/orders/{token}/again")
        assert answer.status_code == 303, answer.text
    told = client.get(answer.location).text
    assert "示例蜂蜜：已下架或售完，没有放入" in told
    assert "示例木耳：价格没有变化" in told
    lines = db.session.execute(sa.select(CartLine.offer_id, CartLine.packs)).all()
    assert [tuple(row) for row in lines] == [(stays_id, 2)]
    stranger, _ = shop.resident()
    make.log_in(client, stranger)
    assert client.post(f"/orders/{token}/again").status_code == 404


def test_ten_thousand_orders_cost_what_one_costs(app: Flask) -> None:
    of = seller()
    by, token, _ = sold(of, make.product(of))
    few = cost(lambda: every_tab(by))
    many(token, 10_000)
    assert cost(lambda: every_tab(by)) == few
    numbers = resident_orders.counts(for_=by)
    assert (numbers[OrderTab.ALL], numbers[OrderTab.REVIEW], numbers[OrderTab.PAY]) == (10_001, 10_000, 1)
    first = resident_orders.page(for_=by)
    after = resident_orders.page(for_=by, before=first[-1].order.id)
    assert len({view.order.id for view in [*first, *after]}) == 40


def many(token: str, times: int) -> None:
    """So many received orders like this one."""
    order_id, line_id = db.session.execute(
        sa.select(Order.id, OrderLine.id).join(OrderLine, OrderLine.order_id == Order.id).where(Order.token == token)
    ).one()
    with transaction():
        no = sa.literal("N") + sa.cast(number(), sa.Text)
        made = copied(Order, order_id, times, order_no=no, token=no, state=OrderState.RECEIVED.value)
        copied(OrderLine, line_id, times, order_id=beside(made))


def every_tab(by: Actor) -> None:
    db.session.expunge_all()
    resident_orders.counts(for_=by)
    for tab in OrderTab:
        resident_orders.page(for_=by, tab=tab)


def cost(act: Callable[[], None]) -> int:
    with statements() as seen:
        act()
    db.session.rollback()
    return len(seen)
