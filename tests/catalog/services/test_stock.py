"""Stock: promises never exceed what is there, whoever asks at the same moment."""

import itertools

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from catalog.models.offer import OfferStock, StockMove
from catalog.services import stock
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.support.threads import at_once


def counts(offer_id: int) -> tuple[int, int]:
    row = db.session.execute(
        select(OfferStock.on_hand, OfferStock.reserved).where(OfferStock.offer_id == offer_id)
    ).one()
    return row.on_hand, row.reserved


def moves() -> int:
    return db.session.scalar(select(func.count(StockMove.id))) or 0


def test_of_two_hundred_at_once_exactly_fifty_get_the_fifty_in_stock(app: Flask) -> None:
    offer_id = make.product(make.supplier(), on_hand=50 * 1000, pack_qty=1000).id

    def order(number: int) -> str:
        with transaction():
            stock.reserve([(offer_id, 1000)], source="order", source_id=number)
        return "sold"

    answers = at_once(app, *[lambda n=n: order(n) for n in range(1, 201)], seconds=60)  # type: ignore[misc]

    refused = [a for a in answers if isinstance(a, Refused)]
    assert answers.count("sold") == 50
    assert {r.code for r in refused} == {"stock-short"}
    assert len(refused) == 150
    assert counts(offer_id) == (50_000, 50_000)
    assert moves() == 50


def test_orders_over_the_same_goods_in_opposite_order_do_not_deadlock(app: Flask) -> None:
    of = make.supplier()
    a, b = make.product(of).id, make.product(of, name="示例萝卜").id

    def order(number: int) -> None:
        lines = [(a, 10), (b, 10)] if number % 2 else [(b, 10), (a, 10)]
        with transaction():
            stock.reserve(lines, source="order", source_id=number)

    answers = at_once(app, *[lambda n=n: order(n) for n in range(1, 41)])  # type: ignore[misc]

    assert answers == [None] * 40
    assert counts(a)[1] == counts(b)[1] == 400


def test_a_short_line_leaves_nothing_of_the_others(app: Flask) -> None:
    of = make.supplier()
    plenty, little = make.product(of).id, make.product(of, name="示例蓝莓", on_hand=7_000).id

    with pytest.raises(Refused, match="stock-short") as refusal, transaction():
        stock.reserve([(little, 10_000), (plenty, 10_000)], source="order", source_id=1)

    assert refusal.value.facts["name"] == "示例蓝莓"
    assert refusal.value.facts["left"] == 1
    assert counts(plenty)[1] == counts(little)[1] == 0
    assert moves() == 0


def test_the_same_cause_moves_once(app: Flask) -> None:
    offer_id = make.product(make.supplier()).id
    with transaction():
        stock.reserve([(offer_id, 500)], source="order", source_id=1)

    with pytest.raises(Refused, match="stock-moved-already"), transaction():
        stock.reserve([(offer_id, 500)], source="order", source_id=1)

    assert counts(offer_id)[1] == 500


def test_an_offer_named_twice_is_one_move_of_the_sum(app: Flask) -> None:
    offer_id = make.product(make.supplier()).id
    with transaction():
        stock.reserve([(offer_id, 500), (offer_id, 300)], source="order", source_id=1)

    assert counts(offer_id)[1] == 800
    assert moves() == 1


def test_what_is_promised_cannot_be_counted_away_or_shipped_twice(app: Flask) -> None:
    offer_id = make.product(make.supplier(), on_hand=1000, pack_qty=100).id
    with transaction():
        stock.reserve([(offer_id, 600)], source="order", source_id=1)

    with pytest.raises(Refused, match="stock-promised"), transaction():
        stock.adjust(offer_id, -500, source="count", source_id=1)
    with pytest.raises(Refused, match="stock-not-promised"), transaction():
        stock.ship([(offer_id, 700)], source="delivery", source_id=1)
    with transaction():
        stock.ship([(offer_id, 600)], source="delivery", source_id=1)

    assert counts(offer_id) == (400, 0)


def test_an_unknown_offer_is_missing(app: Flask) -> None:
    with pytest.raises(Missing), transaction():
        stock.reserve([(999_999_999, 1)], source="order", source_id=1)


ACTS = ("receive", "reserve", "release", "ship", "return_")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 400)), max_size=12))
def test_counts_are_always_the_sum_of_their_moves(app: Flask, acts: list[tuple[str, int]]) -> None:
    numbers = itertools.count(1)
    offer_id = make.product(make.supplier(), on_hand=0).id
    for act, qty in acts:
        try:
            with transaction():
                getattr(stock, act)([(offer_id, qty)], source="test", source_id=next(numbers))
        except Refused:
            continue

    sums = db.session.execute(
        select(
            func.coalesce(func.sum(StockMove.on_hand_change), 0), func.coalesce(func.sum(StockMove.reserved_change), 0)
        ).where(StockMove.offer_id == offer_id)
    ).one()
    on_hand, reserved = counts(offer_id)
    assert (on_hand, reserved) == tuple(sums)
    assert 0 <= reserved <= on_hand
