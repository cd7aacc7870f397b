"""R5: closing and paying in one moment, a thousand times: never both, never neither."""

import contextlib
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from catalog.models.offer import Offer, OfferStock
from core import clock
from core.access.actor import Actor
from core.db import db, lost_race, transaction
from core.errors import Refused
from market.gateways import providers
from market.gateways.ports import Event, EventKind
from market.models.order import Order
from market.models.payment import PaymentIntent, Refund
from market.models.settlement import BookPosting, BookTx
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import intents, payments, resident_orders
from tests import make
from tests.make import shop
from tests.support.alipay import Alipay
from tests.support.threads import at_once

PRICE, SHOPS, ROUNDS, QUARTERS = 26_00, 5, 50, 4
DELIVERED = (OrderState.PAID, PaymentState.PAID, 0, 2)
GIVEN_BACK = (OrderState.CANCELLED, PaymentState.REFUNDING, 1, 2)


@pytest.fixture
def alipay(app: Flask) -> Alipay:
    emulator = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat(timespec="seconds"))
    app.extensions["payment_providers"] = {providers.ALIPAY: emulator.provider}
    return emulator


def shelf(alipay: Alipay) -> Offer:
    supplier = make.supplier()
    shop.merchant(supplier, alipay.merchant())
    return make.product(supplier, on_hand=50_000_000)


@pytest.mark.parametrize("quarter", range(QUARTERS))
def test_a_thousand_races_of_closing_and_paying_end_in_delivered_or_refunded(
    app: Flask, alipay: Alipay, quarter: int
) -> None:
    """R5: in both orders, and at once with a buyer who gives up. Four quarters, so that two workers share them."""
    make.village_is_exited()
    offers = [shelf(alipay) for _ in range(SHOPS)]
    person, by = shop.resident()
    home = shop.address(person)
    for turn in range(ROUNDS):
        group = shop.checked_out(by, home, *((offer, 1) for offer in offers), price_fen=PRICE)
        orders = db.session.scalars(select(Order.id).where(Order.group_id == group.id).order_by(Order.id)).all()
        db.session.rollback()
        for place, order_id in enumerate(orders):
            race(app, order_id, (quarter * ROUNDS + turn) * SHOPS + place, by)

    ends = ended()
    assert sum(ends.values()) * QUARTERS == SHOPS * ROUNDS * QUARTERS == 1_000
    assert set(ends) == {DELIVERED, GIVEN_BACK}
    assert min(ends.values()) >= 60
    assert db.session.scalar(select(func.sum(OfferStock.reserved))) == ends[DELIVERED] * 5_000


def race(app: Flask, order_id: int, run: int, by: Actor) -> None:
    """One order's payment is heard of as paid and as closed: one after the other, the other way round, or at once."""
    with transaction():
        intent = intents.open_intent(order_id, by=by)
        number, amount_fen = intent.out_trade_no, intent.amount_fen
    paid, closed = (_heard(_news(number, amount_fen, kind, run)) for kind in (EventKind.PAID, EventKind.CLOSED))
    if run % 4 == 0:
        assert at_once(app, paid, closed, _giving_up(order_id, by)) == [None] * 3
    else:
        for act in ((paid, closed), (closed, paid))[run % 2]:
            act()


def _heard(news: Event) -> Callable[[], None]:
    return _door(lambda: payments.hear(news, provider="alipay"))


def _news(number: str, amount_fen: int, kind: EventKind, run: int) -> Event:
    return Event(
        key=f"{kind}-{run}", kind=kind, payment_no=number, provider_no="T1", payee_no="", amount_fen=amount_fen
    )


def _giving_up(order_id: int, by: Actor) -> Callable[[], None]:
    def act() -> None:
        with contextlib.suppress(Refused):
            resident_orders.cancel(order_id, by=by)

    return _door(act)


def _door(act: Callable[[], object]) -> Callable[[], None]:
    """The act as a door does it: a lost race is tried again."""

    def inner() -> None:
        for _ in range(5):
            try:
                with transaction():
                    act()
            except DBAPIError as error:
                if not lost_race(error):
                    raise
            else:
                return
        raise AssertionError("lost every race")

    return inner


def ended() -> Counter[object]:
    """How the orders ended: (order, payment, refunds, postings of the payment), counted."""
    refunds = select(func.count(Refund.id)).where(Refund.intent_id == PaymentIntent.id).scalar_subquery()
    posted = (
        select(func.count(BookPosting.id))
        .join(BookTx, BookTx.id == BookPosting.tx_id)
        .where(BookTx.ref_id == PaymentIntent.id, BookTx.kind == "payment")
        .scalar_subquery()
    )
    query = select(Order.state, PaymentIntent.state, refunds, posted).join(Order, Order.id == PaymentIntent.order_id)
    return Counter(tuple(row) for row in db.session.execute(query))
