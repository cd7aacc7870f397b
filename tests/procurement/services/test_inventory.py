"""The canteen's shelf follows two signatures, and never falls below nothing (rule 59)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from core.quantity import BaseUnit
from core.trail.verify import verify
from market.models.delivery import Acceptance, Delivery
from market.services import acceptance
from procurement.models.inventory import CanteenLot, CanteenMove, KitchenIssue
from procurement.queries import inventory as stored
from procurement.rules.food_safety import Meal
from procurement.rules.inventory import MoveKind
from procurement.services import inventory, receiving, stocktakes
from procurement.services.inventory import Wanted
from tests import make
from tests.support.threads import at_once


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def received(of: make.Line, sent: Delivery, *rejected: int) -> Acceptance:
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent, *rejected), by=of.receiver.actor)
        return receiving.accept_delivery(sent.id, version=draft.version, by=of.second.actor)


def shelf(of: make.Line) -> list[CanteenLot]:
    rows = list(db.session.scalars(sa.select(CanteenLot).order_by(CanteenLot.id)))
    db.session.rollback()
    assert [one.lot.id for one in stored.shelf([of.canteen.id])] == [row.id for row in rows if row.left]
    db.session.rollback()
    return rows


def issue(of: make.Line, name: str, qty: int) -> KitchenIssue:
    with transaction():
        return inventory.issue(
            of.canteen.id, [Wanted(name, BaseUnit.G, qty)], meal=Meal.LUNCH, taken_by="王师傅", by=of.receiver.actor
        )


def books_agree() -> bool:
    moved = sa.select(sa.func.coalesce(sa.func.sum(CanteenMove.qty), 0)).where(
        CanteenMove.canteen_lot_id == CanteenLot.id
    )
    return not db.session.scalar(sa.select(sa.exists().where(CanteenLot.left != moved.scalar_subquery())))


def test_rule_59_what_two_people_accepted_stands_on_the_shelf(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 103_250), 1_500)

    (lot,) = shelf(line)
    assert (lot.left, lot.received_on, lot.vendor) == (101_750, clock.today(), "")
    assert lot.lot_id is not None and books_agree()


def test_rule_59_the_kitchen_gets_no_more_than_there_is(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 100_000))
    (lot,) = shelf(line)
    slip = issue(line, lot.name, 60_000)
    assert slip.issue_no.startswith("CK")

    with pytest.raises(Refused, match="shelf-short") as refusal:
        issue(line, lot.name, 40_001)

    assert refusal.value.facts["left"] == "40kg"
    assert shelf(line)[0].left == 40_000
    assert db.session.scalar(sa.select(sa.func.count()).select_from(KitchenIssue)) == 1


def test_rule_59_twenty_cooks_at_once_never_take_more_than_there_is(app: Flask, line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 100_000))
    name = shelf(line)[0].name

    def take() -> bool:
        try:
            issue(line, name, 9_000)
        except Refused:
            return False
        return True

    assert sum(at_once(app, *[take] * 20)) == 11
    assert shelf(line)[0].left == 1_000 and books_agree()


def test_rule_59_what_is_expired_is_not_issued_but_thrown_away(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 100_000))
    (lot,) = shelf(line)
    with transaction():
        inventory.state_expiry(lot.id, clock.today() - timedelta(days=1), by=line.receiver.actor)

    with pytest.raises(Refused, match="shelf-short"):
        issue(line, lot.name, 1)
    with pytest.raises(Refused, match="reason-missing"), transaction():
        inventory.discard(lot.id, 100_000, reason=" ", by=line.receiver.actor)
    with transaction():
        inventory.discard(lot.id, 100_000, reason="过期", by=line.receiver.actor)

    assert shelf(line)[0].left == 0 and books_agree()


def test_the_kitchen_brings_back_at_most_what_it_got(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 100_000))
    (lot,) = shelf(line)
    slip = issue(line, lot.name, 10_000)
    with transaction():
        inventory.take_back(slip.id, lot.id, 4_000, by=line.receiver.actor)

    with pytest.raises(Refused, match="back-too-much"), transaction():
        inventory.take_back(slip.id, lot.id, 6_001, by=line.receiver.actor)

    assert shelf(line)[0].left == 94_000 and books_agree()
    assert [(one.issued, one.out) for one in stored.slips([line.canteen.id])[0].lines] == [(10_000, 6_000)]


def test_a_corrected_acceptance_corrects_the_shelf_even_when_it_was_eaten(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 100_000)
    received(line, sent)
    (lot,) = shelf(line)
    issue(line, lot.name, 95_000)
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent, 10_000), correction="磅秤没有去皮", by=line.receiver.actor)
        receiving.accept_delivery(sent.id, version=draft.version, by=line.second.actor)

    assert shelf(line)[0].left == 0 and books_agree()
    query = sa.select(CanteenMove.qty).where(CanteenMove.kind == MoveKind.CORRECTED).order_by(CanteenMove.id)
    assert list(db.session.scalars(query)) == [-5_000, -5_000, 5_000]


def test_ordinary_goods_stand_beside_and_strangers_see_nothing(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 1_000))
    category = shelf(line)[0].category_id
    with transaction():
        lot = inventory.enter(
            line.canteen.id, category_id=category, name="食盐", base_unit=BaseUnit.G, qty=20_000, vendor="示例粮油店",
            expires_on=None, by=line.receiver.actor,
        )  # fmt: skip
    stranger = make.line()

    with pytest.raises(Missing), transaction():
        inventory.discard(lot.id, 1, reason="x", by=stranger.receiver.actor)
    with pytest.raises(Missing), transaction():
        stocktakes.start(line.canteen.id, by=stranger.receiver.actor)

    assert [row.left for row in shelf(line)] == [1_000, 20_000]


def test_rule_59_a_difference_needs_two_people(line: make.Line) -> None:
    received(line, make.delivery(line, make.order(line), 100_000))
    (lot,) = shelf(line)
    with transaction():
        count = stocktakes.start(line.canteen.id, by=line.receiver.actor)
    with pytest.raises(Refused, match="count-open"), transaction():
        stocktakes.start(line.canteen.id, by=line.second.actor)
    with pytest.raises(Refused, match="count-reason"), transaction():
        stocktakes.hand_over(count.id, {lot.id: (93_000, "")}, by=line.receiver.actor)
    with transaction():
        handed = stocktakes.hand_over(count.id, {lot.id: (93_000, "腐烂")}, by=line.receiver.actor)
    with pytest.raises(Refused, match="count-same-person"), transaction():
        stocktakes.sign(count.id, version=handed.version, by=line.receiver.actor)
    with pytest.raises(Refused, match="count-stale"), transaction():
        stocktakes.sign(count.id, version=handed.version - 1, by=line.second.actor)
    assert shelf(line)[0].left == 100_000

    issue(line, lot.name, 3_000)
    with transaction():
        signed = stocktakes.sign(count.id, version=handed.version, by=line.second.actor)

    assert shelf(line)[0].left == 90_000 and books_agree()
    assert signed.difference_bp == 700
    assert not verify().broken
