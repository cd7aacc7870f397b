"""What the canteen's people see first: the year's duty, this week's plan, today's deliveries, what to do next."""

from collections.abc import Iterator

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.text import sentence
from core.web import inbox, menu
from core.web.access import actor, requires
from core.web.inbox import Task
from procurement.queries import canteen_orders, canteens, plans, releases
from procurement.queries.envelope import unit_room
from procurement.rules.plan import PlanState, ReleaseKind

bp = Blueprint("canteen", __name__, url_prefix="/canteen")
menu.add("canteen", "canteen-home", icon="house-door", endpoint="canteen.home", right=Right.UNIT_VIEW, order=10)
_FINANCE_DAYS = 7


@bp.get("")
@requires(Right.UNIT_VIEW)
def home() -> ResponseReturnValue:
    who, today = actor(), clock.today()
    rooms = canteens.of_actor(who)
    units = {room.unit_id: room.unit_name for room in rooms}
    year = [(name, unit_room(unit_id, today.year)) for unit_id, name in units.items()]
    return render_template(
        "procurement/canteen/home.html", rooms=rooms, years=year, plans=plans.current_of(who, today),
        deliveries=canteen_orders.due_on(who, today), tasks=inbox.tasks_of(who)[:6],
        receiving=who.may(Right.RECEIVE),
    )  # fmt: skip


@inbox.provide
def plan_tasks(who: Actor) -> Iterator[Task]:
    """Plans that wait for this person's act."""
    if who.organisation_id is None:
        return
    if who.may(Right.PLAN_APPROVE):
        yield from (_to_approve(row) for row in plans.waiting(who, PlanState.SUBMITTED))
    if who.may(Right.PLAN):
        for row in plans.waiting(who, PlanState.RETURNED, PlanState.APPROVED):
            if row.state is PlanState.RETURNED or (row.to_order and row.period_to >= clock.today()):
                yield _to_go_on(row)


@inbox.provide
def release_tasks(who: Actor) -> Iterator[Task]:
    """Emergency releases of the last days, on finance's list the same minute (rule 97c)."""
    if not who.may(Right.FINANCE_VIEW):
        return
    since = clock.day_start(clock.today().fromordinal(clock.today().toordinal() - _FINANCE_DAYS))
    for row in releases.releases(20, kind=ReleaseKind.EMERGENCY, since=since):
        note = sentence("task", "release-new-note", unit=row.unit_name, excess_fen=row.excess_fen)
        yield Task(
            sentence("task", "release-new"),
            url_for("releases.index"),
            note=note,
            tone="warn",
            icon="shield-exclamation",
        )


def _to_approve(row: plans.PlanRow) -> Task:
    note = sentence(
        "task", "plan-approve-note", canteen=row.canteen_name, first_on=row.period_from, upper_fen=row.upper_fen
    )
    code, tone = ("plan-release", "danger") if row.stopped else ("plan-approve", "warn")
    return Task(
        sentence("task", code), url_for("plans.show", token=row.token),
        note=note, due_on=row.period_from, tone=tone, icon="journal-check",
    )  # fmt: skip


def _to_go_on(row: plans.PlanRow) -> Task:
    if row.state is PlanState.RETURNED:
        note = sentence("task", "plan-returned-note", reason=row.decision_reason)
        return Task(
            sentence("task", "plan-returned"), url_for("plans.show", token=row.token),
            note=note, due_on=row.period_from, tone="warn", icon="reply",
        )  # fmt: skip
    note = sentence("task", "plan-order-note", canteen=row.canteen_name, count=row.to_order)
    return Task(
        sentence("task", "plan-order"), url_for("canteen_orders.choose", token=row.token),
        note=note, due_on=row.period_from, icon="cart3",
    )  # fmt: skip
