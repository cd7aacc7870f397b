"""One line from the plan to the envelope's done side: held at the upper tolerance, ended by what was weighed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState
from market.services import acceptance, fulfilment
from procurement.models.ledger import FactEntry, FactKind
from procurement.models.plan import Envelope
from procurement.queries import evidence_ladder, holds
from procurement.queries.evidence_ladder import Level
from procurement.services import canteen_orders, receiving
from tests import make
from tests.make.kitchen import Kitchen, approved, kitchen


@pytest.fixture
def school(app: Flask) -> Kitchen:
    made = kitchen()
    if clock.today().year != 2026:
        make.declared(made.unit, 400_000_00, year=clock.today().year)
    return made


def envelope_of(of: Kitchen) -> tuple[int, int, int, int]:
    row = db.session.get(Envelope, (of.unit.id, clock.today().year, "L"), populate_existing=True)
    assert row is not None
    return (row.eligible_open_fen, row.eligible_done_fen, row.general_open_fen, row.general_done_fen)


def seated(of: Kitchen, body: Organisation, role: Role) -> Actor:
    return make.actor(make.seat(body, role), body, role, scope=(of.canteen.id,))


def sent(of: Kitchen, order: Order, qty: int) -> Delivery:
    body = db.session.get_one(Organisation, of.supplier.organisation_id)
    seller = seated(of, body, Role.SUPPLIER_CLERK)
    line_id = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
    with transaction():
        fulfilment.confirm_order(order.id, by=seller)
        lot = fulfilment.NewLot(harvested_on=clock.today() - timedelta(days=1))
        return fulfilment.ship(order.id, [fulfilment.ShipLine(line_id, qty, lot, "HGZ-1")], by=seller)


def weighed(of: Kitchen, delivery: Delivery) -> None:
    first, second = (seated(of, of.unit, Role.RECEIVER) for _ in range(2))
    with transaction():
        draft = acceptance.count(delivery.id, make.counts(delivery), by=first)
        receiving.accept_delivery(delivery.id, version=draft.version, by=second)


def test_less_than_ordered_ends_in_what_was_weighed_and_frees_the_rest(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    assert envelope_of(school) == (561_60, 0, 0, 0)
    with transaction():
        (order,) = canteen_orders.place(plan.token, by=school.orderer)
    assert envelope_of(school) == (561_60, 0, 0, 0)

    weighed(school, sent(school, order, 97_500))
    assert envelope_of(school)[1] == 507_00

    with transaction():
        if order.state is not OrderState.FULFILLED:
            fulfilment.close_rest(order.id, reason="少送不补", by=school.orderer)
    with transaction():
        canteen_orders.free_order(order.id)

    assert envelope_of(school) == (0, 507_00, 0, 0)
    assert holds.over_and_held() == []


def rungs(of: Kitchen) -> dict[Level, int]:
    found = evidence_ladder.of_unit(of.unit.id, clock.today().year)
    return {rung.level: rung.fen for rung in found if rung.lines}


def told(kind: FactKind) -> list[int]:
    return list(db.session.scalars(sa.select(FactEntry.amount_fen).where(FactEntry.kind == kind)))


def test_an_order_stands_on_the_ladder_until_its_goods_do(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    with transaction():
        (order,) = canteen_orders.place(plan.token, by=school.orderer)
    assert rungs(school) == {Level.ORDERED: 520_00}

    weighed(school, sent(school, order, 50_000))
    assert rungs(school) == {Level.ORDERED: 260_00, Level.ACCEPTED: 260_00}

    manager = seated(school, school.unit, Role.RECEIVER)
    with transaction():
        receiving.close_rest(order.id, reason="少送不补", by=manager)
    with transaction():
        canteen_orders.free_order(order.id)

    assert rungs(school) == {Level.ACCEPTED: 260_00}
    assert (told(FactKind.ORDERED), told(FactKind.RELEASED)) == ([520_00], [-260_00])


def test_an_order_that_is_called_off_leaves_the_ladder(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    with transaction():
        (order,) = canteen_orders.place(plan.token, by=school.orderer)
    with transaction():
        canteen_orders.cancel(order.token, reason="改期", by=school.orderer)

    assert rungs(school) == {}
    assert told(FactKind.RELEASED) == [-520_00]
