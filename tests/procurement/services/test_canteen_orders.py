"""Orders out of a plan: inside it, one per supplier, never more together than planned; cancelled, all is free again."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock, OfferVersion
from catalog.models.supplier import Supplier
from catalog.rules.certificates import CertificateKind
from catalog.rules.supplier import SupplierStatus
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from market.models.order import Order, OrderEvent, OrderLine
from market.rules.order_states import OrderState
from market.services import fulfilment
from procurement import tasks
from procurement.models.plan import Envelope
from procurement.queries import holds
from procurement.services import canteen_orders, envelope, plan_lines, plans
from tests import make
from tests.make.kitchen import Kitchen, approved, draft, kitchen
from tests.support.statements import statements
from tests.support.threads import at_once

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(app: Flask) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school(app: Flask) -> Kitchen:
    return kitchen()


def held(of: Kitchen, scheme: str = "L") -> tuple[int, int]:
    row = db.session.get(Envelope, (of.unit.id, 2026, scheme), populate_existing=True)
    assert row is not None
    return (row.eligible_open_fen, row.general_open_fen)


def promised(of: Kitchen) -> int:
    return db.session.scalars(sa.select(OfferStock.reserved).where(OfferStock.offer_id == of.cabbage.id)).one()


def place(of: Kitchen, token: str, **wanted: object) -> list[Order]:
    with transaction():
        return canteen_orders.place(token, by=of.orderer, **wanted)  # type: ignore[arg-type]


def test_an_approved_plan_becomes_one_order_per_supplier_and_day(school: Kitchen) -> None:
    other = make.product(make.supplier("示例农场"), category="veg-radish", name="示例萝卜")
    plan = draft(school, packs=20)
    with transaction():
        plan_lines.add_offer(plan.token, version=plan.version, offer_id=other.id, packs=2, by=school.orderer)
        plans.submit(plan.token, version=plan.version, by=school.orderer)

    orders = place(school, plan.token)

    assert [(o.goods_fen, o.upper_fen, o.state) for o in orders] == [
        (520_00, 561_60, OrderState.PLACED),
        (52_00, 56_16, OrderState.PLACED),
    ]
    line = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == orders[0].id)).one()
    assert (line.product_name, line.qty, line.upper_qty, line.price_fen_x100) == ("示例白菜", 100_000, 108_000, 26_000)
    assert (orders[0].plan_id, orders[0].canteen_id, orders[0].person_id) == (
        plan.id,
        school.canteen.id,
        school.orderer.person_id,
    )
    assert promised(school) == 100_000
    assert db.session.scalars(sa.select(OrderEvent.act)).all() == ["place", "place"]


def test_nothing_is_ordered_from_a_plan_that_is_not_approved(school: Kitchen) -> None:
    plan = draft(school, packs=20)

    with pytest.raises(Refused, match="plan-not-approved"):
        place(school, plan.token)

    assert db.session.scalars(sa.select(Order)).all() == []
    assert promised(school) == 0


def test_an_order_beyond_the_plan_or_its_days_is_refused(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (line,) = make.lines_of(plan)
    place(school, plan.token, packs={line.id: 15})

    with pytest.raises(Refused, match="order-beyond-plan"):
        place(school, plan.token, packs={line.id: 6})
    with pytest.raises(Refused, match="order-outside-period"):
        place(school, plan.token, packs={line.id: 5}, deliver_on=make.day("2027-02-01"))
    place(school, plan.token)

    assert promised(school) == 100_000
    with pytest.raises(Refused, match="order-empty"):
        place(school, plan.token)


def test_a_price_that_rose_above_the_tolerance_needs_another_plan(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    with transaction():
        dearer = OfferVersion(
            offer_id=school.cabbage.id, version_no=2, price_fen_x100=30_000, basis_qty=500, pack_price_fen=30_00,
            tol_bp=800, tax_mode="exempt", created_at=clock.now(),
        )  # fmt: skip
        db.session.add(dearer)
        db.session.flush()
        offer = db.session.get_one(type(school.cabbage), school.cabbage.id)
        offer.current_version_id = dearer.id

    with pytest.raises(Refused, match="order-beyond-plan"):
        place(school, plan.token)


def test_a_suspended_supplier_gets_no_new_order(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    with transaction():
        db.session.get_one(Supplier, school.supplier.id).status = SupplierStatus.SUSPENDED

    with pytest.raises(Refused, match="offer-gone"):
        place(school, plan.token)


def test_a_cancelled_order_frees_goods_and_envelope_and_may_be_placed_again(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (order,) = place(school, plan.token)

    with transaction():
        canteen_orders.cancel(order.token, reason="菜单改了", by=school.orderer)
    assert (promised(school), held(school), order.state) == (0, (0, 0), OrderState.CANCELLED)

    place(school, plan.token)
    assert (promised(school), held(school)) == (100_000, (561_60, 0))


def test_a_general_line_cancelled_and_placed_again_meets_the_gate_again(school: Kitchen) -> None:
    make.village_is_exited(exited=False, since=make.day("2026-11-01"))
    make.certificate(school.supplier, CertificateKind.GREEN, school.cabbage.product_id)
    plan = approved(school, packs=20)
    (order,) = place(school, plan.token)
    with transaction():
        canteen_orders.cancel(order.token, reason="菜单改了", by=school.orderer)
        envelope.book_statement(
            school.unit.id, 2026, canteen_id=school.canteen.id, month=9, delta_fen=360_000_00, source_id=1
        )

    with pytest.raises(Refused, match="plan-stopped"):
        place(school, plan.token)

    assert promised(school) == 0


def test_an_order_on_its_way_is_not_cancelled(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (order,) = place(school, plan.token)
    seller = _seller(school)
    with transaction():
        fulfilment.confirm_order(order.id, by=seller)
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id))
    with transaction():
        lot = fulfilment.NewLot(harvested_on=make.day("2026-11-22"))
        wanted = [fulfilment.ShipLine(order_line_id=one.id, qty=one.qty, lot=lot, commitment_no="H1") for one in lines]
        fulfilment.ship(order.id, wanted, by=seller)

    with pytest.raises(Refused, match="order-already-sent"), transaction():
        canteen_orders.cancel(order.token, reason="不要了", by=school.orderer)


def test_what_a_supplier_declines_is_freed_by_the_clock(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (order,) = place(school, plan.token)
    with transaction():
        fulfilment.decline(order.id, reason="缺货", by=_seller(school))
    assert holds.over_and_held() == [order.id]

    with transaction():
        canteen_orders.free_order(order.id)

    assert (held(school), holds.over_and_held()) == ((0, 0), [])


def test_an_order_in_the_place_of_a_declined_one_keeps_its_hold(school: Kitchen) -> None:
    """The clock comes after the new order: it frees what the declined one held, never the new one's part."""
    plan = approved(school, packs=20)
    (first,) = place(school, plan.token)
    with transaction():
        fulfilment.decline(first.id, reason="缺货", by=_seller(school))

    place(school, plan.token)
    with transaction():
        tasks.free_ended_orders()

    assert (promised(school), held(school)) == (100_000, (561_60, 0))


def test_a_closed_plan_keeps_what_its_live_orders_hold(school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (line,) = make.lines_of(plan)
    (declined,) = place(school, plan.token, packs={line.id: 12})
    place(school, plan.token, packs={line.id: 8})
    with transaction():
        fulfilment.decline(declined.id, reason="缺货", by=_seller(school))
    with transaction():
        plans.finish(plan.token, version=plan.version, by=school.orderer)
        tasks.free_ended_orders()

    assert held(school) == (224_64, 0)


def test_a_stranger_finds_no_such_order(school: Kitchen) -> None:
    (order,) = place(school, approved(school, packs=20).token)
    stranger = make.actor(make.person(), make.unit("示例二中"))

    with pytest.raises(Missing), transaction():
        canteen_orders.cancel(order.token, reason="x", by=stranger)


def test_two_people_never_order_more_together_than_was_planned(app: Flask, school: Kitchen) -> None:
    plan = approved(school, packs=20)
    (line,) = make.lines_of(plan)
    token, line_id, by = plan.token, line.id, school.orderer

    def twelve() -> str:
        with clock.frozen(NOW), transaction():
            canteen_orders.place(token, packs={line_id: 12}, by=by)
        return "placed"

    outcome = at_once(app, twelve, twelve, twelve)

    assert sum(o == "placed" for o in outcome) == 1
    assert {o.code for o in outcome if isinstance(o, Refused)} == {"order-beyond-plan"}
    assert promised(school) == 60_000


def test_placing_costs_the_same_statements_however_many_lines(school: Kitchen) -> None:
    few, many = approved(school, packs=1), draft(school, packs=1)
    with transaction():
        for number in range(6):
            offer = make.product(school.supplier, category="veg-radish", name=f"示例萝卜{number}")
            plan_lines.add_offer(many.token, version=many.version, offer_id=offer.id, packs=1, by=school.orderer)
        plans.submit(many.token, version=many.version, by=school.orderer)
    tokens = [few.token, many.token]

    counts = []
    for token in tokens:
        with statements() as seen:
            place(school, token)
        counts.append(len(seen))

    # who is to be told and how; what the unit is late with; several offers are locked by one statement more
    assert counts == [28, 29]


def _seller(of: Kitchen) -> Actor:
    body = db.session.get_one(Organisation, of.supplier.organisation_id)
    return make.actor(make.seat(body, Role.SUPPLIER_CLERK), body, Role.SUPPLIER_CLERK)
