"""R1, R6, S2, P3, P5: news in any order and any number of times; money that comes too late; who may be paid."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from catalog.models.offer import OfferStock
from catalog.models.supplier import Supplier
from core import clock
from core.access.roles import OrganisationKind
from core.db import db, transaction, violated
from core.errors import Refused
from market.gateways.alipay.client import AlipayClient
from market.gateways.alipay.provider import AlipayProvider
from market.gateways.alipay.transport import HttpTransport
from market.gateways.ports import Event, EventKind
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent, PaymentNotice, Refund
from market.models.reconciliation import PaymentException
from market.models.settlement import BookPosting, BookTx
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.rules.reconciliation import ExceptionKind
from market.rules.refund_states import RefundState
from market.services import payments
from market.web.payments import fetch_codes
from tests import make
from tests.make.payments import PRICE, Sale, sale

PART = 600


@pytest.fixture
def offered(app: Flask) -> Sale:
    return sale(app).offered()


def news(of: Sale, tells_each: bool) -> list[Event]:
    """Created, paid, part of it back, the rest back, closed. Some providers tell a refund's amount, others the sum."""

    def word(kind: EventKind, number: str = "", fen: int = 0, total: int = 0) -> Event:
        each = {"refund_fen": fen if tells_each else 0, "refunded_fen": 0 if tells_each else total}
        return Event(f"{kind}|{number}", kind, of.number, "T1", "", PRICE, refund_no=number, **each)

    return [
        word(EventKind.PENDING),
        word(EventKind.PAID),
        word(EventKind.REFUNDED, "r1", PART, PART),
        word(EventKind.REFUNDED, "r2", PRICE - PART, PRICE),
        word(EventKind.CLOSED),
    ]


@contextmanager
def undone() -> Iterator[None]:
    """A transaction of which nothing stays."""
    with suppress(InterruptedError), transaction():
        yield
        raise InterruptedError


def heard(of: Sale, sequence: Sequence[Event]) -> tuple[object, ...]:
    """Where everything ends: payment, order, stock, and the ledger, entry by entry."""
    ends: tuple[object, ...] = ()
    with undone():
        for turn, event in enumerate(sequence):
            said = Event(**{**vars(event), "key": f"{event.key}|{turn % 3}"})  # notify, query, bill: other keys
            payments.hear(said, provider="alipay")
        db.session.flush()
        intent, order = db.session.get_one(PaymentIntent, of.intent_id), db.session.get_one(Order, of.order_id)
        rows = select(BookTx.kind, BookPosting.account, BookPosting.amount_fen).join(
            BookPosting, BookPosting.tx_id == BookTx.id
        )
        books = tuple(sorted(map(tuple, db.session.execute(rows))))
        reserved = db.session.scalars(select(OfferStock.reserved)).one()
        ends = (intent.state, intent.refunded_fen, order.state, reserved, books)
    return ends


def test_every_order_of_news_ends_in_the_same_state_and_ledger(offered: Sale) -> None:
    """R1: all 120 orders of {create, success, part refund, refund, closed}."""
    ends = {heard(offered, order) for order in permutations(news(offered, tells_each=True))}

    ((state, back, order, reserved, books),) = ends
    assert (state, back, order, reserved) == (PaymentState.REFUNDED, PRICE, OrderState.CANCELLED, 0)
    assert sum(fen for *_, fen in books) == 0
    assert len(books) == 6


@pytest.mark.parametrize("tells_each", [True, False])
def test_a_hundred_duplicates_in_any_order_end_the_same(offered: Sale, tells_each: bool) -> None:
    """R1: twenty copies of each word, shuffled; the books' balances agree also where only sums are told."""
    chance, ends = random.Random(7), set()
    for _ in range(5):
        words = news(offered, tells_each) * 20
        chance.shuffle(words)
        *where, books = heard(offered, words)
        balance: dict[object, int] = {}
        for _kind, account, fen in books:
            balance[account] = balance.get(account, 0) + fen
        ends.add((*where, tuple(sorted(balance.items()))))

    assert len(ends) == 1


def test_late_money_goes_back_once_and_buyer_and_finance_are_told_once(offered: Sale) -> None:
    """R6: one refund LATE-<payment>, one message each."""
    pending, paid, _, _, closed = news(offered, tells_each=True)
    with transaction():
        for event in (pending, closed, paid, paid):
            payments.hear(event, provider="alipay")
    with transaction():
        payments.hear(Event(**{**vars(paid), "key": "again"}), provider="alipay")

    assert db.session.scalars(select(Refund.out_request_no)).all() == [f"LATE-{offered.intent_id}"]
    told = select(PaymentNotice.audience, PaymentNotice.person_id).order_by(PaymentNotice.audience)
    assert db.session.execute(told).all() == [("buyer", offered.by.person_id), ("finance", None)]
    assert (offered.intent.state, offered.order.state) == (PaymentState.REFUNDING, OrderState.CANCELLED)


def test_a_word_about_nobodys_payment_waits_for_a_person(offered: Sale) -> None:
    with transaction():
        payments.hear(Event("k", EventKind.PAID, "NOBODYS", "T9", "", 500), provider="alipay")
    found = db.session.scalars(select(PaymentException)).one()
    assert (found.kind, found.theirs_fen) == (ExceptionKind.UNKNOWN, 500)
    db.session.rollback()
    assert offered.intent.state is PaymentState.CREATED


def test_money_for_a_sum_that_the_order_no_longer_has_goes_back(offered: Sale) -> None:
    """P3: a changed order voids its payment."""
    with transaction():
        order = db.session.get_one(Order, offered.order_id)
        order.freight_fen, order.total_fen, order.upper_fen = 100, order.total_fen + 100, order.upper_fen + 100
    with transaction():
        payments.hear(news(offered, tells_each=True)[1], provider="alipay")

    assert (offered.intent.state, offered.order.state) == (PaymentState.REFUNDING, OrderState.PENDING_PAY)
    assert db.session.scalars(select(Refund.state)).all() == [RefundState.ASKED]


def test_a_provider_away_for_an_hour_is_said_and_heals_within_a_quarter(app: Flask, offered: Sale) -> None:
    """R7: paid while we could not reach it; nothing is stuck 15 minutes after it is back."""
    offered.alipay.pay(offered.number)
    up = offered.alipay.provider
    nobody = AlipayClient(offered.alipay.keys, HttpTransport(connect_s=0.3), "http://127.0.0.1:9/gateway.do")
    app.extensions["payment_providers"] = {"alipay": AlipayProvider(nobody)}
    with app.test_request_context(method="POST"), pytest.raises(Refused, match="payment-not-reached"):
        fetch_codes([offered.order_id], offered.by)
    for minutes in range(0, 61, 10):
        with clock.shifted(timedelta(minutes=minutes)):
            offered.look()
    next_at = offered.intent.next_query_at
    assert offered.intent.state is PaymentState.CREATED
    assert next_at is not None
    assert next_at - clock.now() <= timedelta(minutes=60 + 15)

    app.extensions["payment_providers"] = {"alipay": up}
    with clock.shifted(next_at - clock.now()):
        offered.look()
    assert (offered.intent.state, offered.order.state) == (PaymentState.PAID, OrderState.PAID)


def test_the_database_lets_nobody_but_the_orders_supplier_be_paid(offered: Sale) -> None:
    """P5: another shop's account, one account for two shops, the platform as a seller: all refused by the schema."""
    account = db.session.scalars(select(MerchantAccount)).one()
    seller_no = account.seller_id
    db.session.rollback()
    other = make.supplier()
    other_id = other.id
    error = refused(lambda: setattr(db.session.get_one(PaymentIntent, offered.intent_id), "supplier_id", other_id))
    assert (violated(error) or "").startswith("fk_payment_intent")
    at = offered.intent.created_at
    facts = {"supplier_id": other_id, "provider": "alipay", "app_id": "x", "seller_id": seller_no, "created_at": at}
    assert violated(refused(lambda: db.session.add(MerchantAccount(**facts)))) == "uq_merchant_account_seller"
    platform = make.organisation(OrganisationKind.PLATFORM).id
    error = refused(lambda: setattr(db.session.get_one(Supplier, other_id), "organisation_id", platform))
    assert "the platform takes no money" in str(error)


def refused(act: Callable[[], object]) -> DBAPIError:
    """What the database says to an act."""

    def whole() -> None:
        with transaction():
            act()
            db.session.flush()

    with pytest.raises(DBAPIError) as said:
        whole()
    return said.value
