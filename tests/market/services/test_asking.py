"""A supplier asks, the clock ends what nobody answers; the taps of a canteen stand in procurement's tests."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock
from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from market.models.order import Order, OrderLine
from market.models.shipping import OrderAsk, OrderLineCut
from market.rules.asks import AskKind, AskState
from market.rules.order_states import OrderState
from market.services import asking, lapses
from tests import make


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def first_line(order: Order) -> OrderLine:
    return db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).one()


def confirm(of: make.Line, order: Order, qty: int | None = None, **more: object) -> OrderAsk | None:
    quantities = {} if qty is None else {first_line(order).id: qty}
    with transaction():
        return asking.confirm(order.id, quantities=quantities, by=of.seller.actor, **more)  # type: ignore[arg-type]


def test_a_whole_order_is_confirmed_at_once(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)

    assert confirm(line, order) is None

    assert order.state is OrderState.CONFIRMED
    assert db.session.scalar(sa.select(sa.func.count(OrderAsk.id))) == 0


def test_less_goods_are_asked_for_and_change_nothing_yet(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)

    ask = confirm(line, order, 60_000, reason="霜冻减产")

    assert ask is not None
    assert (ask.kind, ask.state, order.state) == (AskKind.CONFIRM, AskState.ASKED, OrderState.PLACED)
    assert db.session.scalar(sa.select(sa.func.count(OrderLineCut.order_line_id))) == 0
    with pytest.raises(Refused, match="ask-open-already"):
        confirm(line, order, 50_000, reason="再少些")


@pytest.mark.parametrize(
    ("qty", "reason", "code"),
    [(60_000, " ", "reason-needed"), (0, "没货", "ask-nothing-left"), (100_001, "多给", "ask-more-than-ordered")],
)
def test_what_cannot_be_asked(line: make.Line, qty: int, reason: str, code: str) -> None:
    order = make.order(line, state=OrderState.PLACED)

    with pytest.raises(Refused, match=code):
        confirm(line, order, qty, reason=reason)

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(OrderAsk.id))) == 0


def test_confirming_whole_after_all_takes_the_question_back(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    ask = confirm(line, order, 60_000, reason="霜冻减产")
    assert ask is not None

    confirm(line, order)

    assert (order.state, ask.state) == (OrderState.CONFIRMED, AskState.WITHDRAWN)


def test_a_question_without_answer_ends_with_its_order(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)
    ask = confirm(line, order, 60_000, reason="霜冻减产")
    assert ask is not None
    with clock.shifted(timedelta(hours=23, minutes=59)), transaction():
        assert lapses.end_asks() == 0

    with clock.shifted(timedelta(hours=24, minutes=1)), transaction():
        assert lapses.end_asks() == 1

    assert (order.state, ask.state) == (OrderState.CANCELLED, AskState.LAPSED)
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 0


def test_an_order_that_nobody_confirms_ends_and_frees_its_goods(line: make.Line) -> None:
    order, confirmed = make.order(line, state=OrderState.PLACED), make.order(line)
    with clock.shifted(timedelta(hours=47)), transaction():
        assert lapses.end_orders() == 0

    with clock.shifted(timedelta(hours=49)), transaction():
        assert lapses.end_orders() == 1

    assert (order.state, confirmed.state) == (OrderState.CANCELLED, OrderState.CONFIRMED)


def test_only_what_is_missing_is_closed_and_only_by_asking(line: make.Line) -> None:
    order = make.order(line)
    with transaction():
        ask = asking.close_rest(order.id, reason="地里没有了", by=line.seller.actor)
    assert (ask.kind, order.state) == (AskKind.CLOSE_REST, OrderState.CONFIRMED)
    with transaction():
        asking.withdraw(ask.id, by=line.seller.actor)
    assert ask.state is AskState.WITHDRAWN

    make.delivery(line, order, 40_000)
    with pytest.raises(Refused, match="close-under-way"), transaction():
        asking.close_rest(order.id, reason="地里没有了", by=line.seller.actor)


def test_goods_are_ones_own_and_asked_for_while_the_order_lives(line: make.Line) -> None:
    order, other = make.order(line), make.product(make.line().supplier)

    with pytest.raises(Missing), transaction():
        asking.goods(order.id, offer_id=other.id, packs=1, reason="加送", by=line.seller.actor)

    placed, mine = make.order(line, state=OrderState.PLACED), make.product(line.supplier, name="示例萝卜")
    with pytest.raises(Refused, match="ask-not-confirmed"), transaction():
        asking.goods(placed.id, offer_id=mine.id, packs=1, reason="加送", by=line.seller.actor)
    assert db.session.scalar(sa.select(sa.func.count(OrderAsk.id))) == 0


def test_another_shop_asks_nothing(line: make.Line) -> None:
    order = make.order(line, state=OrderState.PLACED)

    with pytest.raises(Missing), transaction():
        asking.confirm(order.id, quantities={}, by=make.line().seller.actor)
