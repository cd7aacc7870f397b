"""Refunds: once per cause, never above what was paid, one number for ever, a second person for large sums."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, jobs, settings
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from market import tasks
from market.gateways.ports import Payee, RawEvent
from market.models.order import Order
from market.models.payment import PaymentIntent, Refund, RefundAttempt
from market.models.settlement import Account, BookPosting
from market.queries import refunds as reading
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.rules.refund_states import RefundState
from market.services import intents, payments, refund_sending, refunds
from tests import make
from tests.make.payments import PRICE, Sale, fresh, sale
from tests.support.threads import at_once


@pytest.fixture
def paid(app: Flask) -> Sale:
    return sale(app).offered().paid()


def ask(of: Sale, amount_fen: int, ref: str = "case:1", **changes: object) -> int:
    with transaction():
        return refunds.ask(of.intent_id, amount_fen, "少了一个", ref, None, **changes).id  # type: ignore[arg-type]


def again() -> None:
    """What the clock does for refunds, some hours later each time."""
    with transaction():
        tasks.watch_refunds()
    jobs.run_due()


def balance(of: Sale, fen: int) -> None:
    """What the payee has at the provider."""
    with of.alipay.emulator.store.tx() as store:
        store.execute("UPDATE merchant SET balance_fen = ?", (fen,))


def payee(of: Sale) -> Payee:
    found = intents.reference(db.session.get_one(PaymentIntent, of.intent_id)).payee
    db.session.rollback()
    return found


def balances() -> dict[Account, int]:
    db.session.rollback()
    rows = db.session.execute(
        select(BookPosting.account, func.sum(BookPosting.amount_fen)).group_by(BookPosting.account)
    )
    return {account: int(total) for account, total in rows}


def test_a_part_goes_back_then_the_rest_and_the_books_agree(paid: Sale) -> None:
    ask(paid, 600)
    jobs.run_due()
    assert (paid.intent.state, paid.intent.refunded_fen) == (PaymentState.PART_REFUNDED, 600)
    assert paid.order.state is OrderState.PAID
    assert balances() == {Account.CLEARING: PRICE - 600, Account.PAYABLE: 600 - PRICE}

    ask(paid, PRICE - 600, "case:2")
    jobs.run_due()

    assert (paid.intent.state, paid.order.state) == (PaymentState.REFUNDED, OrderState.CANCELLED)
    assert balances() == {Account.CLEARING: 0, Account.PAYABLE: 0}
    assert paid.alipay.row(paid.number)["refunded_fen"] == PRICE


def test_the_same_cause_asks_once_and_another_amount_is_no_repetition(paid: Sale) -> None:
    assert ask(paid, 600) == ask(paid, 600)
    with pytest.raises(Refused, match="refund-ref-reused"):
        ask(paid, 700)
    jobs.run_due()
    assert ask(paid, 600) == db.session.scalars(select(Refund.id)).one()
    db.session.rollback()
    assert paid.alipay.row(paid.number)["refunded_fen"] == 600


def test_never_more_than_was_paid_and_nothing_is_written(paid: Sale) -> None:
    ask(paid, 600)
    with pytest.raises(Refused, match="refund-exceeds-paid") as refusal:
        ask(paid, PRICE - 599, "case:2")
    assert refusal.value.facts == {"left_fen": PRICE - 600}
    for amount in (0, -1):
        with pytest.raises(Refused, match="refund-exceeds-paid"):
            ask(paid, amount, "case:3")
    with pytest.raises(Missing), transaction():
        refunds.ask(10**15, 1, "x", "case:9", None)

    assert db.session.scalar(select(func.count(Refund.id))) == 1


def test_twelve_at_once_never_give_back_more_than_was_paid(app: Flask, paid: Sale) -> None:
    """P7: twelve people ask for a fifth each; five get it."""
    fifth = PRICE // 5
    said = at_once(app, *[lambda n=n: ask(paid, fifth, f"case:{n}") for n in range(12)])

    assert sorted(str(one) for one in said if isinstance(one, Refused)) == ["refund-exceeds-paid"] * 7
    jobs.run_due()
    assert paid.intent.refunded_fen == paid.alipay.row(paid.number)["refunded_fen"] == 5 * fifth


def test_an_unpaid_or_finished_payment_gives_nothing_back(app: Flask) -> None:
    bare = sale(app).offered()
    with pytest.raises(Refused, match="payment-not-refundable"):
        ask(bare, 1)
    bare.paid()
    with transaction():
        db.session.get_one(PaymentIntent, bare.intent_id).finished_at = clock.now()
    with pytest.raises(Refused, match="payment-not-refundable"):
        ask(bare, 1)
    assert db.session.scalar(select(func.count(Refund.id))) == 0


def test_a_large_refund_waits_for_a_second_person_of_the_shop(paid: Sale) -> None:
    with transaction():
        settings.put("refund.second_person_fen", 600, valid_from=clock.today(), reason="试", author_id=None)
    first, second = paid.clerk(), paid.clerk()
    with transaction():
        waits = refunds.ask(paid.intent_id, 600, "坏了", "case:1", first).id
    jobs.run_due()
    assert fresh(Refund, waits).state is RefundState.WAITING
    with pytest.raises(Refused, match="refund-same-person"), transaction():
        refunds.agree(waits, by=first)
    elsewhere = make.organisation(OrganisationKind.SUPPLIER)
    stranger = make.actor(make.seat(elsewhere, Role.SUPPLIER_CLERK), elsewhere, Role.SUPPLIER_CLERK)
    with pytest.raises(Missing), transaction():
        refunds.agree(waits, by=stranger)
    assert paid.intent.refunded_fen == 0

    with transaction():
        refunds.agree(waits, by=second)
    jobs.run_due()

    assert paid.intent.refunded_fen == 600
    with transaction():
        refused = refunds.ask(paid.intent_id, 700, "坏了", "case:2", first).id
    with transaction():
        refunds.refuse(refused, by=second)
    jobs.run_due()
    assert fresh(Refund, refused).state is RefundState.REFUSED
    assert ask(paid, PRICE - 600, "case:3")  # what was refused is free again


def test_a_short_balance_is_tried_again_every_day_and_each_try_is_seen(paid: Sale) -> None:
    balance(paid, 0)
    refund = ask(paid, 600)
    jobs.run_due()
    assert fresh(Refund, refund).state is RefundState.HELD
    again()
    with clock.shifted(timedelta(hours=25)):
        again()
        balance(paid, 10_000)
    with clock.shifted(timedelta(hours=50)):
        again()

    assert fresh(Refund, refund).state is RefundState.DONE
    assert [one.outcome for one in reading.attempts([refund])] == ["balance-short", "balance-short", "done"]


def test_the_providers_final_no_waits_for_a_person_and_frees_the_amount(paid: Sale) -> None:
    paid.alipay.refund(paid.number, "ELSEWHERE", PRICE, payee(paid))
    refund = ask(paid, 600)
    jobs.run_due()

    assert fresh(Refund, refund).state is RefundState.FAILED
    assert reading.taken_fen(paid.intent_id) == 0
    db.session.rollback()


def test_a_worker_that_died_while_sending_is_followed_by_a_question(paid: Sale) -> None:
    """R2, R4: the provider did it, we never heard; the next try finds it and moves nothing."""
    refund = ask(paid, 600)
    with transaction():
        sending = refund_sending.prepare(refund)
    assert sending is not None
    refund_sending.call(sending)  # and here the worker dies
    with clock.shifted(timedelta(minutes=5)):
        again()

    assert fresh(Refund, refund).state is RefundState.DONE
    assert paid.alipay.row(paid.number)["refunded_fen"] == paid.intent.refunded_fen == 600


def test_the_notify_and_the_answer_of_a_refund_count_once(paid: Sale) -> None:
    """The provider's notify is heard before the answer of the very call that caused it."""

    def receive(path: str, body: bytes, kind: str) -> bytes:
        events = paid.alipay.provider.parse_event(RawEvent(body, kind))
        with transaction():
            for event in events:
                payments.hear(event, provider="alipay", raw=body.decode())
        return b"success"

    paid.alipay.hears(receive)
    ask(paid, 600)
    jobs.run_due()
    paid.alipay.advance(minutes=5)

    assert paid.intent.refunded_fen == 600
    assert balances()[Account.PAYABLE] == 600 - PRICE
    assert db.session.scalars(select(RefundAttempt.outcome)).all() == ["done"]
    assert db.session.scalar(select(func.count(Order.id))) == 1
