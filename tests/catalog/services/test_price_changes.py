"""Rule 68: a jump waits with its reason, the old price holds; two people never overwrite each other unseen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import Offer, OfferStock, OfferVersion, StockMove
from catalog.models.revision import PriceChange
from catalog.queries import offers as reading
from catalog.rules.offer import StockMoveKind
from catalog.rules.pricing import Price
from catalog.rules.revision import PriceChangeState
from catalog.services import offers, price_changes, stock
from core import clock
from core.db import db, transaction
from core.errors import Refused
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalogue_staff import Staff
from tests.support.threads import at_once


@pytest.fixture
def of(app: Flask) -> Staff:
    make.village_is_exited()
    return staff.staff()


def on_shelf(of: Staff) -> reading.SellableOffer:
    staff.brought_to_shelf(of)
    return reading.sellable_list(for_units=True)[0]


def price_fen() -> int:
    db.session.expire_all()
    return reading.sellable_list(for_units=True)[0].pack_price_fen


def test_a_jump_waits_and_the_old_price_holds(of: Staff) -> None:
    offer = on_shelf(of)
    with pytest.raises(Refused, match="price-jump-needs-reason"), transaction():
        offers.change_terms(offer.offer_id, staff.terms(360_001), by=of.clerk)
    assert db.session.scalar(select(func.count(PriceChange.id))) == 0
    with transaction():
        made = offers.change_terms(offer.offer_id, staff.terms(400_000), by=of.clerk, reason="收购价上涨")
        assert isinstance(made, PriceChange)
    assert price_fen() == 3_000
    with transaction():
        price_changes.approve(made.id, by=of.operator)
    assert price_fen() == 4_000
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        price_changes.approve(made.id, by=of.operator)


def test_a_jump_that_is_returned_leaves_the_price(of: Staff) -> None:
    offer = on_shelf(of)
    with transaction():
        made = offers.change_terms(offer.offer_id, staff.terms(100_000), by=of.clerk, reason="清仓")
        assert isinstance(made, PriceChange)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        price_changes.send_back(made.id, "", by=of.operator)
    with transaction():
        price_changes.send_back(made.id, "低于成本，请核对", by=of.operator)
    assert price_fen() == 3_000


def test_a_later_word_takes_the_place_of_one_that_waits(of: Staff) -> None:
    offer = on_shelf(of)
    for fen_x100 in (400_000, 450_000, 310_000):
        with transaction():
            offers.change_terms(offer.offer_id, staff.terms(fen_x100), by=of.clerk, reason="收购价上涨")
    assert price_fen() == 3_100
    states = set(db.session.scalars(select(PriceChange.state)))
    assert states == {PriceChangeState.WITHDRAWN}


def test_stopping_a_pack_and_adding_another_is_no_way_round(of: Staff) -> None:
    offer = on_shelf(of)
    with transaction():
        offers.stop_pack(offer.offer_id, by=of.clerk)
    with pytest.raises(Refused, match="pack-jumps"), transaction():
        offers.add_pack(offer.product_id, staff.pack(terms=staff.terms(500_000)), by=of.clerk)
    later = clock.now() + timedelta(days=8)
    with clock.frozen(later), transaction():
        offers.add_pack(offer.product_id, staff.pack(terms=staff.terms(500_000)), by=of.clerk)


def test_what_nobody_saw_on_the_shelf_may_move(app: Flask) -> None:
    from catalog.services import products

    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
        offer = offers.add_pack(product.id, staff.pack(), by=of.clerk)
    with transaction():
        made = offers.change_terms(offer.id, staff.terms(900_000), by=of.clerk)
    assert isinstance(made, OfferVersion)


def test_two_price_edits_at_once_one_is_told(of: Staff, app: Flask) -> None:
    offer = on_shelf(of)
    seen = offer.offer_version_id

    def to(fen_x100: int) -> object:
        def act() -> object:
            with transaction():
                offers.change_price(offer.offer_id, Price(fen_x100, 500), seen_version_id=seen, by=of.clerk)

        return act

    answers = at_once(app, to(310_000), to(320_000))  # type: ignore[arg-type]
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["price-changed-meanwhile"]
    assert refused[0].facts["now_fen"] == price_fen()
    assert db.session.scalar(select(func.count(OfferVersion.id))) == 2


def test_a_count_against_a_reservation_never_promises_what_is_not_there(of: Staff, app: Flask) -> None:
    offer = on_shelf(of)

    def count() -> object:
        with transaction():
            return offers.count_stock(offer.offer_id, 4, by=of.clerk, seen_on_hand=10_000)

    def reserve() -> None:
        with transaction():
            stock.reserve([(offer.offer_id, 5_000)], source="order", source_id=1)

    counted, reserved = at_once(app, count, reserve)
    row = db.session.get_one(OfferStock, offer.offer_id, populate_existing=True)
    assert row.reserved <= row.on_hand
    assert isinstance(counted, Refused) != isinstance(reserved, Refused)


def test_a_count_on_an_old_page_is_told(of: Staff) -> None:
    offer = on_shelf(of)
    with transaction():
        offers.move_stock(offer.offer_id, StockMoveKind.LOSS, 2, reason="受潮", by=of.clerk)
    with pytest.raises(Refused, match="stock-changed-meanwhile") as refusal, transaction():
        offers.count_stock(offer.offer_id, 20, by=of.clerk, seen_on_hand=10_000)
    assert (refusal.value.facts["was"], refusal.value.facts["now"]) == (20, 18)


def test_stock_moves_say_why(of: Staff) -> None:
    offer = on_shelf(of)
    with pytest.raises(Refused, match="move-needs-reason"), transaction():
        offers.move_stock(offer.offer_id, StockMoveKind.ISSUE, 2, reason="", by=of.clerk)
    with pytest.raises(Refused, match="stock-promised"), transaction():
        offers.move_stock(offer.offer_id, StockMoveKind.LOSS, 21, reason="受潮", by=of.clerk)
    with transaction():
        offers.move_stock(offer.offer_id, StockMoveKind.RECEIVE, 5, reason="新到", by=of.clerk)
        offers.move_stock(offer.offer_id, StockMoveKind.ISSUE, 2, reason="集市零售", by=of.clerk)
    moves = db.session.execute(
        select(StockMove.kind, StockMove.on_hand_change, StockMove.reason, StockMove.person_id).order_by(StockMove.id)
    ).all()
    assert [(row.kind.value, row.on_hand_change, row.reason) for row in moves] == [
        ("receive", 10_000, ""), ("receive", 2_500, "新到"), ("issue", -1_000, "集市零售"),
    ]  # fmt: skip
    assert moves[1].person_id == of.clerk.person_id
    assert db.session.get_one(OfferStock, offer.offer_id).on_hand == 11_500


def test_tiers_and_presale_come_to_the_buyer(of: Staff) -> None:
    offer = on_shelf(of)
    with clock.frozen(datetime(2026, 11, 23, 2, tzinfo=UTC)), transaction():
        offers.change_terms(
            offer.offer_id,
            staff.terms(
                tiers=((10, 280_000), (50, 260_000)), ships_from=date(2026, 12, 20), presale_until=date(2026, 12, 10)
            ),
            by=of.clerk,
        )
    one = reading.sellable_list(for_units=True, on=date(2026, 11, 23))[0]
    assert [one.pack_price_fen_for(packs) for packs in (9, 10, 50)] == [3_000, 2_800, 2_600]
    assert one.presale_from == date(2026, 12, 20)
    assert reading.sellable_list(for_units=True, on=date(2026, 12, 11)) == []  # its orders have ended
    assert reading.sellable_list(for_units=True, on=date(2026, 12, 20))[0].presale_from is None
    assert db.session.get_one(Offer, offer.offer_id).is_active
