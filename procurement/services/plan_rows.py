"""One plan at hand: found in the actor's scope, locked at the version that was shown, added up, written down."""

from typing import Any

import sqlalchemy as sa

from core import trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens
from procurement.rules.plan import PLAN, PlanAct, PlanState

_EDITABLE = frozenset({PlanState.DRAFT, PlanState.RETURNED})


def seen(token: str, by: Actor, *, lock: bool = False) -> Plan:
    """The plan, if it is of a canteen this actor acts in. Raises: Missing for a stranger's and for none alike."""
    mine = sa.select(Organisation.id).where(canteens.within(by))
    query = sa.select(Plan).where(Plan.token == token, Plan.canteen_id.in_(mine))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    plan = db.session.scalars(query).one_or_none()
    if plan is None:
        raise Missing("no-such-plan")
    return plan


def editable(token: str, *, version: int, by: Actor) -> Plan:
    """The plan locked, for a change of its lines. Raises: Missing; Refused "plan-changed", "plan-not-editable"."""
    plan = locked(token, version, by)
    if plan.state not in _EDITABLE:
        raise Refused("plan-not-editable")
    return plan


def saved(plan: Plan, by: Actor) -> None:
    """After any change of lines: sums and version; a returned plan is a draft again."""
    db.session.flush()
    revise_if_returned(plan)
    add_up(plan)
    plan.version += 1
    db.session.flush()
    record("plan-saved", plan, by, Right.PLAN, total_fen=plan.total_fen)


def lines_of(plan: Plan) -> list[PlanLine]:
    """The plan's lines in their order."""
    return list(db.session.scalars(sa.select(PlanLine).where(PlanLine.plan_id == plan.id).order_by(PlanLine.position)))


def revise_if_returned(plan: Plan) -> None:
    """A returned plan that its author takes up again is a draft."""
    if plan.state is PlanState.RETURNED:
        plan.state = advance(PLAN, plan.state, PlanAct.REVISE, "orderer")


def step(plan: Plan, act: PlanAct, party: str) -> None:
    """Advance the state and the version. Raises: Refused "state-forbids-act"."""
    plan.state = advance(PLAN, plan.state, act, party)
    plan.version += 1


def locked(token: str, version: int, by: Actor) -> Plan:
    """The plan for a change, at the version that the person saw. Raises: Missing; Refused "plan-changed"."""
    plan = seen(token, by, lock=True)
    if plan.version != version:
        raise Refused("plan-changed", plan_no=plan.plan_no)
    return plan


def add_up(plan: Plan) -> None:
    """The plan's sums out of its lines."""
    sums = db.session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(PlanLine.amount_fen), 0), sa.func.coalesce(sa.func.sum(PlanLine.upper_fen), 0)
        ).where(PlanLine.plan_id == plan.id)
    ).one()
    plan.total_fen, plan.upper_fen = int(sums[0]), int(sums[1])


def record(act: str, plan: Plan, by: Actor | None, right: Right, **facts: Any) -> None:
    """Write an act on the plan into the trail."""
    trail.record(
        *(Stream.PROCUREMENT, act, "plan", plan.id),
        by=by,
        right=right if by else None,
        after={"state": plan.state.value, "version": plan.version},
        plan_no=plan.plan_no,
        **facts,
    )
