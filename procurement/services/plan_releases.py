"""The gate asked by a service, and the ways through it that leave a record (rules 96, 97)."""

from collections.abc import Mapping, Sequence

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Forbidden, Refused
from core.trail.models import Stream
from procurement.models.plan import Envelope, Plan, PlanLine, PlanRelease
from procurement.queries import canteens, plan_gate
from procurement.queries.plan_gate import PlanGate
from procurement.rules.envelope import emergency_allows
from procurement.rules.gate import Gate
from procurement.rules.plan import ReleaseKind
from procurement.services import declaration, envelope, plan_rows


def ask(plan: Plan, lines: Sequence[PlanLine], *, lock: bool) -> PlanGate:
    """What the plan meets today; with `lock` the envelopes stay locked until the transaction ends."""
    years = sorted({(line.deliver_on or plan.period_from).year for line in lines})
    locked: Mapping[int, Mapping[str, Envelope]] | None = (
        {year: envelope.lock(plan.unit_id, year) for year in years} if lock else None
    )
    kind = canteens.named(plan.canteen_id).kind.value
    return plan_gate.of_plan(plan, lines, kind=kind, locked=locked)


def stopped(found: PlanGate) -> Refused:
    """The refusal of a stopped plan, with the figures of its first scheme."""
    first = found.stops[0]
    return Refused("plan-stopped", scheme=first.room.name, eating_fen=first.found.eating_fen)


def release_emergency(plan: Plan, found: PlanGate, reason: str, by: Actor) -> None:
    """At most seven days' need: of the declared total a day, or of the plan's own stopped lines a day.

    Raises: Forbidden; Refused "emergency-too-long".
    """
    if not by.may(Right.EMERGENCY_RELEASE):
        raise Forbidden("right-missing", right=Right.EMERGENCY_RELEASE)
    days = (plan.period_to - plan.period_from).days + 1
    for stop in found.stops:
        a_day = max(stop.room.envelope.total_fen // 365, -(-stop.found.eating_fen // days))
        if not emergency_allows(stop.found.eating_fen, a_day):
            raise Refused("emergency-too-long", eating_fen=stop.found.eating_fen)
        _add_release(plan, ReleaseKind.EMERGENCY, stop.room.code, stop.found.eating_fen, reason, by)
    trail.record(
        *(Stream.PROCUREMENT, "plan-emergency-released", "plan", plan.id),
        by=by,
        right=Right.EMERGENCY_RELEASE,
        plan_no=plan.plan_no,
        eating_fen=found.stops[0].found.eating_fen,
        reason=reason,
    )


def release_by_reason(plan: Plan, lines: Sequence[PlanLine], found: PlanGate, by: Actor) -> None:
    """The approver's tap on lines that pass with a reason from the list (rule 96)."""
    given = {line.id: line.general_reason for line in lines}
    for scheme in found.schemes:
        if scheme.found.level is Gate.REASON and scheme.found.eating_ids:
            words = ",".join(sorted({given[i] for i in scheme.found.eating_ids if given.get(i)}))
            _add_release(plan, ReleaseKind.REASON, scheme.room.code, scheme.found.eating_fen, words, by)


def _add_release(plan: Plan, kind: ReleaseKind, scheme: str, fen: int, reason: str, by: Actor) -> None:
    db.session.add(
        PlanRelease(
            plan_id=plan.id,
            kind=kind,
            scheme_code=scheme,
            excess_fen=fen,
            reason=reason[:200],
            person_id=by.person_id,
            at=clock.now(),
        )
    )


def raise_total(token: str, *, version: int, total_fen: int, reason: str, by: Actor) -> int:
    """Raise the unit's declared total so that the plan passes; in force at once, finance confirms after (rule 97b).

    → the new total. Raises: Missing; Refused "plan-changed" and as `declaration.amend_up`.
    """
    plan = plan_rows.locked(token, version, by)
    lines = plan_rows.lines_of(plan)
    found = ask(plan, lines, lock=False)  # the amendment takes its own locks, the unit before its envelopes
    year = found.rooms[0].fiscal_year
    declaration.amend_up(plan.unit_id, year, total_fen, reason, by)
    for stop in found.stops:
        _add_release(plan, ReleaseKind.RAISED_TOTAL, stop.room.code, stop.found.eating_fen, reason, by)
    return total_fen
