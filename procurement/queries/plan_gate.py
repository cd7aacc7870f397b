"""A plan before the gate: every scheme and year it touches, which lines owe a reason, what would release it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.queries.offers import SellableOffer
from core import clock
from procurement.models.plan import Envelope, Plan, PlanLine
from procurement.queries import basket
from procurement.queries.envelope import SchemeRoom, UnitRoom, unit_room
from procurement.rules.gate import Gate, Passage, strictest
from procurement.rules.pace import PaceStatus, calendar_pace_bp, status
from procurement.rules.plan_gate import AtGate, GateLine, meet

_LATE = frozenset({PaceStatus.BEHIND, PaceStatus.CRITICAL, PaceStatus.NO_DUTY})
Rows = Mapping[str, Envelope]
NOTHING = {"bp": 0}


@dataclass(frozen=True)
class SchemeGate:
    """One scheme of one year: its room without the plan, and what the plan meets there."""

    fiscal_year: int
    room: SchemeRoom
    found: AtGate


@dataclass(frozen=True)
class PlanGate:
    """What a plan meets in all. `alternatives`: general lines {line id: cheapest eligible offer of the category}."""

    rooms: tuple[UnitRoom, ...]
    schemes: tuple[SchemeGate, ...]
    is_behind: bool
    alternatives: Mapping[int, SellableOffer]

    @property
    def level(self) -> Gate:
        """The hardest gate that a line of the plan meets; off when none eats the reserve."""
        return strictest(s.found.level for s in self.schemes if s.found.eating_ids)

    @property
    def stops(self) -> tuple[SchemeGate, ...]:
        """The schemes that stop the plan, the headline first."""
        return tuple(s for s in self.schemes if s.found.passage is Passage.STOPPED)

    @property
    def warnings(self) -> tuple[SchemeGate, ...]:
        """The schemes whose reserve the plan eats, at whatever level."""
        return tuple(s for s in self.schemes if s.found.eating_ids and s.found.level is not Gate.OFF)

    def passage(self, line_id: int) -> Passage:
        """The hardest that one line meets."""
        met = [s.found.passage for s in self.schemes if line_id in s.found.eating_ids]
        return max(met, key=list(Passage).index, default=Passage.FREE)

    def owes_reason(self, line_id: int) -> bool:
        """Whether the line has to explain itself: at the gate, or for an eligible offer left aside (rule 98)."""
        at_gate = self.passage(line_id) in (Passage.NEEDS_REASON, Passage.STOPPED)
        return at_gate or (self.is_behind and line_id in self.alternatives)


def of_plan(
    plan: Plan,
    lines: Sequence[PlanLine],
    *,
    kind: str,
    locked: Mapping[int, Rows] | None = None,
    among: Sequence[SellableOffer] | None = None,
) -> PlanGate:
    """Judge the lines year by year. `kind`: the unit's, for goods it may not buy; `locked`: envelopes held by year.

    `among`: the eligible offers, where the caller has read them already (`basket.eligible`).
    """
    today = clock.today()
    by_year: dict[int, list[PlanLine]] = {plan.period_from.year: []}
    for line in lines:
        by_year.setdefault((line.deliver_on or plan.period_from).year, []).append(line)
    rooms = [unit_room(plan.unit_id, year, rows=(locked or {}).get(year)) for year in sorted(by_year)]
    schemes = [
        SchemeGate(room.fiscal_year, scheme, _meet(scheme, by_year[room.fiscal_year]))
        for room in rooms
        for scheme in room.schemes
    ]
    headline = rooms[0].headline
    late = status(
        completed_fen=max(headline.envelope.eligible_fen, headline.counted_fen),
        reserve_fen=headline.quota.due_fen,
        line_bp=calendar_pace_bp(today),
        on=today,
    )
    other = _alternatives(lines, headline.code, kind, among)
    return PlanGate(tuple(rooms), tuple(schemes), late in _LATE, other)


def of_part(plan: Plan, line: PlanLine, upper_fen: int, *, locked: Mapping[int, Rows]) -> PlanGate:
    """A part of one line alone, against envelopes that the caller holds."""
    (year,) = locked
    room = unit_room(plan.unit_id, year, rows=locked[year])
    schemes = []
    for scheme in room.schemes:
        part = GateLine(line.id, upper_fen, int(line.eligibility.get(scheme.code, NOTHING)["bp"]))
        schemes.append(SchemeGate(year, scheme, meet(scheme.envelope, [part], scheme.level)))
    return PlanGate((room,), tuple(schemes), False, {})


def _meet(scheme: SchemeRoom, lines: Sequence[PlanLine]) -> AtGate:
    parts = [GateLine(line.id, line.upper_fen, int(line.eligibility.get(scheme.code, NOTHING)["bp"])) for line in lines]
    return meet(scheme.envelope, parts, scheme.level)


def _alternatives(
    lines: Sequence[PlanLine], headline: str, kind: str, among: Sequence[SellableOffer] | None
) -> dict[int, SellableOffer]:
    general = [line for line in lines if not line.eligibility.get(headline, NOTHING)["bp"]]
    if not general:
        return {}
    cheapest = basket.cheapest_of(basket.eligible(kind) if among is None else among)
    return {line.id: cheapest[line.category_id] for line in general if line.category_id in cheapest}
