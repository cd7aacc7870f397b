"""The ways out of a stop through the services: the smallest total, the basket; and imports in the envelope."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.jobs import REGISTRY
from procurement.models.declaration import Declaration
from procurement.models.external import ExternalOrderVersion
from procurement.models.plan import Envelope, Plan, PlanRelease
from procurement.queries import basket, canteens, plan_gate, releases
from procurement.rules.declaration import CanteenStatus, DeclarationState
from procurement.rules.plan import PlanState, ReleaseKind
from procurement.services import envelope, envelope_imports, plan_lines, plan_releases, plan_rows, plans
from tests import make
from tests.make.kitchen import Kitchen, draft, goods, kitchen

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(app: Flask) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school(app: Flask) -> Kitchen:
    """Declared 10,000 yuan of which 9,000 are spent on ordinary goods: the envelope is empty."""
    made = kitchen(total_fen=10_000_00)
    with transaction():
        envelope.book_statement(
            made.unit.id, 2026, canteen_id=made.canteen.id, month=9, delta_fen=9_000_00, source_id=1
        )
    return made


def stopped(of: Kitchen, fen: int) -> tuple[Plan, int]:
    """A plan that the gate stops, handed in, and the total it proposes."""
    plan = draft(of)
    with transaction():
        plan_lines.add_ordinary(plan.token, version=plan.version, typed=goods(fen), by=of.orderer)
        (line,) = make.lines_of(plan)
        change = {line.id: plan_lines.Change(general_reason="price")}
        plan_lines.save(plan.token, version=plan.version, changes=change, by=of.orderer)
        plans.submit(plan.token, version=plan.version, by=of.orderer, ask_release=True)
    found = plan_gate.of_plan(plan, make.lines_of(plan), kind="school")
    return plan, max(stop.found.raise_to_fen or 0 for stop in found.stops)


def raise_and_approve(of: Kitchen, plan: Plan, total_fen: int) -> None:
    with transaction():
        plan_releases.raise_total(plan.token, version=plan.version, total_fen=total_fen, reason="增加就餐", by=of.head)
        plans.approve(plan.token, version=plan.version, by=of.approver)


@pytest.mark.parametrize("fen", [1, 9, 10, 99_99, 1_234_57])
def test_the_proposed_total_lets_the_plan_pass_and_one_fen_less_does_not(school: Kitchen, fen: int) -> None:
    plan, total = stopped(school, fen)

    with pytest.raises(Refused, match="plan-stopped"):
        raise_and_approve(school, plan, total - 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Declaration)) == 1

    raise_and_approve(school, plan, total)
    assert plan.state is PlanState.APPROVED
    raised = db.session.scalars(sa.select(Declaration).order_by(Declaration.version_no.desc())).first()
    assert raised is not None
    assert (raised.total_fen, raised.state) == (total, DeclarationState.REVIEWED)
    assert db.session.scalars(sa.select(PlanRelease.kind)).all() == [ReleaseKind.RAISED_TOTAL]


def test_the_basket_puts_stand_ins_first_then_the_cheapest_and_fits_what_is_there(school: Kitchen) -> None:
    dear = make.product(school.supplier, category="veg-radish", name="示例萝卜", price_fen_x100=20_000)
    make.product(school.supplier, category="veg-bean", name="四季豆")
    make.product(school.supplier, category="veg-pepper", name="示例辣椒", on_hand=0)
    plan = draft(school)
    with transaction():
        typed = goods(100_00, category="veg-radish", name="外地萝卜")
        plan_lines.add_ordinary(plan.token, version=plan.version, typed=typed, by=school.orderer)

    found = basket.suggest(100_00, make.lines_of(plan), among=basket.eligible("school"), headline="L")

    assert [(one.offer.product_name, one.replaces) for one in found] == [("示例萝卜", "外地萝卜"), ("示例白菜", "")]
    assert found[0].offer.offer_id == dear.id
    assert (found[0].packs, found[0].premium_bp < 0) == (1, True)  # one kg was planned, a box holds five
    with transaction():
        packs = {one.offer.offer_id: one.packs for one in found}
        plan_lines.add_offers(plan.token, version=plan.version, packs=packs, by=school.orderer)
    assert len(make.lines_of(plan)) == 3


def test_an_832_order_is_eligible_for_n_general_for_l_and_its_undoing_takes_both_back(school: Kitchen) -> None:
    def held(scheme: str) -> tuple[int, int]:
        row = db.session.get(Envelope, (school.unit.id, 2026, scheme), populate_existing=True)
        assert row is not None
        return (row.eligible_done_fen, row.general_done_fen)

    version = ExternalOrderVersion(
        id=5, order_id=1, unit_id=school.unit.id, canteen_fen=800_00, recognised_on=make.day("2026-10-02")
    )
    for _ in range(2):
        with transaction():
            envelope_imports.post([version])
    assert (held("N"), held("C")) == ((800_00, 9_000_00), (800_00, 9_000_00))
    assert held("L") == (0, 9_800_00)

    for _ in range(2):
        with transaction():
            envelope_imports.take_back([5])
    assert (held("N"), held("L")) == ((0, 9_000_00), (0, 9_000_00))


def test_a_contractor_plans_for_the_canteen_whose_filing_names_it(app: Flask) -> None:
    school = kitchen()
    firm = make.organisation(OrganisationKind.CONTRACTOR, "示例餐饮", uscc="91220681MA0XY0029N")
    buyer = make.actor(make.seat(firm, Role.CONTRACTOR_BUYER), firm, Role.CONTRACTOR_BUYER)
    assert canteens.of_actor(buyer) == []

    with transaction():
        filed = db.session.scalars(sa.select(Declaration)).one()
        filed.canteen_status, filed.contractor_uscc = CanteenStatus.OUTSOURCED, "91220681MA0XY0029N"

    assert [room.id for room in canteens.of_actor(buyer)] == [school.canteen.id]
    day = make.day("2026-11-25")
    with transaction():
        plan = plans.start(school.canteen.id, period_from=day, period_to=day, by=buyer)
    assert (plan.unit_id, plan.author_id) == (school.unit.id, buyer.person_id)


def test_the_clock_ends_plans_whose_week_is_long_over(school: Kitchen) -> None:
    plan = draft(school, packs=1)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert plan.state is PlanState.APPROVED

    with clock.frozen(datetime(2026, 12, 20, 2, tzinfo=UTC)), transaction():
        REGISTRY["procurement.close_past_plans"]()
        REGISTRY["procurement.free_ended_orders"]()

    row = db.session.get(Envelope, (school.unit.id, 2026, "L"), populate_existing=True)
    assert row is not None
    assert (plan_rows.seen(plan.token, school.orderer).state, row.eligible_open_fen) == (PlanState.CLOSED, 0)


def test_finance_sees_an_emergency_the_same_minute(client: FlaskClient, school: Kitchen) -> None:
    plan, _ = stopped(school, 900_00)
    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.head, emergency_reason="断电补粮")
    finance = make.organisation(OrganisationKind.FINANCE, "示例财政局")
    make.log_in(client, make.seat(finance, Role.FINANCE_OFFICER))

    page = client.get("/finance/releases").text
    assert "断电补粮" in page
    assert "应急放行" in page


def test_reasons_for_general_goods_add_up_to_a_signal_by_category(school: Kitchen) -> None:
    plan, _ = stopped(school, 900_00)
    assert releases.signals(2026) == []  # not approved yet
    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.head, emergency_reason="断电补粮")

    assert releases.signals(2026) == [releases.Signal("面粉", "price", 1, 1, 900_00)]
