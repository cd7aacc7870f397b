"""Discounts and coupons in orders: shared, counted as paid, within budgets, used once, given back by the rule."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import Offer
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db, transaction
from core.errors import Missing, Refused
from market.gateways.ports import Payee
from market.models.order import Order, OrderGroup, OrderLine
from market.models.promotion import BudgetAccount, Coupon, LineDiscount, Promotion, PromotionUse
from market.queries import promotions as reading
from market.queries import turnover
from market.rules.order_states import OrderAct, OrderState
from market.rules.promotion import Bearer, PromotionKind, PromotionState
from market.services import carts, checkout, coupons, order_steps, promotions, resident_orders
from market.services.checkout import Choice, Deal
from tests import make
from tests.make import promotions as promo
from tests.make import shop
from tests.support.threads import at_once

PRICE = 26_000 * 5_000 // 500 // 100
COUPON = PromotionKind.COUPON
APPROVES = """INSERT INTO promotion_approval (promotion_id, made_by_id, person_id, reason, at)
SELECT id, made_by_id, made_by_id, 'x', now() FROM promotion"""


@pytest.fixture
def seller(app: Flask) -> Any:
    make.village_is_exited()
    found = make.supplier()
    shop.merchant(found, Payee("2088000000000001"))
    return found


def buy(by: Actor, to: int, *wanted: tuple[Offer | int, int], **deal: Any) -> OrderGroup:
    choices = [Choice(o if isinstance(o, int) else o.id, n, PRICE) for o, n in wanted]
    with transaction():
        cart = carts.open_cart(person_id=by.person_id, token=None)
        return checkout.check_out(cart.id, choices, to, by=by, deal=Deal(**deal))


def lines() -> list[tuple[int, int, int]]:
    rows = db.session.scalars(sa.select(OrderLine).order_by(OrderLine.id))
    return [(row.amount_fen, row.discount_fen, row.paid_fen) for row in rows]


def used(row: Promotion) -> int:
    return db.session.scalar(sa.select(Promotion.used_fen).where(Promotion.id == row.id)) or 0


def test_a_shelf_discount_and_a_coupon_stand_on_the_lines_and_count_as_paid(seller: Any) -> None:
    one, two = make.product(seller), make.product(seller)
    clerk = promo.clerk(seller)
    shelf = promo.own(clerk, offers=(one.id,), off_fen=2_00)
    coupon = promo.own(clerk, COUPON, off_fen=5_00, least_fen=50_00)
    person, by = shop.resident()
    to = shop.address(person).id
    with transaction():
        held = coupons.claim(coupon.id, by=by).id

    buy(by, to, (one, 1), (two, 2), coupon_id=held)

    order = db.session.scalars(sa.select(Order)).one()
    assert lines() == [(26_00, 2_00 + 1_58, 22_42), (52_00, 3_42, 48_58)]
    assert (order.goods_fen, order.discount_fen, order.total_fen) == (78_00, 7_00, 71_00)
    assert sum(db.session.scalars(sa.select(LineDiscount.amount_fen))) == 7_00
    assert (used(shelf), used(coupon)) == (2_00, 5_00)
    today = clock.today()
    assert reading.borne(seller.id, today, today) == {Bearer.SUPPLIER: 7_00}
    order.state = OrderState.RECEIVED  # what the score sees is what was paid
    db.session.flush()
    assert turnover.revenue(today, today) == {seller.id: 71_00}


def test_a_line_stays_above_seventy_percent_until_a_second_person_says_otherwise(seller: Any) -> None:
    offer = make.product(seller)
    clerk, other = promo.clerk(seller), promo.clerk(seller, "另一人")
    with pytest.raises(Refused, match="promotion-too-deep"):
        promo.own(clerk, off_bp=4_000)
    deep = promo.own(clerk, off_bp=4_000, is_deep=True)
    assert deep.state is PromotionState.WAITING
    person, by = shop.resident()
    to = shop.address(person).id
    buy(by, to, (offer, 1))
    with pytest.raises(Refused, match="promotion-own-approval"), transaction():
        promotions.approve(deep.id, "换季", by=clerk)
    stranger = promo.clerk(make.supplier())
    with pytest.raises(Missing), transaction():
        promotions.approve(deep.id, "换季", by=stranger)
    with transaction():
        promotions.approve(deep.id, "换季", by=other)
    buy(by, to, (offer, 1))
    assert [paid for _, _, paid in lines()] == [26_00, 15_60]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE promotion SET off_fen = 9900", "never change"),
        ("UPDATE promotion SET used_fen = budget_fen + 1", "within_budget"),
        ("UPDATE promotion SET is_deep = true", "never change"),
        ("UPDATE budget_account SET used_fen = limit_fen + 1", "within_limit"),
        ("DELETE FROM promotion_use", "permission denied|holds facts"),
        ("UPDATE line_discount SET amount_fen = 1", "permission denied|holds facts"),
        ("DELETE FROM promotion", "permission denied|is kept|holds facts"),
        (APPROVES, "second_person"),
        ("INSERT INTO line_discount SELECT id, (SELECT min(id) FROM promotion), 1 FROM order_line", "its cuts are"),
    ],
)
def test_the_database_refuses_what_cannot_be(seller: Any, statement: str, broken: str) -> None:
    operator, _ = promo.operators()
    row = promo.platform(operator, 10_00, PromotionKind.SHELF, off_fen=1_00)
    offer = make.product(seller)
    person, by = shop.resident()
    buy(by, shop.address(person).id, (offer, 1))
    assert used(row) == 1_00
    plain = promo.own(promo.clerk(seller), off_fen=50)
    assert plain.id > row.id
    if "line_discount SELECT" in statement:
        statement = statement.replace("min(id)", "max(id)")
    with pytest.raises(sa.exc.DBAPIError, match=broken), transaction():
        db.session.execute(sa.text(statement))


def test_the_platforms_budget_is_never_overrun(app: Flask, seller: Any) -> None:
    operator, _ = promo.operators()
    row = promo.platform(operator, 20_00, PromotionKind.SHELF, off_fen=5_00)
    offer_id = make.product(seller, on_hand=50 * 5_000).id
    buyers = [(by, shop.address(person).id) for person, by in (shop.resident() for _ in range(12))]

    results = at_once(app, *[lambda b=b: buy(b[0], b[1], (offer_id, 1)) and "sold" for b in buyers], seconds=60)

    assert {r.code for r in results if isinstance(r, Refused)} <= {"promotion-over"}
    db.session.rollback()
    account = db.session.scalars(sa.select(BudgetAccount)).one()
    assert account.used_fen == account.limit_fen == used(row) == 20_00
    assert sum(db.session.scalars(sa.select(PromotionUse.amount_fen))) == 20_00
    assert len([paid for _, off, paid in lines() if off]) == 4


def test_a_hundred_people_and_one_code(app: Flask, seller: Any) -> None:
    clerk = promo.clerk(seller)
    coupon = promo.own(clerk, COUPON, off_fen=5_00, least_fen=10_00, is_open=False)
    (code,) = promo.codes(coupon, 1, clerk)
    offer_id = make.product(seller, on_hand=200 * 5_000).id
    people = [shop.resident() for _ in range(20)]
    buyers = [(by, shop.address(person).id) for person, by in people]

    def use(n: int) -> str:
        by, to = buyers[n % 20]
        buy(by, to, (offer_id, 1), coupon_code=code)
        return "won"

    results = at_once(app, *[lambda n=n: use(n) for n in range(100)], seconds=90)  # type: ignore[misc]

    assert results.count("won") == 1
    assert {r.code for r in results if isinstance(r, Refused)} <= {"coupon-taken", "coupon-used"}
    assert [r for r in results if r != "won" and not isinstance(r, Refused)] == []
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(OrderGroup.id))) == 1
    assert (used(coupon), len(lines())) == (5_00, 1)


def test_a_cancelled_order_gives_the_coupon_back_once_all_of_its_checkout_are(seller: Any) -> None:
    second = make.supplier()
    shop.merchant(second, Payee("2088000000000002"))
    operator, _ = promo.operators()
    row = promo.platform(operator, 100_00, off_fen=6_00, least_fen=10_00)
    one, two = make.product(seller), make.product(second)
    person, by = shop.resident()
    to = shop.address(person).id
    with transaction():
        held = coupons.claim(row.id, by=by).id
    buy(by, to, (one, 1), (two, 1), coupon_id=held)
    first, other = db.session.scalars(sa.select(Order.id).order_by(Order.id)).all()
    assert used(row) == 6_00
    with pytest.raises(Refused, match="coupon-used"):
        buy(by, to, (one, 1), coupon_id=held)

    with transaction():
        resident_orders.cancel(first, by=by)
    assert (used(row), db.session.get_one(Coupon, held).group_id is None) == (3_00, False)
    with transaction():
        resident_orders.cancel(other, by=by)
    assert (used(row), db.session.scalars(sa.select(BudgetAccount.used_fen)).one()) == (0, 0)
    assert db.session.get_one(Coupon, held).group_id is None
    buy(by, to, (one, 1), coupon_id=held)
    assert used(row) == 6_00


def test_a_paid_order_that_is_refunded_before_it_is_sent_gives_back_too(seller: Any) -> None:
    promo.own(promo.clerk(seller), off_fen=1_00)
    person, by = shop.resident()
    buy(by, shop.address(person).id, (make.product(seller), 1))
    order = db.session.scalars(sa.select(Order)).one()
    with transaction():
        order_steps.move(order, OrderAct.PAY, party="provider", by=None)
        order_steps.move(order, OrderAct.REFUND, party="provider", by=None)
    assert db.session.scalars(sa.select(Promotion.used_fen)).one() == 0
    assert list(db.session.scalars(sa.select(PromotionUse.amount_fen).order_by(PromotionUse.id))) == [1_00, -1_00]


def test_a_coupon_has_its_limits(seller: Any) -> None:
    clerk = promo.clerk(seller)
    coupon = promo.own(clerk, COUPON, off_fen=1_00, least_fen=10_00, most_coupons=1)
    _, by = shop.resident()
    _, other = shop.resident()
    with transaction():
        held = coupons.claim(coupon.id, by=by)
    for who, code in ((by, "coupon-enough"), (other, "coupon-all-gone")):
        with pytest.raises(Refused, match=code), transaction():
            coupons.claim(coupon.id, by=who)
    with pytest.raises(Refused, match="coupon-unknown"), transaction():
        coupons.usable(held.id, by=other)
    with transaction():
        promotions.stop(coupon.id, by=clerk, right=Right.SELL)
    with pytest.raises(Refused, match="coupon-not-open"), transaction():
        coupons.usable(held.id, by=by)
    assert db.session.scalar(sa.select(sa.func.count(Coupon.id))) == 1
