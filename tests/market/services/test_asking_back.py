"""A resident cancels a paid order before it is sent; a kind of goods that cannot be sent back is ticked for (84)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Category
from catalog.rules.returns import TICK_TEXT, ReturnPolicy
from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from core.text import sentence
from market import tasks
from market.models.order import AskBack, OrderLine
from market.models.payment import Refund
from market.queries import after_sale_lines
from market.rules.after_sale import AfterSaleKind
from market.rules.asking_back import AskBackState
from market.rules.order_states import OrderState
from market.services import asking_back, checkout, picking
from market.services.checkout import Choice, Deal
from tests import make
from tests.make import payments as pay
from tests.make import shop
from tests.make.core import writing


def refunds() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Refund.amount_fen)))


def packed(of: pay.Sale) -> None:
    line = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == of.order_id)).one()
    with transaction():
        picking.tick([line], by=of.clerk())


def test_before_packing_the_money_goes_back_at_once_and_only_once(app: Flask) -> None:
    of = pay.sale(app).offered().paid()
    with transaction():
        made = asking_back.ask(of.order_id, reason="", by=of.by)
        assert made.state is AskBackState.AGREED
    with pytest.raises(Refused, match="order-not-paid"), transaction():
        asking_back.ask(of.order_id, reason="", by=of.by)
    refund = db.session.scalars(sa.select(Refund.id)).one()
    db.session.rollback()
    tasks.send_refund(refund)
    assert of.order.state is OrderState.CANCELLED
    assert refunds() == [pay.PRICE]


def test_while_it_is_packed_the_shop_answers_and_silence_is_consent(app: Flask) -> None:
    of = pay.sale(app).offered().paid()
    packed(of)
    with transaction():
        made = asking_back.ask(of.order_id, reason="买错了", by=of.by)
        assert made.state is AskBackState.ASKED
    assert refunds() == []
    with pytest.raises(Missing), transaction():
        asking_back.agree(of.order_id, by=make.actor(make.person()))
    with clock.shifted(timedelta(hours=23)), transaction():
        assert asking_back.end_silence() == 0
    with clock.shifted(timedelta(hours=25)), transaction():
        assert asking_back.end_silence() == 1
    assert refunds() == [pay.PRICE]


def test_a_shop_that_says_no_says_why_and_nothing_goes_back(app: Flask) -> None:
    of = pay.sale(app).offered().paid()
    packed(of)
    clerk = of.clerk()
    with transaction():
        asking_back.ask(of.order_id, reason="", by=of.by)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        asking_back.decline(of.order_id, reason=" ", by=clerk)
    with transaction():
        asking_back.decline(of.order_id, reason="已经装车", by=clerk)
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        asking_back.withdraw(of.order_id, by=of.by)
    with pytest.raises(Refused, match="asked-back-already"), transaction():
        asking_back.ask(of.order_id, reason="", by=of.by)
    assert db.session.scalars(sa.select(AskBack.answer)).one() == "已经装车"
    assert refunds() == []


def test_an_unpaid_order_is_not_asked_back(app: Flask) -> None:
    of = pay.sale(app)
    with pytest.raises(Refused, match="order-not-paid"), transaction():
        asking_back.ask(of.order_id, reason="", by=of.by)
    assert db.session.scalar(sa.select(sa.func.count(AskBack.id))) == 0


@pytest.fixture
def returns(app: Flask) -> Iterator[Callable[[ReturnPolicy], None]]:
    """Give every kind of goods a policy; afterwards each has its own again."""
    own = {row.id: row.return_policy for row in db.session.execute(sa.select(Category.id, Category.return_policy))}
    db.session.rollback()

    def give(policy: ReturnPolicy) -> None:
        with writing():
            db.session.execute(sa.update(Category).values(return_policy=policy))

    yield give
    with writing():
        for category in db.session.scalars(sa.select(Category)):
            category.return_policy = own[category.id]


@pytest.mark.parametrize(
    ("policy", "ticked", "kept"),
    [
        (ReturnPolicy.CONFIRMED, True, (True, TICK_TEXT)),
        (ReturnPolicy.CONFIRMED, False, (False, None)),
        (ReturnPolicy.SEVEN_DAYS, True, (False, None)),
    ],
)
def test_only_a_tick_for_such_a_kind_takes_the_seven_days(
    returns: Callable[[ReturnPolicy], None], policy: ReturnPolicy, ticked: bool, kept: tuple[bool, int | None]
) -> None:
    make.village_is_exited()
    seller = make.supplier()
    shop.merchant(seller, shop.Payee("2088000000000001"))
    offer = make.product(seller)
    returns(policy)
    person, by = shop.resident()
    home, cart = shop.address(person), shop.cart_of(by)
    deal = Deal(ticked=frozenset({offer.id} if ticked else ()))
    with transaction():
        checkout.check_out(cart.id, [Choice(offer.id, 1, pay.PRICE)], home.id, by=by, deal=deal)
    line = db.session.scalars(sa.select(OrderLine)).one()
    assert (line.no_return_ticked, line.no_return_text) == kept
    (one,) = after_sale_lines.of_order(line.order_id)
    received = replace(one, bought=replace(one.bought, received_at=clock.now()))
    assert (AfterSaleKind.NO_REASON in received.choices(clock.now())) is (kept == (False, None))


def test_another_wording_has_another_number() -> None:
    """Change the sentence and TICK_TEXT together: old lines point at what their buyers read."""
    assert sentence("word", f"no-return-tick-{TICK_TEXT}").startswith("我已知晓：本商品拆封后不宜退货")
