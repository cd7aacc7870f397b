"""A unit that is late with its suppliers: its orders wait for an approver, a school's never."""

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from procurement.models.plan import OverdueConsent, Plan
from procurement.queries import unit_debt
from procurement.rules.plan import PlanState
from procurement.services import plan_rows


def check(plan: Plan) -> None:
    """Raises: Refused "order-unit-overdue" (late_fen, days) until an approver has agreed."""
    debt = unit_debt.of_plan(plan)
    if debt.needs_approver:
        raise Refused("order-unit-overdue", late_fen=debt.late_fen, days=debt.oldest_days)


def agree(token: str, *, by: Actor) -> None:
    """An approver lets an approved plan's orders go on. Said twice it is said once.

    Raises: Missing; Refused "plan-not-approved", "overdue-nothing-to-agree", "overdue-own-plan".
    """
    by.role_for(Right.PLAN_APPROVE)
    plan = plan_rows.seen(token, by, lock=True)
    if plan.state is not PlanState.APPROVED:
        raise Refused("plan-not-approved", plan_no=plan.plan_no)
    if plan.author_id == by.person_id:
        raise Refused("overdue-own-plan")
    debt = unit_debt.of_plan(plan)
    if debt.is_agreed:
        return
    if not debt.needs_approver:
        raise Refused("overdue-nothing-to-agree")
    db.session.add(
        OverdueConsent(
            plan_id=plan.id, late_fen=debt.late_fen, oldest_days=debt.oldest_days, agreed_by_id=by.person_id,
            agreed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    plan_rows.record("overdue-agreed", plan, by, Right.PLAN_APPROVE, late_fen=debt.late_fen, days=debt.oldest_days)
