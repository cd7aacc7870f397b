"""A purchase plan's life: written, submitted, approved by another person, returned, withdrawn, closed (rule 62).

Approval holds the plan's lines in the envelope under its lock, so the gate is asked again there: what passed when the
plan was submitted may be stopped when many plans are approved at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens, holds
from procurement.queries.plan_gate import PlanGate
from procurement.rules.gate import Gate
from procurement.rules.plan import (
    ApprovalLevel,
    Limits,
    LineChannel,
    PlanAct,
    PlanState,
    check_approval,
    submitted_act,
)
from procurement.services import canteen_orders, envelope, plan_lines, plan_releases, plan_rows

MOST_DAYS = 31


def start(
    canteen_id: int, *, period_from: date, period_to: date, by: Actor, note: str = "", copy_of: str | None = None
) -> Plan:
    """A new draft for a week or a month. `copy_of`: the token of an earlier plan whose lines are taken over.

    Raises: Missing; Refused "plan-period" (in the past, reversed or above 31 days).
    """
    canteen = canteens.get(canteen_id, by)
    if not (clock.today() <= period_to and 0 <= (period_to - period_from).days < MOST_DAYS):
        raise Refused("plan-period", most=MOST_DAYS)
    plan = Plan(
        plan_no=codes.new_code("JH"),
        token=codes.token(),
        unit_id=canteen.unit_id,
        canteen_id=canteen.id,
        period_from=period_from,
        period_to=period_to,
        state=PlanState.DRAFT,
        version=1,
        note=note.strip(),
        author_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(plan)
    db.session.flush()
    if copy_of:
        source = plan_rows.seen(copy_of, by)
        shift = (period_from - source.period_from).days
        plan_lines.copy(plan_rows.lines_of(source), plan, shift_days=shift)
        plan_rows.add_up(plan)
    trail.record(*(Stream.PROCUREMENT, "plan-started", "plan", plan.id), by=by, right=Right.PLAN, plan_no=plan.plan_no)
    return plan


def submit(token: str, *, version: int, by: Actor, ask_release: bool = False) -> Plan:
    """Hand the plan to the approver; small ones without anything to tap are approved by rule at once.

    `ask_release`: the gate stops it and the author asks for a way out instead of adding eligible lines.
    Raises: Missing; Refused "plan-empty", "plan-day-past", "plan-line-needs-reason", "plan-stopped", and as
    `plan_rows.editable`.
    """
    plan = plan_rows.editable(token, version=version, by=by)
    plan_rows.revise_if_returned(plan)
    lines = plan_rows.lines_of(plan)
    _check_lines(lines)
    canteen = canteens.named(plan.canteen_id)
    level = Limits(canteen.rule_limit_fen, canteen.head_limit_fen).level(plan.upper_fen)
    # The lock is taken before the gate is asked: a plan approved by rule is held in the same breath.
    found = plan_releases.ask(plan, lines, lock=level is ApprovalLevel.RULE)
    _check_reasons(found, lines)
    if found.stops and not ask_release:
        raise plan_releases.stopped(found)
    plan.approval_level, plan.gate = level, found.level
    plan_rows.step(plan, PlanAct.SUBMIT, "orderer")
    plan.author_id = by.person_id  # who hands it in answers for it, and may not approve it
    plan.submitted_at, plan.decided_by_id, plan.decided_at = clock.now(), None, None
    plan_rows.record("plan-submitted", plan, by, Right.PLAN, upper_fen=plan.upper_fen)
    if submitted_act(level, anything_to_tap=bool(found.stops) or found.level is Gate.REASON):
        plan_rows.step(plan, PlanAct.APPROVE_BY_RULE, "rule")
        plan.decided_at = clock.now()
        envelope.commit_plan(plan, lines)
        plan_rows.record("plan-approved-by-rule", plan, by, Right.PLAN, upper_fen=plan.upper_fen)
    db.session.flush()
    return plan


def save_and_submit(
    token: str, *, version: int, changes: Mapping[int, plan_lines.Change], by: Actor, ask_release: bool = False
) -> Plan:
    """What is on the page is saved and handed in, both or neither. Raises: as `plan_lines.save` and `submit`."""
    plan = plan_lines.save(token, version=version, changes=changes, by=by)
    return submit(token, version=plan.version, by=by, ask_release=ask_release)


def approve(
    token: str,
    *,
    version: int,
    by: Actor,
    decision_file_id: int | None = None,
    reason: str = "",
    emergency_reason: str = "",
) -> Plan:
    """Another person approves; the lines are held in the envelope. `emergency_reason`: the head's 应急放行 (rule 97c).

    Raises: Missing; Forbidden; Refused "plan-same-person", "plan-needs-collective-file", "plan-stopped",
    "emergency-too-long", "plan-changed", "state-forbids-act".
    """
    plan = plan_rows.locked(token, version, by)
    level = plan.approval_level or ApprovalLevel.HEAD
    check_approval(
        level, author_id=plan.author_id, approver_id=by.person_id, has_collective_file=bool(decision_file_id)
    )
    lines = plan_rows.lines_of(plan)
    found = plan_releases.ask(plan, lines, lock=True)
    if found.stops and not emergency_reason.strip():
        raise plan_releases.stopped(found)
    if found.stops:
        plan_releases.release_emergency(plan, found, emergency_reason.strip(), by)
    plan_releases.release_by_reason(plan, lines, found, by)
    plan.gate = found.level
    plan_rows.step(plan, PlanAct.APPROVE, "approver")
    plan.decided_by_id, plan.decided_at = by.person_id, clock.now()
    plan.decision_reason, plan.decision_file_id = reason.strip(), decision_file_id
    envelope.commit_plan(plan, lines)
    plan_rows.record("plan-approved", plan, by, Right.PLAN_APPROVE, upper_fen=plan.upper_fen)
    db.session.flush()
    return plan


def send_back(token: str, *, version: int, reason: str, by: Actor) -> Plan:
    """Return the plan to its author with a reason. Raises: Missing; Refused "reason-needed", "plan-changed"."""
    if not reason.strip():
        raise Refused("reason-needed")
    plan = plan_rows.locked(token, version, by)
    if plan.author_id == by.person_id:
        raise Refused("plan-same-person")
    plan_rows.step(plan, PlanAct.SEND_BACK, "approver")
    plan.decided_by_id, plan.decided_at, plan.decision_reason = by.person_id, clock.now(), reason.strip()
    plan_rows.record("plan-returned", plan, by, Right.PLAN_APPROVE, reason=reason.strip())
    return plan


def withdraw(token: str, *, version: int, by: Actor) -> Plan:
    """Give the plan up before it is approved. Raises: Missing; Refused "plan-changed", "state-forbids-act"."""
    plan = plan_rows.locked(token, version, by)
    plan_rows.step(plan, PlanAct.WITHDRAW, "orderer")
    plan_rows.record("plan-withdrawn", plan, by, Right.PLAN)
    return plan


def take_back(token: str, *, version: int, by: Actor) -> Plan:
    """The author takes a submitted plan back to change it.

    Raises: Missing; Refused "plan-changed", "plan-not-author", "state-forbids-act".
    """
    plan = plan_rows.locked(token, version, by)
    if plan.author_id != by.person_id:
        raise Refused("plan-not-author")
    plan_rows.step(plan, PlanAct.TAKE_BACK, "orderer")
    plan_rows.record("plan-taken-back", plan, by, Right.PLAN)
    return plan


def finish(token: str, *, version: int, by: Actor) -> Plan:
    """The orderer ends an approved plan. Raises: Missing; Refused "plan-changed", "state-forbids-act"."""
    plan = plan_rows.locked(token, version, by)
    close(plan, by=by)
    return plan


def close_past() -> int:
    """Plans whose period is over a week ago end by the clock; how many."""
    over = Plan.period_to < date.fromordinal(clock.today().toordinal() - 7)
    found = db.session.scalars(
        sa.select(Plan).where(Plan.state == PlanState.APPROVED, over).order_by(Plan.id).limit(100).with_for_update()
    ).all()
    for plan in found:
        close(plan, by=None)
    return len(found)


def close(plan: Plan, *, by: Actor | None) -> None:
    """Nothing more is ordered from the plan: what no live order holds is freed; ordinary lines wait for the statement.

    Raises: Refused "state-forbids-act".
    """
    plan_rows.step(plan, PlanAct.CLOSE, "clock" if by is None else "orderer")
    canteen_orders.free_of_plan(plan.id)
    stated = {line.id: line.upper_fen for line in plan_rows.lines_of(plan) if line.channel is LineChannel.ORDINARY}
    envelope.release_plan(plan, keep=holds.live_of_plan(plan.id) | stated)
    plan_rows.record("plan-closed", plan, by, Right.PLAN)


def _check_lines(lines: Sequence[PlanLine]) -> None:
    if not lines:
        raise Refused("plan-empty")
    for line in lines:
        if line.deliver_on is not None and line.deliver_on < clock.today():
            raise Refused("plan-day-past", goods=line.goods)


def _check_reasons(found: PlanGate, lines: Sequence[PlanLine]) -> None:
    for line in lines:
        if found.owes_reason(line.id) and not line.general_reason:
            raise Refused("plan-line-needs-reason", goods=line.goods)
