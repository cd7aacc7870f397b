"""What every provider owes the market, and the market every provider: one life of a payment, word for word the same.

Alipay speaks in forms and yuan, CodePay (`tests/support/codepay.py`) in sealed JSON and fen. Neither is named in what
runs between: codes, notifications, questions, refunds, the daily bill.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock, jobs
from core.db import db, transaction
from market import tasks
from market.gateways import providers
from market.gateways.ports import Declined, EventRejected, PaymentProvider, RawEvent, RefundOrder, Standing
from market.models.payment import MerchantAccount, PaymentIntent, ProviderEvent, Refund
from market.models.reconciliation import PaymentException
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import bill_fetching, intents, refunds
from market.web.payments import fetch_codes
from tests.make.payments import PRICE, Sale, fresh, sale
from tests.support import codepay, invariants
from tests.support.codepay import CodePay


@dataclass
class World:
    """A provider with what its buyers and its messenger do."""

    name: str
    provider: PaymentProvider
    pay: Callable[[str], None]
    messages: list[RawEvent]


def alipays(of: Sale) -> World:
    heard: list[RawEvent] = []
    of.alipay.hears(lambda _path, body, kind: heard.append(RawEvent(body, kind)) or b"no")
    return World(providers.ALIPAY, of.alipay.provider, of.alipay.pay, heard)


def codepays(_of: Sale) -> World:
    made = CodePay()
    return World(codepay.NAME, made, made.pay, made.messages)


@pytest.fixture(params=[alipays, codepays], ids=["alipay", "codepay"])
def world(request: pytest.FixtureRequest, app: Flask, order: Sale) -> World:
    made: World = request.param(order)
    app.extensions["payment_providers"] = {made.name: made.provider}
    with transaction():
        db.session.execute(sa.update(MerchantAccount).values(provider=made.name))
    return made


@pytest.fixture
def order(app: Flask) -> Sale:
    return sale(app)


def offered(app: Flask, of: Sale) -> Sale:
    """The buyer has asked for a code at the door."""
    with app.test_request_context(method="POST"):
        fetch_codes([of.order_id], of.by)
    query = sa.select(PaymentIntent.id, PaymentIntent.out_trade_no).where(PaymentIntent.order_id == of.order_id)
    of.intent_id, of.number = db.session.execute(query).one()
    db.session.rollback()
    return of


def tell(client: FlaskClient, world: World, message: RawEvent) -> tuple[int, bytes]:
    answer = client.post(
        f"/payments/{world.name}/notify", data=message.body, content_type=message.content_type,
        headers=dict(message.headers),
    )  # fmt: skip
    return answer.status_code, answer.data


def test_paid_told_refunded_and_reconciled(app: Flask, client: FlaskClient, order: Sale, world: World) -> None:
    offered(app, order)
    assert order.intent.qr_text
    world.pay(order.number)
    refused, said = tell(client, world, RawEvent(b"x" + world.messages[-1].body, world.messages[-1].content_type))
    assert (refused, said) == (world.provider.receipt(False).status, world.provider.receipt(False).body)
    assert order.intent.state is PaymentState.CREATED

    for _ in range(2):
        assert tell(client, world, world.messages[-1]) == (200, world.provider.receipt(True).body)

    assert (order.intent.state, order.order.state) == (PaymentState.PAID, OrderState.PAID)
    assert order.intent.paid_fen == PRICE
    with transaction():
        refunds.ask(order.intent_id, 600, "少了一个", "case:1", None)
    jobs.run_due()
    for message in world.messages:
        tell(client, world, message)
    assert (order.intent.state, order.intent.refunded_fen) == (PaymentState.PART_REFUNDED, 600)
    assert db.session.scalar(sa.select(sa.func.count(Refund.id))) == 1
    assert invariants.broken() == []
    _next_day(order, world)


def _next_day(of: Sale, world: World) -> None:
    """The bill of the day agrees with our books; fetched twice it is there once."""
    with transaction():
        account = db.session.execute(sa.select(MerchantAccount.id)).scalar_one()
    day = clock.today()
    provider, payee = bill_fetching.account_of(account)
    db.session.rollback()
    of.alipay.advance(days=1)
    rows = bill_fetching.fetch(provider, payee, day)
    assert rows is not None
    assert sorted(row.amount_fen for row in rows) == [-600, PRICE]
    for _ in range(2):
        with transaction():
            bill_fetching.take(account, day, rows)
    assert world.name == provider
    kinds = [row.value for row in db.session.scalars(sa.select(PaymentException.kind))]
    assert [kind for kind in kinds if kind != "fee"] == []


def test_a_lost_message_is_healed_by_asking(app: Flask, order: Sale, world: World) -> None:
    offered(app, order)
    world.pay(order.number)

    tasks.look_at_payment(order.intent_id)

    assert order.intent.state is PaymentState.PAID
    assert db.session.scalar(sa.select(sa.func.count(ProviderEvent.id))) == 1


def test_an_unpaid_payment_is_closed_when_its_time_is_over(app: Flask, order: Sale, world: World) -> None:
    offered(app, order)
    order.alipay.advance(minutes=31)
    with clock.shifted(timedelta(minutes=31)):
        tasks.look_at_payment(order.intent_id)

    assert order.intent.state is PaymentState.CLOSED
    assert order.order.state is OrderState.CANCELLED


def test_a_refund_moves_once_per_number_and_never_more_than_was_paid(app: Flask, order: Sale, world: World) -> None:
    offered(app, order)
    world.pay(order.number)
    tasks.look_at_payment(order.intent_id)
    payee = intents.reference(fresh(PaymentIntent, order.intent_id)).payee
    first = RefundOrder(order.number, "R1", 600, "少了一个", payee)

    assert world.provider.refund(first).moved_now
    again = world.provider.refund(first)
    found = world.provider.find_refund(first)

    assert (again.moved_now, again.amount_fen) == (False, 600)
    assert found is not None and found.amount_fen == 600
    assert world.provider.query(intents.reference(order.intent)).standing is Standing.PAID
    with pytest.raises(Declined):
        world.provider.refund(RefundOrder(order.number, "R2", PRICE, "太多", payee))


def test_nothing_unproven_is_believed(client: FlaskClient, world: World) -> None:
    for body in (b"", b"{}", b"sign=x", b"\xff\xfe", b'{"nonce":"00","sealed":"00"}'):
        with pytest.raises(EventRejected):
            world.provider.parse_event(RawEvent(body, "application/json"))
    assert client.post("/payments/nobody/notify", data=b"x").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(ProviderEvent.id))) == 0
