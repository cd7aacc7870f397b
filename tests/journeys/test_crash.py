"""Web and worker are killed five times in the middle of payments and acceptances: nothing is lost, nothing doubled.

The supervisor that `dev.py` runs starts them again. A person whose page broke presses again; the provider tells again.
"""

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from market.gateways import providers
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.models.settlement import BookTx
from market.rules.order_states import OrderKind, OrderState
from market.services import acceptance, intents
from procurement.models.ledger import FactEntry, FactKind
from tests import make
from tests.journeys.conftest import tell
from tests.make import shop
from tests.support import supervised
from tests.support.alipay import Alipay
from tests.support.bed import Place
from tests.support.cleaning import Cleaner
from tests.support.people import Visitor

KILLS, EACH = 5, 3
PRICE = 26_00


@dataclass
class Work:
    """What is to be done, and what the people were told is done."""

    deliveries: list[tuple[int, int]]  # id, version of the count
    payments: list[str]
    told: set[int] = field(default_factory=set)


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


@pytest.fixture
def work(line: make.Line, alipay: Alipay) -> Work:
    """For every kill a few counted deliveries and a few orders with their codes."""
    offer = make.product(line.supplier)
    shop.merchant(line.supplier, alipay.merchant())
    deliveries = []
    for _ in range(KILLS * EACH):
        sent = make.delivery(line, make.order(line, (offer, 2)))
        with transaction():
            draft = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor)
            deliveries.append((sent.id, draft.version))
    return Work(deliveries, [offered(offer) for _ in range(KILLS * EACH)])


def offered(offer: shop.Offer) -> str:
    """A resident's order with a code at the provider; its payment number."""
    who, by = shop.resident()
    group = shop.checked_out(by, shop.address(who), (offer, 1), price_fen=PRICE)
    order_id = db.session.scalars(sa.select(Order.id).where(Order.group_id == group.id)).one()
    with transaction():
        intent = intents.open_intent(order_id, by=by)
        wish = intents.wish(intent, subject="示例", event_url="http://127.0.0.1/payments/alipay/notify")
        intent_id = intent.id
    text = providers.get(providers.ALIPAY).create(wish).text
    with transaction():
        intents.keep_offer(intent_id, text)
    return wish.payment_no


def accept(person: Visitor, work: Work, delivery: tuple[int, int]) -> None:
    """Press 确认验收; a page that breaks says nothing."""
    try:
        answer = person.post(f"/canteen/deliveries/{delivery[0]}/acceptance", version=delivery[1])
    except OSError:
        return
    if answer.status == 303 and "/login" not in answer.location:
        work.told.add(delivery[0])


def strike(installation: supervised.Installation, person: Visitor, work: Work, alipay: Alipay, number: int) -> None:
    """A few acts at once, and the kill while they run."""
    mine = slice(number * EACH, (number + 1) * EACH)

    def buyers() -> None:
        for payment_no in work.payments[mine]:
            alipay.pay(payment_no)

    with ThreadPoolExecutor(EACH + 1) as pool:
        acts: list[Future[None]] = [pool.submit(accept, person, work, one) for one in work.deliveries[mine]]
        acts.append(pool.submit(buyers))
        time.sleep(random.uniform(0.02, 0.25))
        assert installation.kill() >= 3
        for act in acts:
            act.result(30)
    installation.wait()


def after_all(person: Visitor, work: Work, alipay: Alipay) -> None:
    """Whoever was told nothing presses again; the provider's unanswered notifies come again after some minutes."""
    for delivery in work.deliveries:
        if delivery[0] not in work.told:
            answer = person.post(f"/canteen/deliveries/{delivery[0]}/acceptance", version=delivery[1])
            assert answer.status == 303 or "已经验收" in answer.text, answer.text
    for _ in range(3):
        alipay.advance(minutes=11)


def test_five_kills_lose_nothing_and_double_nothing(
    app: Flask, place: Place, cleaner: Cleaner, line: make.Line, work: Work, alipay: Alipay, tmp_path: Path
) -> None:
    cleaner.everything()
    phone = line.second.person.phone
    db.session.remove()  # an open transaction would be ended while we wait
    with supervised.running(place, **alipay.settings(tmp_path)) as installation:
        alipay.hears(lambda path, body, kind: tell(installation.url + path, body, kind))
        person = Visitor(installation.url)
        person.log_in(phone)
        person.get("/canteen/deliveries")
        for number in range(KILLS):
            strike(installation, person, work, alipay, number)
        after_all(person, work, alipay)

    signed = db.session.scalars(sa.select(Acceptance.delivery_id)).all()
    assert sorted(signed) == sorted(delivery_id for delivery_id, _ in work.deliveries)
    accepted = sa.select(FactEntry.amount_fen).where(FactEntry.kind == FactKind.ACCEPTED)
    assert db.session.scalars(accepted).all() == [2 * PRICE] * KILLS * EACH
    bought = sa.select(Order.state).where(Order.kind == OrderKind.RESIDENT)
    assert set(db.session.scalars(bought)) == {OrderState.PAID}
    assert set(db.session.scalars(sa.select(PaymentIntent.paid_fen))) == {PRICE}
    booked = db.session.scalars(sa.select(BookTx.ref_id).where(BookTx.kind == "payment")).all()
    assert len(booked) == len(set(booked)) == KILLS * EACH
    db.session.rollback()
    for words in (["ledger", "verify"], ["audit", "verify"]):
        said = app.test_cli_runner().invoke(args=words)
        assert said.exit_code == 0, said.output
