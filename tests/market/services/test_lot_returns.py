"""What is refused at the scales is in its lot again: kilograms sold never exceed bought less lost, in any order."""

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models.lots import LotBalance, LotMove
from catalog.queries import lots as reading
from catalog.rules.lots import LossReason, LotMoveKind, LotSource
from catalog.services import lots
from core import clock
from core.db import db, transaction
from core.errors import Refused
from market.models.delivery import Delivery, DeliveryLine
from market.services import acceptance
from tests import make
from tests.make import farm as farms

SIGN = {
    LotMoveKind.BOUGHT: 1, LotMoveKind.HARVESTED: 1, LotMoveKind.DECLARED: 1, LotMoveKind.RETURNED: 1,
    LotMoveKind.LOST: -1, LotMoveKind.SOLD: -1,
}  # fmt: skip


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def signed(of: make.Line, sent: Delivery, *rejected: int, correction: str = "") -> None:
    with transaction():
        draft = acceptance.count(
            sent.id, make.counts(sent, *rejected), by=of.receiver.actor, correction=correction
        )  # fmt: skip
        acceptance.accept(sent.id, version=draft.version, by=of.second.actor)


def balances() -> list[tuple[int, int, int, int]]:
    """(in, lost, sold, left) of each lot, and that the moves say the same."""
    db.session.expire_all()
    found = []
    for row in db.session.scalars(sa.select(LotBalance).order_by(LotBalance.lot_id)):
        moves = db.session.execute(sa.select(LotMove.kind, LotMove.qty).where(LotMove.lot_id == row.lot_id)).all()
        left = row.in_qty - row.lost_qty - row.sold_qty
        assert sum(SIGN[kind] * qty for kind, qty in moves) == left >= 0
        found.append((row.in_qty, row.lost_qty, row.sold_qty, left))
    return found


def lot_of(sent: Delivery) -> int:
    return db.session.scalars(sa.select(DeliveryLine.lot_id).where(DeliveryLine.delivery_id == sent.id)).one()


def test_refused_goods_are_in_their_lot_again_and_leave_the_quarters_sales(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    signed(line, sent, 10_000)
    assert balances() == [(100_000, 0, 90_000, 10_000)]
    product_id = db.session.scalars(sa.select(LotBalance.product_id)).one()
    assert reading.quarter({product_id}, clock.today())[product_id].sold_qty == 90_000


def test_a_corrected_round_moves_only_the_difference(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    signed(line, sent, 10_000)
    signed(line, sent, 25_000, correction="秤未归零")
    assert balances() == [(100_000, 0, 75_000, 25_000)]
    signed(line, sent, correction="看错")
    assert balances() == [(100_000, 0, 100_000, 0)]


def test_what_was_written_off_since_is_not_there_to_be_accepted_after_all(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    signed(line, sent, 10_000)
    with transaction():
        lots.lose(lot_of(sent), 10_000, LossReason.REJECTED, by=line.seller.actor)
    before = balances()
    with pytest.raises(Refused, match="correct-goods-gone"):
        signed(line, sent, correction="看错")
    db.session.rollback()
    assert balances() == before == [(100_000, 10_000, 90_000, 0)]


def test_a_declared_lot_sells_what_came_back_before_it_declares_more(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    signed(line, sent, 10_000)
    lot_id = lot_of(sent)
    again = db.session.scalars(sa.select(DeliveryLine.id)).one() + 1_000
    with transaction():
        lots.sell([lots.Leaving(lot_id, 15_000, again, clock.today())])
    assert balances() == [(105_000, 0, 105_000, 0)]


STEPS = st.lists(
    st.tuples(st.sampled_from(["buy", "sell", "back", "unback", "lose"]), st.integers(1, 30_000)), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_any_order_of_events_no_lot_is_oversold(app: Flask, steps: list[tuple[str, int]]) -> None:
    farm = farms.farm()
    with transaction():
        batch = lots.Batch(farm.supplier.id, farm.product_id, farm.household.village_code, clock.today())
        lot = lots.new(batch, LotSource.PURCHASE).id
    refused = []
    for number, (kind, qty) in enumerate(steps, lot * 100):
        paper = lots.Cause("example", number, clock.today())
        acts = {
            "buy": lambda qty=qty, paper=paper: lots.come_in(lot, qty, LotMoveKind.BOUGHT, paper),
            "sell": lambda qty=qty, n=number: lots.sell([lots.Leaving(lot, qty, n, clock.today())]),
            "back": lambda qty=qty, n=number: lots.come_back([lots.Coming(lot, qty, n, clock.today())]),
            "unback": lambda qty=qty, n=number: lots.come_back([lots.Coming(lot, -qty, n, clock.today())]),
            "lose": lambda qty=qty: lots.lose(lot, qty, LossReason.ROTTEN, by=farm.clerk),
        }
        before = balances()
        try:
            with transaction():
                acts[kind]()
        except Refused:
            db.session.rollback()
            refused.append(balances() == before)
    assert all(refused)
    assert all(sold + lost <= come for come, lost, sold, _ in balances())
