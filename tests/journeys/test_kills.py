"""R2: killed (-9) twenty times in each of checkout, notify and refund: exactly one effect after redelivery.

Half of the kills hit the edges of a commit, before and after; the others any moment. See `tests/support/killing.py`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock
from core import clock, jobs
from core.db import db, transaction
from market import tasks
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent, Refund
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import refunds
from tests.make import shop
from tests.make.payments import PRICE, Sale, fresh, sale
from tests.support import invariants, killing
from tests.support.alipay import Alipay
from tests.support.cleaning import Cleaner

KILLS = 20
MOST_TURNS = 60


@pytest.fixture
def seller(app: Flask, cleaner: Cleaner) -> Iterator[Sale]:
    """A shop at a live emulator: a child process can call it."""
    cleaner.everything()
    live = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat("T", "seconds"), live=True)
    yield sale(app, alipay=live)
    live.close()


def kill_often(app: Flask, turn: Callable[[], Callable[[], object]], after: Callable[[], None], commits: int) -> int:
    """Turns until twenty were killed: a new piece of work, its act killed, then what people and the clock do next."""
    hits = turns = 0
    points = killing.points(MOST_TURNS, commits=commits, longest_s=0.04)
    while hits < KILLS:
        turns += 1
        hits += killing.killed(app, turn(), next(points))
        after()
        assert invariants.broken() == []
    return turns


def test_twenty_kills_in_checkout_make_each_order_once_or_not_at_all(app: Flask, seller: Sale) -> None:
    """A buyer whose page broke looks whether the order is there, and presses again if not."""
    acts: list[Callable[[], object]] = []

    def turn() -> Callable[[], object]:
        who, by = shop.resident()
        home = fresh(shop.Address, shop.address(who).id)
        acts.append(lambda: shop.checked_out(by, home, (seller.offer, 1), price_fen=PRICE))
        return acts[-1]

    def again() -> None:
        made = 1 + len(acts)
        if db.session.scalar(sa.select(sa.func.count(Order.id))) < made:
            acts[-1]()
        assert db.session.scalar(sa.select(sa.func.count(Order.id))) == made
        assert db.session.scalars(sa.select(OfferStock.reserved)).one() == made * 5_000

    kill_often(app, turn, again, commits=2)


def test_twenty_kills_in_notify_pay_each_order_once(app: Flask, seller: Sale) -> None:
    """The provider tells again until it hears success."""
    bodies: list[tuple[bytes, str]] = []
    seller.alipay.hears(lambda _path, body, kind: bodies.append((body, kind)) or b"")
    client = app.test_client()

    def tell() -> None:
        body, kind = bodies[-1]
        assert client.post("/payments/alipay/notify", data=body, content_type=kind).data == b"success"

    def turn() -> Callable[[], object]:
        seller.ordered().offered()
        seller.alipay.pay(seller.number)
        return tell

    def again() -> None:
        tell()
        tell()
        assert (seller.intent.state, seller.order.state) == (PaymentState.PAID, OrderState.PAID)

    turns = kill_often(app, turn, again, commits=1)
    paid = sa.select(sa.func.sum(PaymentIntent.paid_fen))
    assert db.session.scalar(paid) == turns * PRICE == seller.alipay.balance_fen(payee_no(seller))


def test_twenty_kills_in_refund_move_the_money_once(app: Flask, seller: Sale) -> None:
    """The clock looks after refunds that nobody heard of again; the provider is asked before it is told twice."""

    def turn() -> Callable[[], object]:
        seller.ordered().offered().paid()
        with transaction():
            refund = refunds.ask(seller.intent_id, 600, "坏了", f"case:{seller.intent_id}", None).id
        return lambda: tasks.send_refund(refund)

    def again() -> None:
        with clock.shifted(timedelta(minutes=3)):
            with transaction():
                tasks.watch_refunds()
            jobs.run_due()
        assert seller.intent.refunded_fen == seller.alipay.row(seller.number)["refunded_fen"] == 600

    turns = kill_often(app, turn, again, commits=2)
    assert db.session.scalar(sa.select(sa.func.count(Refund.id))) == turns


def payee_no(of: Sale) -> str:
    """The shop's account at the provider."""
    number = sa.select(MerchantAccount.seller_id).where(MerchantAccount.supplier_id == of.supplier_id)
    return db.session.scalars(number).one()
