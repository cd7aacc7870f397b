"""A 合格证 that was made void after the goods left stops its lines and no others (rule 3.3)."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.commitment import Commitment
from catalog.models.product import Lot
from catalog.rules.commitment import CommitmentBasis
from catalog.services import commitments, harvests
from catalog.services.commitments import Promise
from core import clock
from core.db import db, transaction
from core.errors import Refused
from core.quantity import KG
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.queries import progress
from market.rules.counting import Counts
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderState
from market.services import acceptance, fulfilment
from market.services.fulfilment import NewLot, ShipLine
from tests import make


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def sent(of: make.Line) -> tuple[Order, Delivery, Commitment]:
    """Cabbage with a certificate made here, and radish with a paper's number, on one note."""
    cabbage, radish = make.product(of.supplier), make.product(of.supplier, category="veg-radish", name="示例萝卜")
    with transaction():
        record = harvests.write(
            harvests.Harvest("field-1", cabbage.product_id, "200", KG, clock.today(), "示例地块"), by=of.seller.actor
        )
        promise = Promise(record.lot_id, 150_000, frozenset({CommitmentBasis.CONTROL}), "0439-0000000")
        paper = commitments.issue(promise, by=of.seller.actor)
    order = make.order(of, (cabbage, 20), (radish, 2))
    rows = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    first, second = rows.all()
    lot_no = db.session.get_one(Lot, record.lot_id).lot_no
    wanted = [
        ShipLine(first.id, first.qty, NewLot(clock.today(), lot_no), commitment_no=paper.commitment_no),
        ShipLine(second.id, second.qty, NewLot(clock.today()), commitment_no="HGZ-2"),
    ]
    with transaction():
        return order, fulfilment.ship(order.id, wanted, by=of.seller.actor), paper


def made_void(of: make.Line, paper: Commitment) -> Commitment:
    with transaction():
        again = Promise(paper.lot_id, 140_000, frozenset({CommitmentBasis.CONTROL}), "0439-0000000")
        return commitments.replace(paper.id, again, by=of.seller.actor)


def counted(of: make.Line, delivery: Delivery, counts: Counts, correction: str = "") -> int:
    with transaction():
        return acceptance.count(delivery.id, counts, by=of.receiver.actor, correction=correction).version


def signed(of: make.Line, delivery: Delivery, version: int) -> Acceptance:
    with transaction():
        return acceptance.accept(delivery.id, version=version, by=of.second.actor)


def held(counts: Counts, **first: object) -> Counts:
    one, *rest = counts.lines
    return replace(counts, lines=(replace(one, accepted_qty=0, is_held=True, **first), *rest))  # type: ignore[arg-type]


def test_its_line_is_not_accepted_and_nothing_is_written(line: make.Line) -> None:
    _, delivery, paper = sent(line)
    made_void(line, paper)

    with pytest.raises(Refused, match="commitment-void-since") as refusal:
        counted(line, delivery, make.counts(delivery))

    assert refusal.value.facts["commitment_no"] == paper.commitment_no
    db.session.rollback()
    assert db.session.get_one(Delivery, delivery.id).state is DeliveryState.ON_THE_WAY


def test_made_void_between_the_two_signatures_it_stops_the_second(line: make.Line) -> None:
    _, delivery, paper = sent(line)
    version = counted(line, delivery, make.counts(delivery))
    made_void(line, paper)

    with pytest.raises(Refused, match="commitment-void-since"):
        signed(line, delivery, version)

    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 0


def test_a_held_line_waits_while_the_others_go_on(line: make.Line) -> None:
    order, delivery, paper = sent(line)
    newer = made_void(line, paper)

    signed(line, delivery, counted(line, delivery, held(make.counts(delivery))))

    assert [row.commitment_no for row in db.session.scalars(sa.select(AcceptanceLine))] == ["HGZ-2"]
    db.session.refresh(delivery)
    assert delivery.state is DeliveryState.PART_ACCEPTED
    cabbage, radish = progress.of_order(order.id).values()
    assert (cabbage.progress.under_way_qty, radish.progress.accepted_qty) == (100_000, radish.line.qty)
    assert db.session.get_one(Order, order.id).state is OrderState.CONFIRMED

    one, *rest = make.counts(delivery).lines
    later = Counts((replace(one, commitment_no=newer.commitment_no), *rest))
    signed(line, delivery, counted(line, delivery, later, correction="换证已到"))
    numbers = {
        row.commitment_no
        for row in db.session.scalars(
            sa.select(AcceptanceLine).where(
                AcceptanceLine.acceptance_id == sa.select(sa.func.max(Acceptance.id)).scalar_subquery()
            )
        )
    }
    assert numbers == {newer.commitment_no, "HGZ-2"}
    assert db.session.get_one(Order, order.id, populate_existing=True).state is OrderState.FULFILLED


def test_its_line_may_go_back(line: make.Line) -> None:
    _, delivery, paper = sent(line)
    made_void(line, paper)
    one, *rest = make.counts(delivery).lines
    back = replace(one, accepted_qty=0, rejected_qty=one.accepted_qty, reason="合格证作废")

    signed(line, delivery, counted(line, delivery, Counts((back, *rest))))

    db.session.refresh(delivery)
    assert delivery.state is DeliveryState.PART_ACCEPTED


def test_a_paper_number_does_not_stand_in_for_the_void_one(line: make.Line) -> None:
    _, delivery, paper = sent(line)
    made_void(line, paper)
    one, *rest = make.counts(delivery).lines

    with pytest.raises(Refused, match="commitment-void-since"):
        counted(line, delivery, Counts((replace(one, commitment_no="HGZ-纸质"), *rest)))


def test_lines_on_a_note_are_not_all_held(line: make.Line) -> None:
    _, delivery, _ = sent(line)
    lines = [replace(one, accepted_qty=0, is_held=True) for one in make.counts(delivery).lines]
    with pytest.raises(Refused, match="count-all-held"):
        counted(line, delivery, Counts(tuple(lines)))
    assert db.session.scalar(sa.select(sa.func.count(DeliveryLine.id))) == 2
