"""A resident's money: paid once whoever says so, closed when nobody pays, given back when it comes too late."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import OfferStock
from catalog.models.supplier import Supplier
from core import clock, jobs
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.jobs.models import Outbox
from core.organisations.models import Organisation
from core.people.models import Person
from market import tasks
from market.gateways import providers
from market.gateways.ports import Event, EventKind
from market.models.order import Order, OrderLine
from market.models.payment import PaymentIntent, ProviderEvent, Refund, RefundAttempt
from market.models.settlement import BookPosting
from market.queries import resident_orders as orders
from market.queries import tracking
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState
from market.services import fulfilment, intent_steps, intents, payments, resident_orders
from tests import make
from tests.make import shop
from tests.support.alipay import Alipay
from tests.support.threads import at_once

PRICE = 26_000 * 5_000 // 500 // 100


@pytest.fixture
def alipay(app: Flask) -> Alipay:
    emulator = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat(timespec="seconds"))
    app.extensions["payment_providers"] = {providers.ALIPAY: emulator.provider}
    return emulator


@pytest.fixture
def placed(alipay: Alipay) -> tuple[Order, Callable[[], PaymentIntent]]:
    """A resident's order of one box, and its intent offered to the emulator."""
    make.village_is_exited()
    supplier = make.supplier()
    shop.merchant(supplier, alipay.merchant())
    offer = make.product(supplier, on_hand=50_000)
    person, by = shop.resident()
    group = shop.checked_out(by, shop.address(person), (offer, 1), price_fen=PRICE)
    order = db.session.scalars(select(Order).where(Order.group_id == group.id)).one()
    db.session.refresh(order)
    db.session.expunge(order)
    db.session.rollback()

    def offered() -> PaymentIntent:
        with transaction():
            intent = intents.open_intent(order.id, by=by)
            wish = intents.wish(intent, subject="示例", event_url="http://127.0.0.1/notify")
        action = alipay.provider.create(wish)
        with transaction():
            intents.keep_offer(intent.id, action.text)
        return intent

    return order, offered


def state_of(order: Order) -> tuple[OrderState, PaymentState | None]:
    db.session.rollback()
    intent = db.session.scalar(select(PaymentIntent.state).where(PaymentIntent.order_id == order.id))
    return db.session.get_one(Order, order.id, populate_existing=True).state, intent


def stock() -> tuple[int, int]:
    db.session.rollback()
    on_hand, reserved = db.session.execute(select(OfferStock.on_hand, OfferStock.reserved)).one()
    return on_hand, reserved


def closed_here(intent: PaymentIntent) -> None:
    locked = intent_steps.lock(PaymentIntent.id == intent.id)
    assert locked is not None
    payments.close(*locked)


def look(intent: PaymentIntent) -> None:
    tasks.look_at_payment(intent.id)


def test_a_paid_code_is_seen_by_asking_and_counts_once(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    alipay.pay(intent.out_trade_no)
    assert state_of(order) == (OrderState.PENDING_PAY, PaymentState.CREATED)

    look(intent)
    look(intent)

    assert state_of(order) == (OrderState.PAID, PaymentState.PAID)
    assert db.session.scalars(select(BookPosting.amount_fen).order_by(BookPosting.id)).all() == [PRICE, -PRICE]


def test_nobody_scans_and_the_goods_are_free_again(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    assert stock() == (50_000, 5_000)

    look(intent)
    assert state_of(order)[0] is OrderState.PENDING_PAY
    alipay.advance(minutes=31)
    with clock.shifted(timedelta(minutes=31)):
        look(intent)

    assert state_of(order) == (OrderState.CANCELLED, PaymentState.CLOSED)
    assert stock() == (50_000, 0)


def test_an_order_nobody_began_to_pay_expires_by_the_clock(placed: tuple) -> None:  # type: ignore[type-arg]
    order, _ = placed
    with clock.shifted(timedelta(minutes=29)), transaction():
        tasks.watch_payments()
    assert state_of(order) == (OrderState.PENDING_PAY, None)
    with clock.shifted(timedelta(minutes=31)), transaction():
        tasks.watch_payments()

    assert state_of(order) == (OrderState.CANCELLED, None)
    assert stock() == (50_000, 0)


def test_money_after_closing_goes_back_once(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    alipay.pay(intent.out_trade_no)
    with transaction():
        closed_here(intent)
    assert state_of(order) == (OrderState.CANCELLED, PaymentState.CLOSED)

    look(intent)
    look(intent)
    assert state_of(order) == (OrderState.CANCELLED, PaymentState.REFUNDING)
    jobs.run_due()
    jobs.run_due()

    assert state_of(order) == (OrderState.CANCELLED, PaymentState.REFUNDED)
    assert db.session.scalar(select(func.count(Refund.id))) == 1
    assert alipay.row(intent.out_trade_no)["refunded_fen"] == PRICE
    assert db.session.scalar(select(func.sum(BookPosting.amount_fen))) == 0


def test_a_lost_answer_of_a_refund_is_asked_again_and_moves_money_once(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    _, offered = placed
    intent = offered()
    alipay.pay(intent.out_trade_no)
    with transaction():
        closed_here(intent)
    look(intent)
    alipay.fault("lost_response", method="alipay.trade.refund")
    (job,) = db.session.scalars(select(Outbox.id).where(Outbox.task == "market.send_refund"))
    db.session.rollback()
    jobs.run(job)
    assert db.session.scalars(select(RefundAttempt.outcome)).all() == ["no-answer"]
    with clock.shifted(timedelta(minutes=10)):
        with transaction():
            tasks.watch_refunds()
        jobs.run_due()
    assert db.session.scalars(select(RefundAttempt.outcome).order_by(RefundAttempt.id)).all() == ["no-answer", "done"]

    assert alipay.row(intent.out_trade_no)["refunded_fen"] == PRICE
    db.session.rollback()
    assert db.session.get_one(PaymentIntent, intent.id, populate_existing=True).state is PaymentState.REFUNDED


def event(intent: PaymentIntent, kind: EventKind, **changes: object) -> Event:
    facts: dict[str, object] = {
        "key": f"alipay|T1|{kind}|{changes}",
        "kind": kind,
        "payment_no": intent.out_trade_no,
        "provider_no": "T1",
        "payee_no": "",
        "amount_fen": intent.amount_fen,
    }
    return Event(**(facts | changes))  # type: ignore[arg-type]


def test_any_order_of_news_ends_the_same(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    """R1: waiting, paid (three times), refunded in full — in every order."""
    order, offered = placed
    intent = offered()
    news = [
        event(intent, EventKind.PENDING),
        event(intent, EventKind.PAID),
        event(intent, EventKind.REFUNDED, refunded_fen=intent.amount_fen),
    ]
    ends = set()
    for sequence in permutations(news):
        try:
            with transaction():
                for each in (*sequence, *sequence):
                    payments.hear(each, provider="alipay")
                db.session.flush()
                row = db.session.get_one(PaymentIntent, intent.id)
                books = db.session.scalar(select(func.count(BookPosting.id)))
                state = db.session.get_one(Order, order.id).state
                ends.add((row.state, row.refunded_fen, state, books))
                raise InterruptedError
        except InterruptedError:
            pass

    assert ends == {(PaymentState.REFUNDED, intent.amount_fen, OrderState.CANCELLED, 4)}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [({"amount_fen": 1}, "wrong-amount"), ({"payee_no": "2088999999999999"}, "wrong-payee")],
)
def test_a_mismatch_pays_nothing_and_waits_for_a_person(
    alipay: Alipay,
    placed: tuple,  # type: ignore[type-arg]
    changes: dict[str, object],
    verdict: str,
) -> None:
    order, offered = placed
    intent = offered()
    with transaction():
        payments.hear(event(intent, EventKind.PAID, **changes), provider="alipay")

    assert state_of(order) == (OrderState.PENDING_PAY, PaymentState.REVIEW)
    assert db.session.scalars(select(ProviderEvent.verdict)).all() == [verdict]
    assert db.session.scalar(select(func.count(BookPosting.id))) == 0


def test_twenty_workers_hear_the_same_news_and_one_acts(app: Flask, alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    paid = event(intent, EventKind.PAID)

    def hear() -> PaymentState | None:
        with transaction():
            return payments.hear(paid, provider="alipay")

    assert set(at_once(app, *[hear] * 20)) == {PaymentState.PAID}
    assert state_of(order) == (OrderState.PAID, PaymentState.PAID)
    assert db.session.scalar(select(func.count(BookPosting.id))) == 2


def test_the_intent_is_one_and_the_payee_is_the_supplier(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    _, offered = placed
    first, second = offered(), offered()

    assert first.id == second.id
    wish = intents.wish(first, subject="x", event_url="")
    assert wish.payee.account_no == db.session.scalars(select(intents.MerchantAccount.seller_id)).one()
    assert wish.payee.token


def test_a_stranger_pays_for_no_order_of_mine(placed: tuple) -> None:  # type: ignore[type-arg]
    order, _ = placed
    _, stranger = shop.resident("别人")
    with pytest.raises(Missing), transaction():
        intents.open_intent(order.id, by=stranger)


def test_giving_up_closes_at_the_provider_first(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    alipay.scan(intent.out_trade_no)
    by = make.actor(db.session.get_one(Person, order.person_id))
    db.session.rollback()
    with transaction():
        resident_orders.cancel(order.id, by=by)
    assert state_of(order) == (OrderState.PENDING_PAY, PaymentState.CLOSING)
    jobs.run_due()

    assert state_of(order) == (OrderState.CANCELLED, PaymentState.CLOSED)
    assert [step.act for step in tracking.of_order(order).steps][-1] == "cancel"  # not: out of time
    with pytest.raises(Refused, match="order-not-payable"), transaction():
        resident_orders.cancel(order.id, by=by)


def test_a_page_read_before_the_news_takes_no_payment_back(alipay: Alipay, placed: tuple, app: Flask) -> None:  # type: ignore[type-arg]
    """The door reads the order, the provider's news lands, then the buyer's "give up" takes its lock."""
    order, offered = placed
    intent = offered()
    by = make.actor(db.session.get_one(Person, order.person_id))
    seen = orders.find(order.token, for_=by)
    assert seen is not None
    assert seen.order.state is OrderState.PENDING_PAY

    def pay() -> None:
        with transaction():
            payments.hear(event(intent, EventKind.PAID), provider="alipay")

    assert at_once(app, pay) == [None]
    with pytest.raises(Refused, match="order-not-payable"), transaction():
        resident_orders.cancel(order.id, by=by)

    assert state_of(order) == (OrderState.PAID, PaymentState.PAID)
    assert db.session.scalar(select(func.count(Refund.id))) == 0


def test_an_order_given_up_gets_no_second_code(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    offered()
    by = make.actor(db.session.get_one(Person, order.person_id))
    db.session.rollback()
    with transaction():
        resident_orders.cancel(order.id, by=by)

    with pytest.raises(Refused, match="order-not-payable"), transaction():
        intents.open_intent(order.id, by=by)

    assert db.session.scalar(select(func.count(PaymentIntent.id))) == 1


def test_an_order_whose_money_goes_back_is_not_sent(alipay: Alipay, placed: tuple) -> None:  # type: ignore[type-arg]
    order, offered = placed
    intent = offered()
    alipay.pay(intent.out_trade_no)
    look(intent)
    body = db.session.scalars(select(Organisation).join(Supplier, Supplier.organisation_id == Organisation.id)).one()
    seller = make.actor(make.seat(body, Role.SUPPLIER_CLERK), body, Role.SUPPLIER_CLERK)
    line = db.session.scalars(select(OrderLine.id)).one()
    with transaction():
        resident_orders.refund_unsent(order.id, reason="缺货", by=seller)

    wanted = [fulfilment.ShipLine(line, 5_000, fulfilment.NewLot(clock.today()), commitment_no="H1")]
    with pytest.raises(Refused, match="ship-refunded"), transaction():
        fulfilment.ship(order.id, wanted, by=seller)
    jobs.run_due()

    assert state_of(order) == (OrderState.CANCELLED, PaymentState.REFUNDED)
    assert stock() == (50_000, 0)
