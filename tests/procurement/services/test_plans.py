"""Plans: judged as written, approved by another, held in the envelope, stopped where the reserve begins."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db, transaction
from core.errors import Forbidden, Missing, Refused
from procurement.models.plan import Envelope, Plan, PlanLine, PlanRelease
from procurement.rules.gate import Gate
from procurement.rules.plan import ApprovalLevel, PlanState, ReleaseKind
from procurement.services import envelope, plan_lines, plans
from tests import make
from tests.make.kitchen import Kitchen, approved, draft, goods, kitchen
from tests.support.threads import at_once


@pytest.fixture(autouse=True)
def november(app: Flask) -> Iterator[None]:
    """23 November: the headline's gate stands at stop; every month is stated unless a test says otherwise."""
    with clock.frozen(datetime(2026, 11, 23, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def school(app: Flask) -> Kitchen:
    return kitchen()


def held(of: Kitchen, scheme: str = "L") -> tuple[int, int]:
    row = db.session.get(Envelope, (of.unit.id, 2026, scheme), populate_existing=True)
    return (row.eligible_open_fen, row.general_open_fen) if row else (0, 0)


def explain(plan: Plan, by: Kitchen) -> None:
    change = plan_lines.Change(general_reason="price")
    with transaction():
        ids = db.session.scalars(sa.select(PlanLine.id).where(PlanLine.plan_id == plan.id))
        plan_lines.save(plan.token, version=plan.version, changes=dict.fromkeys(ids, change), by=by.orderer)


def eaten(of: Kitchen, general_fen: int) -> None:
    with transaction():
        envelope.book_statement(
            of.unit.id, 2026, canteen_id=of.canteen.id, month=9, delta_fen=general_fen, source_id=99
        )


def test_lines_are_judged_per_scheme_with_the_reason(school: Kitchen) -> None:
    plan = draft(school, packs=20, flour_fen=100_00)

    cabbage, bag = make.lines_of(plan)
    assert (cabbage.qty, cabbage.amount_fen, cabbage.upper_qty, cabbage.upper_fen) == (100_000, 520_00, 108_000, 561_60)
    assert cabbage.eligibility["L"] == {"bp": 10_000, "reason": ""}
    assert cabbage.eligibility["N"] == {"bp": 0, "reason": "channel"}
    assert bag.eligibility["L"] == {"bp": 0, "reason": "channel"}
    assert (plan.total_fen, plan.upper_fen) == (620_00, 661_60)


def test_a_small_plan_is_approved_by_rule_and_held_at_upper_tolerance(school: Kitchen) -> None:
    plan = draft(school, packs=20)

    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)

    assert (plan.state, plan.approval_level) == (PlanState.APPROVED, ApprovalLevel.RULE)
    assert held(school) == (561_60, 0)
    assert held(school, "N") == (0, 561_60)


def test_above_the_limit_another_person_approves_and_nobody_their_own(school: Kitchen) -> None:
    plan = draft(school, packs=100)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert (plan.state, held(school)) == (PlanState.SUBMITTED, (0, 0))

    with pytest.raises(Refused, match="plan-same-person"), transaction():
        plans.approve(plan.token, version=plan.version, by=school.orderer)
    assert held(school) == (0, 0)

    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.approver)
    assert plan.state is PlanState.APPROVED
    assert held(school) == (2_808_00, 0)


def test_the_database_too_refuses_an_author_who_approves(school: Kitchen) -> None:
    plan = draft(school, packs=100)

    with pytest.raises(sa.exc.IntegrityError, match="approved_by_another"), transaction():
        db.session.execute(sa.update(Plan).where(Plan.id == plan.id).values(decided_by_id=Plan.author_id))


def test_a_large_plan_needs_the_collective_decision(school: Kitchen) -> None:
    plan = draft(school, packs=800)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)

    assert plan.approval_level is ApprovalLevel.COLLECTIVE
    with pytest.raises(Refused, match="plan-needs-collective-file"), transaction():
        plans.approve(plan.token, version=plan.version, by=school.head)


def test_an_older_page_is_told_that_somebody_else_changed_the_plan(school: Kitchen) -> None:
    plan = draft(school, packs=20)

    with pytest.raises(Refused, match="plan-changed"), transaction():
        plan_lines.add_ordinary(plan.token, version=plan.version - 1, typed=goods(1_00), by=school.orderer)

    assert len(make.lines_of(plan)) == 1


def test_goods_barred_for_schools_are_refused_with_the_document(school: Kitchen) -> None:
    beans = make.product(school.supplier, category="veg-bean", name="四季豆")
    plan = draft(school)

    with pytest.raises(Refused, match="plan-goods-barred") as refusal, transaction():
        plan_lines.add_offer(plan.token, version=plan.version, offer_id=beans.id, packs=1, by=school.orderer)

    assert "学校食品安全" in str(refusal.value.facts["document"])
    assert make.lines_of(plan) == []


def test_a_stranger_finds_no_such_plan(school: Kitchen) -> None:
    plan = draft(school, packs=20)
    other = make.unit("示例二中")
    stranger = make.actor(make.person(), other)

    with pytest.raises(Missing), transaction():
        plans.submit(plan.token, version=plan.version, by=stranger)


def test_a_stopped_plan_passes_with_eligible_goods_beside_it(school: Kitchen) -> None:
    eaten(school, 360_000_00)
    plan = draft(school, flour_fen=1_000_00)
    explain(plan, school)
    with pytest.raises(Refused, match="plan-stopped") as refusal, transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert refusal.value.facts["eating_fen"] == 1_000_00
    assert plan.state is PlanState.DRAFT

    with transaction():
        plan_lines.add_offer(
            plan.token, version=plan.version, offer_id=school.cabbage.id, packs=1500, by=school.orderer
        )
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert plan.state is PlanState.SUBMITTED


def test_the_head_releases_what_food_needs_and_finance_sees_it(school: Kitchen) -> None:
    eaten(school, 360_000_00)
    plan = draft(school, flour_fen=1_000_00)
    explain(plan, school)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer, ask_release=True)
    assert (plan.state, plan.gate) == (PlanState.SUBMITTED, Gate.STOP)

    with pytest.raises(Refused, match="plan-stopped"), transaction():
        plans.approve(plan.token, version=plan.version, by=school.approver)
    with pytest.raises(Forbidden), transaction():
        plans.approve(plan.token, version=plan.version, by=school.approver, emergency_reason="停电后补粮")
    assert held(school) == (0, 0)

    with transaction():
        plans.approve(plan.token, version=plan.version, by=school.head, emergency_reason="停电后补粮")
    release = db.session.scalars(sa.select(PlanRelease).where(PlanRelease.scheme_code == "L")).one()
    assert (release.kind, release.excess_fen, release.reason) == (ReleaseKind.EMERGENCY, 1_000_00, "停电后补粮")
    assert held(school) == (0, 1_000_00)


def test_a_month_of_stopped_goods_is_no_emergency(school: Kitchen) -> None:
    eaten(school, 360_000_00)
    plan = draft(school, flour_fen=15_000_00, days=30)
    explain(plan, school)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer, ask_release=True)

    with pytest.raises(Refused, match="emergency-too-long"), transaction():
        plans.approve(plan.token, version=plan.version, by=school.head, emergency_reason="备粮")


def test_a_higher_total_in_force_lets_the_same_plan_pass(school: Kitchen) -> None:
    eaten(school, 360_000_00)
    plan = draft(school, flour_fen=1_000_00)
    explain(plan, school)
    with pytest.raises(Refused, match="plan-stopped"), transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)

    total = envelope_total_for(school, 361_000_00)
    with transaction():
        locked = envelope.lock(school.unit.id, 2026)
        for row in locked.values():
            row.total_fen, row.reserve_fen = total, -(-total // 10)
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert plan.state in (PlanState.APPROVED, PlanState.SUBMITTED)


def envelope_total_for(of: Kitchen, general_fen: int) -> int:
    return -(-general_fen * 10 // 9)


def test_a_general_line_beside_an_eligible_offer_owes_a_reason_when_behind(school: Kitchen) -> None:
    plan = draft(school)
    with transaction():
        other = goods(100_00, category="veg-cabbage", name="外地白菜")
        plan_lines.add_ordinary(plan.token, version=plan.version, typed=other, by=school.orderer)

    with pytest.raises(Refused, match="plan-line-needs-reason"), transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)

    explain(plan, school)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    assert plan.state is not PlanState.DRAFT


def test_a_returned_plan_is_a_draft_again_once_it_is_changed(school: Kitchen) -> None:
    plan = draft(school, packs=100)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    with transaction():
        plans.send_back(plan.token, version=plan.version, reason="数量太多", by=school.approver)
    assert plan.state is PlanState.RETURNED

    (line,) = make.lines_of(plan)
    with transaction():
        changes = {line.id: plan_lines.Change(packs=10)}
        plan_lines.save(plan.token, version=plan.version, changes=changes, by=school.orderer)
    assert (plan.state, plan.total_fen) == (PlanState.DRAFT, 260_00)


def test_last_week_is_copied_to_its_days_at_todays_prices(school: Kitchen) -> None:
    old = draft(school, packs=20, flour_fen=100_00)

    with transaction():
        first = make.day("2026-12-01")
        new = plans.start(
            school.canteen.id, period_from=first, period_to=make.day("2026-12-07"), by=school.orderer, copy_of=old.token
        )

    assert [(one.goods, one.packs, one.deliver_on) for one in make.lines_of(new)] == [
        ("示例白菜 箱", 20, first),
        ("面粉", None, first),
    ]
    assert new.upper_fen == old.upper_fen


def test_closing_frees_what_nobody_ordered_but_not_what_a_statement_will_replace(school: Kitchen) -> None:
    plan = approved(school, packs=20, flour_fen=100_00)
    assert held(school) == (561_60, 100_00)

    with transaction():
        plans.close(plans.plan_rows.seen(plan.token, school.orderer, lock=True), by=school.orderer)

    assert plan.state is PlanState.CLOSED
    assert held(school) == (0, 100_00)


def test_a_hundred_parallel_submissions_never_overdraw_a_stop(app: Flask) -> None:
    school = kitchen(total_fen=100_000_00)
    eaten(school, 89_000_00)  # 1,000 yuan of room: ten plans of 100
    drafts = [draft(school, flour_fen=100_00) for _ in range(100)]
    keys = [(plan.token, plan.version) for plan in drafts]
    by = school.orderer

    def submit(token: str, version: int) -> str:
        with clock.frozen(datetime(2026, 11, 23, 2, tzinfo=UTC)), transaction():
            return plans.submit(token, version=version, by=by).state.value

    outcome = at_once(app, *(lambda k=k: submit(*k) for k in keys), seconds=90)

    assert [o for o in outcome if o == "approved"] == ["approved"] * 10
    assert {o.code for o in outcome if isinstance(o, Refused)} <= {"plan-stopped", "plan-line-needs-reason"}
    assert held(school) == (0, 1_000_00)
