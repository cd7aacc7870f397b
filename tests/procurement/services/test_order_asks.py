"""A canteen answers its supplier: cuts, freight, an end of the rest, other goods with plan line, envelope and facts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import Offer, OfferStock, OfferVersion
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from market.models.delivery import OrderLineClose
from market.models.order import Order, OrderLine
from market.models.shipping import OrderAsk, RoundStop
from market.queries import progress
from market.rules.asks import AskState
from market.rules.order_states import OrderState
from market.rules.rounds import EVERY_DAY
from market.services import asking, fulfilment, rounds
from market.services.rounds import Wish
from procurement.models.ledger import FactEntry, FactKind
from procurement.models.plan import Envelope, Plan, PlanLine
from procurement.queries import holds, runs
from procurement.services import canteen_orders, order_asks
from tests import make
from tests.make import kitchen as kitchens
from tests.make.core import writing
from tests.make.kitchen import Kitchen
from tests.support.threads import at_once


@pytest.fixture
def school(app: Flask) -> Kitchen:
    return kitchens.kitchen()


@pytest.fixture
def seller(school: Kitchen) -> Actor:
    body = db.session.get_one(Organisation, school.supplier.organisation_id)
    return make.actor(make.seat(body, Role.SUPPLIER_CLERK, name="供应甲"), body, Role.SUPPLIER_CLERK)


def placed(of: Kitchen, packs: int = 20) -> Order:
    plan = kitchens.approved(of, packs=packs)
    with transaction():
        return canteen_orders.place(plan.token, by=of.orderer)[0]


def confirmed(of: Kitchen, seller: Actor) -> Order:
    order = placed(of)
    with transaction():
        fulfilment.confirm_order(order.id, by=seller)
    return order


def line_of(order: Order) -> OrderLine:
    return db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).first()  # type: ignore[return-value]


def less(order: Order, seller: Actor, qty: int, freight_fen: int = 0) -> OrderAsk:
    with transaction():
        ask = asking.confirm(
            order.id, quantities={line_of(order).id: qty}, freight_fen=freight_fen, reason="霜冻", by=seller
        )
    assert ask is not None
    return ask


def agree(ask: OrderAsk, by: Actor) -> None:
    with transaction():
        order_asks.agree(ask.id, by=by)


def open_fen(unit_id: int) -> int:
    rows = db.session.scalars(
        sa.select(Envelope).where(Envelope.unit_id == unit_id).execution_options(populate_existing=True)
    ).all()
    return max(row.eligible_open_fen + row.general_open_fen for row in rows)


def test_the_orderers_tap_confirms_with_less(school: Kitchen, seller: Actor) -> None:
    order = placed(school)
    agree(less(order, seller, 60_000), school.orderer)

    db.session.refresh(order)
    one = progress.of_order(order.id)[line_of(order).id]
    assert order.state is OrderState.CONFIRMED
    assert (one.agreed_qty, one.progress.rest_qty) == (60_000, 60_000)
    assert (order.goods_fen, order.total_fen) == (31_200, 31_200)
    assert order.upper_fen >= order.total_fen
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 60_000


def test_freight_is_the_approvers_and_stands_apart(school: Kitchen, seller: Actor) -> None:
    order = placed(school)
    ask = less(order, seller, 100_000, freight_fen=3_000)
    with pytest.raises(Refused, match="ask-needs-approver"):
        agree(ask, school.orderer)

    agree(ask, school.approver)

    db.session.refresh(order)
    assert (order.goods_fen, order.freight_fen, order.total_fen) == (52_000, 3_000, 55_000)


def test_a_declined_ask_leaves_the_order_as_it_was(school: Kitchen, seller: Actor) -> None:
    order = placed(school)
    ask = less(order, seller, 60_000)
    with transaction():
        order_asks.decline(ask.id, reason="请按数送", by=school.orderer)

    assert (ask.state, order.state, order.goods_fen) == (AskState.DECLINED, OrderState.PLACED, 52_000)
    with pytest.raises(Refused, match="state-forbids-act"):
        agree(ask, school.orderer)


def test_two_taps_at_once_count_once(app: Flask, school: Kitchen, seller: Actor) -> None:
    ask = less(placed(school), seller, 60_000)
    ask_id = ask.id
    db.session.rollback()

    def tap() -> None:
        with transaction():
            order_asks.agree(ask_id, by=school.orderer)

    found = at_once(app, tap, tap)

    assert sorted(type(one).__name__ for one in found) == ["NoneType", "Refused"]
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 60_000


def test_the_rest_is_closed_by_both(school: Kitchen, seller: Actor) -> None:
    order = confirmed(school, seller)
    with transaction():
        ask = asking.close_rest(order.id, reason="没有了", by=seller)

    agree(ask, school.orderer)

    db.session.refresh(order)
    assert order.state is OrderState.FULFILLED
    assert db.session.scalars(sa.select(OrderLineClose.qty)).one() == 100_000
    assert open_fen(school.unit.id) == 0
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 0


def extra(order: Order, seller: Actor, offer: Offer, replaces: int | None = None, packs: int = 4) -> OrderAsk:
    with transaction():
        return asking.goods(
            order.id, offer_id=offer.id, packs=packs, reason="白菜不够", replaces_line_id=replaces, by=seller
        )


def test_goods_beside_the_order_take_the_approvers_tap_and_hold_the_envelope(school: Kitchen, seller: Actor) -> None:
    radish = make.product(school.supplier, category="veg-radish", name="示例萝卜")
    order = confirmed(school, seller)
    held, upper = open_fen(school.unit.id), order.upper_fen
    ask = extra(order, seller, radish)
    assert open_fen(school.unit.id) == held
    with pytest.raises(Refused, match="ask-needs-approver"):
        agree(ask, school.orderer)

    agree(ask, school.approver)

    made = db.session.get_one(OrderLine, ask.made_line_id)
    planned = db.session.get_one(PlanLine, made.plan_line_id)
    db.session.refresh(order)
    assert (made.product_name, made.packs, planned.offer_id) == ("示例萝卜", 4, radish.id)
    assert order.upper_fen == upper + made.upper_fen
    assert open_fen(school.unit.id) == held + made.upper_fen
    assert holds.open_of([planned.id]) == {planned.id: made.upper_fen}
    plan = db.session.get_one(Plan, order.plan_id, populate_existing=True)
    assert plan.upper_fen == order.upper_fen
    ordered = sa.select(sa.func.count(FactEntry.id)).where(FactEntry.kind == FactKind.ORDERED)
    assert db.session.scalar(ordered) == 2


def test_a_substitute_ends_the_rest_of_its_line(school: Kitchen, seller: Actor) -> None:
    radish = make.product(school.supplier, category="veg-radish", name="示例萝卜")
    order = confirmed(school, seller)
    cabbage = line_of(order)

    agree(extra(order, seller, radish, replaces=cabbage.id), school.approver)

    known = progress.of_order(order.id)
    assert not known[cabbage.id].is_open
    assert sum(one.progress.rest_qty for one in known.values()) == 20_000


def test_goods_at_another_price_are_asked_for_anew(school: Kitchen, seller: Actor) -> None:
    radish = make.product(school.supplier, category="veg-radish", name="示例萝卜")
    order = confirmed(school, seller)
    ask = extra(order, seller, radish)
    with writing():
        old = db.session.get_one(OfferVersion, radish.current_version_id)
        names = [c.name for c in OfferVersion.__table__.columns if c.name not in {"id", "version_no"}]
        newer = OfferVersion(**{name: getattr(old, name) for name in names}, version_no=old.version_no + 1)
        db.session.add(newer)
        db.session.flush()
        db.session.get_one(Offer, radish.id).current_version_id = newer.id

    with pytest.raises(Refused, match="ask-price-changed"):
        agree(ask, school.approver)

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(OrderLine.id))) == 1


def test_another_school_finds_no_question(school: Kitchen, seller: Actor) -> None:
    ask = less(placed(school), seller, 60_000)

    with pytest.raises(Missing):
        agree(ask, kitchens.kitchen().approver)


def drives(seller: Actor, **wish: object) -> None:
    given = {"name": "花山线", "weekdays": EVERY_DAY, "cutoff_days": 0, "cutoff_minute": 0, **wish}
    with transaction():
        rounds.write(Wish(**given), by=seller)  # type: ignore[arg-type]


def test_an_order_after_the_cut_off_goes_with_the_next_run(school: Kitchen, seller: Actor) -> None:
    """Cut-off two days before at midnight: what is wanted tomorrow comes in three days."""
    drives(seller, cutoff_days=2, min_stop_fen=1_000_00)
    order = placed(school)

    stop = db.session.get_one(RoundStop, order.id)
    assert stop.wanted_on == clock.today() + timedelta(days=1)
    assert order.deliver_on == stop.run_on == clock.today() + timedelta(days=3)
    (told,) = runs.told([order.id])
    assert told.is_moved
    assert told.is_small
    assert told.min_stop_fen - told.stop_fen == 480_00


def test_a_run_after_the_plan_is_refused_with_its_day(school: Kitchen, seller: Actor) -> None:
    drives(seller, cutoff_days=5)
    plan = kitchens.approved(school, packs=20, days=3)

    with pytest.raises(Refused, match="round-next-outside-plan") as refusal, transaction():
        canteen_orders.place(plan.token, by=school.orderer)

    assert refusal.value.facts["next_on"] == clock.today() + timedelta(days=6)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_a_round_to_other_towns_leaves_the_day_asked_for(school: Kitchen, seller: Actor) -> None:
    drives(seller, cutoff_days=2, towns=frozenset({"220681104"}))
    order = placed(school)

    assert order.deliver_on == clock.today() + timedelta(days=1)
    assert db.session.get(RoundStop, order.id) is None
