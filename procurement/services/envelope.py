"""Keeping the envelope 预留额度: every move locked, every cause booked once (rules 96, 97, 99).

The envelopes of a unit are locked in the order unit, year, scheme, so that parallel approvals queue and never overdraw
a stop. A move names its cause; the same cause moves an envelope once, so every function here may be called again.
What a plan line still holds open is the sum of its moves, hence a release never frees more than was committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from core import bulk, clock
from core.db import any_of, db
from core.money import WHOLE_BP, ceil_share
from procurement.models.declaration import Declaration, DeclarationReserve, RatioException
from procurement.models.plan import Envelope, EnvelopeMove, Plan, PlanLine
from procurement.queries import terms
from procurement.rules.amendment import Figures, Version, in_force
from procurement.rules.plan import LineChannel, PlanState

_COLUMNS = ("eligible_open_fen", "eligible_done_fen", "general_open_fen", "general_done_fen")


@dataclass(frozen=True)
class Move:
    """One change of one envelope and its cause. Signed fen."""

    unit_id: int
    fiscal_year: int
    scheme_code: str
    source: str
    source_id: int
    plan_line_id: int | None = None
    eligible_open_fen: int = 0
    eligible_done_fen: int = 0
    general_open_fen: int = 0
    general_done_fen: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing would change."""
        return not any(getattr(self, name) for name in _COLUMNS)


def lock(unit_id: int, fiscal_year: int) -> dict[str, Envelope]:
    """The unit's envelopes of the year by scheme, locked; made (T = R = 0) where the unit has filed nothing."""
    return lock_all([(unit_id, fiscal_year)])[unit_id, fiscal_year]


def lock_all(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Envelope]]:
    """As `lock`, for many (unit, year) at once, in their order. Two statements and one for each year."""
    wanted = sorted(set(keys))
    judging = {year: terms.in_force(year) for year in sorted({year for _, year in wanted})}
    blank = [
        {"unit_id": unit_id, "fiscal_year": year, "scheme_code": code, "min_bp": own.min_bp}
        | dict.fromkeys(("total_fen", "reserve_fen", *_COLUMNS), 0)
        for unit_id, year in wanted
        for code, own in sorted(judging[year].items())
    ]
    bulk.insert_many(Envelope, blank, skip_known=True)
    rows = db.session.scalars(
        sa.select(Envelope)
        .where(any_of(Envelope.unit_id, {u for u, _ in wanted}), any_of(Envelope.fiscal_year, judging, sa.Integer))
        .order_by(Envelope.unit_id, Envelope.fiscal_year, Envelope.scheme_code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[int, int], dict[str, Envelope]] = {key: {} for key in wanted}
    for row in rows:
        found.setdefault((row.unit_id, row.fiscal_year), {})[row.scheme_code] = row
    return found


def lock_lines(plan_line_ids: Iterable[int], *also: tuple[int, int]) -> None:
    """Lock every envelope that plan lines stand in, and (unit, year) `also`: what is open of a line is read after it.

    Two who free the same line in one moment would else both take what only one of them finds open.
    """
    rows = db.session.execute(
        sa.select(EnvelopeMove.unit_id, EnvelopeMove.fiscal_year)
        .where(EnvelopeMove.plan_line_id.in_(list(plan_line_ids)))
        .distinct()
    )
    if keys := {(row.unit_id, row.fiscal_year) for row in rows} | set(also):
        lock_all(keys)


def sync_declaration(unit_id: int, fiscal_year: int) -> None:
    """Take T, R and the minimum share from the declaration in force; nothing filed: T = R = 0.

    To be called whenever a version is confirmed, or an upward amendment is submitted, in the same transaction.
    """
    figures = _figures_in_force(unit_id, fiscal_year)
    rates = _minimum_rates(unit_id, fiscal_year)
    for code, envelope in lock(unit_id, fiscal_year).items():
        envelope.min_bp = rates.get(code, envelope.min_bp)
        envelope.total_fen = figures.total_fen
        least = ceil_share(figures.total_fen, envelope.min_bp)
        envelope.reserve_fen = min(figures.total_fen, figures.reserves.get(code, least))
    db.session.flush()


def commit_plan(plan: Plan, lines: Sequence[PlanLine]) -> None:
    """Hold an approved plan's lines open at their upper tolerance, as their `eligibility` says per scheme."""
    book([move for line in lines for move in _opening(plan, line, line.upper_fen, "plan-line", line.id)])


def release_plan(plan: Plan, *, keep: Mapping[int, int] | None = None) -> None:
    """Free what an approved plan's lines still hold open, but `keep` {plan line id: fen of live orders}."""
    kept = keep or {}
    ids = db.session.scalars(sa.select(PlanLine.id).where(PlanLine.plan_id == plan.id)).all()
    lock_lines(ids)
    book(_freeing(dict.fromkeys(ids), "plan-closed", keep=kept, by_line=True))


def release_lines(parts: Mapping[int, tuple[int, int]], source: str) -> None:
    """Free parts of plan lines: {source id: (plan line id, upper fen)}, at most what each still holds open."""
    if parts:
        lock_lines(line_id for line_id, _ in parts.values())
    for source_id, (line_id, upper_fen) in sorted(parts.items()):
        book(_freeing({line_id: upper_fen}, source, source_id=source_id))


def recommit(plan: Plan, line: PlanLine, upper_fen: int, *, source_id: int) -> None:
    """Hold a line open again for an order placed after another one was cancelled."""
    book(_opening(plan, line, upper_fen, "order-again", source_id))


def settle_acceptance(
    unit_id: int,
    fiscal_year: int,
    *,
    plan_line_id: int | None,
    eligible_per_scheme: Mapping[str, int],
    released_upper_fen: int,
    done_fen: int,
    source_id: int,
) -> None:
    """An acceptance line: what was open for it becomes done, by what the lot's origin says now.

    `eligible_per_scheme`: eligible fen of `done_fen`, by scheme (missing: 0). `released_upper_fen`: the upper amount
    the plan line held for the accepted goods; at most what it still holds open is freed. `source_id`: the acceptance
    line. Negative: a correction accepted less, and the difference is open again. The caller holds the envelopes of
    the plan line (`lock_lines`).
    """
    if plan_line_id is not None and released_upper_fen > 0:
        book(_freeing({plan_line_id: released_upper_fen}, "acceptance-open", source_id=source_id))
    if plan_line_id is not None and released_upper_fen < 0:
        line = db.session.get_one(PlanLine, plan_line_id)
        plan = db.session.get_one(Plan, line.plan_id)
        book(_opening(plan, line, -released_upper_fen, "acceptance-open", source_id))
    book_done(
        unit_id, fiscal_year, eligible_per_scheme=eligible_per_scheme, done_fen=done_fen,
        source="acceptance", source_id=source_id, plan_line_id=plan_line_id,
    )  # fmt: skip


def book_done(
    unit_id: int,
    fiscal_year: int,
    *,
    eligible_per_scheme: Mapping[str, int],
    done_fen: int,
    source: str,
    source_id: int,
    plan_line_id: int | None = None,
) -> None:
    """Canteen spending that has happened (an acceptance, an imported 832 canteen order): never refused (rule 99)."""
    moves = []
    for code in terms.in_force(fiscal_year):
        eligible = eligible_per_scheme.get(code, 0)
        moves.append(
            Move(
                unit_id, fiscal_year, code, source, source_id, plan_line_id,
                eligible_done_fen=eligible, general_done_fen=done_fen - eligible,
            )
        )  # fmt: skip
    book(moves)


def book_statement(
    unit_id: int, fiscal_year: int, *, canteen_id: int, month: int, delta_fen: int, source_id: int
) -> None:
    """A confirmed spending statement: its change to what was stated for the month before, always accepted (rule 99).

    Ordinary lines of the canteen's approved plans of that month are freed: the statement has taken their place.
    `source_id`: the statement version.
    """
    lines = _open_ordinary_lines(canteen_id, fiscal_year, month)
    lock_lines(lines, (unit_id, fiscal_year))
    book(_freeing(dict.fromkeys(lines), "stated", by_line=True))
    book(
        [
            Move(unit_id, fiscal_year, code, "statement", source_id, general_done_fen=delta_fen)
            for code in terms.in_force(fiscal_year)
        ]
    )


def book(moves: Iterable[Move]) -> None:
    """Write moves whose cause is new and change their envelopes, locked in order. Nothing else changes envelopes."""
    wanted = sorted(
        (m for m in moves if not m.is_nothing), key=lambda m: (m.unit_id, m.fiscal_year, m.scheme_code, m.source_id)
    )
    if not wanted:
        return
    locked = lock_all((m.unit_id, m.fiscal_year) for m in wanted)
    now = clock.now()
    written = bulk.insert_many(
        EnvelopeMove, [_row(m) | {"at": now} for m in wanted], skip_known=True,
        returning=["source", "source_id", "scheme_code"],
    )  # fmt: skip
    fresh = {tuple(row) for row in written}
    for move in wanted:
        if (move.source, move.source_id, move.scheme_code) in fresh:
            envelope = locked[move.unit_id, move.fiscal_year][move.scheme_code]
            for name in _COLUMNS:
                setattr(envelope, name, getattr(envelope, name) + getattr(move, name))
    db.session.flush()


def _row(move: Move) -> dict[str, object]:
    return {name: getattr(move, name) for name in Move.__dataclass_fields__}


def _opening(plan: Plan, line: PlanLine, upper_fen: int, source: str, source_id: int) -> list[Move]:
    year = (line.deliver_on or plan.period_from).year
    moves = []
    for code, word in sorted(line.eligibility.items()):
        eligible = upper_fen * int(word["bp"]) // WHOLE_BP
        move = Move(plan.unit_id, year, code, source, source_id, line.id)
        moves.append(replace(move, eligible_open_fen=eligible, general_open_fen=upper_fen - eligible))
    return moves


def _freeing(
    wanted: Mapping[int, int | None],
    source: str,
    *,
    source_id: int = 0,
    by_line: bool = False,
    keep: Mapping[int, int] | None = None,
) -> list[Move]:
    """Moves that free plan lines {id: most fen, None: all}, taken back from where each line stands open."""
    if not wanted:
        return []
    holds = db.session.execute(
        sa.select(
            EnvelopeMove.unit_id,
            EnvelopeMove.fiscal_year,
            EnvelopeMove.scheme_code,
            EnvelopeMove.plan_line_id,
            sa.func.sum(EnvelopeMove.eligible_open_fen).label("eligible"),
            sa.func.sum(EnvelopeMove.general_open_fen).label("general"),
        )
        .where(EnvelopeMove.plan_line_id.in_(wanted))
        .group_by(EnvelopeMove.unit_id, EnvelopeMove.fiscal_year, EnvelopeMove.scheme_code, EnvelopeMove.plan_line_id)
    ).all()
    moves = []
    for row in holds:
        most, kept = wanted[row.plan_line_id], (keep or {}).get(row.plan_line_id, 0)
        open_fen = int(row.eligible + row.general)
        free = max(0, (open_fen if most is None else min(most, open_fen)) - kept)
        eligible = free * int(row.eligible) // open_fen if open_fen else 0
        cause = row.plan_line_id if by_line else source_id
        move = Move(row.unit_id, row.fiscal_year, row.scheme_code, source, cause, row.plan_line_id)
        moves.append(replace(move, eligible_open_fen=-eligible, general_open_fen=eligible - free))
    return moves


def _open_ordinary_lines(canteen_id: int, fiscal_year: int, month: int) -> list[int]:
    day = sa.func.coalesce(PlanLine.deliver_on, Plan.period_from)
    return list(
        db.session.scalars(
            sa.select(PlanLine.id)
            .join(Plan, Plan.id == PlanLine.plan_id)
            .where(
                Plan.canteen_id == canteen_id,
                Plan.state.in_([PlanState.APPROVED, PlanState.CLOSED]),
                PlanLine.channel == LineChannel.ORDINARY,
                sa.extract("year", day) == fiscal_year,
                sa.extract("month", day) == month,
            )
        )
    )


def _figures_in_force(unit_id: int, fiscal_year: int) -> Figures:
    rows = db.session.execute(
        sa.select(
            Declaration,
            sa.func.json_object_agg(DeclarationReserve.scheme_code, DeclarationReserve.reserve_fen).filter(
                DeclarationReserve.scheme_code.is_not(None)
            ),
        )
        .join(DeclarationReserve, DeclarationReserve.declaration_id == Declaration.id, isouter=True)
        .where(Declaration.unit_id == unit_id, Declaration.fiscal_year == fiscal_year)
        .where(Declaration.in_force_from.is_not(None))
        .group_by(Declaration.id)
    )
    versions = [Version(d.version_no, d.kind, d.state, Figures(d.total_fen, held or {})) for d, held in rows]
    current = in_force(versions)
    return Figures(0) if current is None else current.figures


def _minimum_rates(unit_id: int, fiscal_year: int) -> dict[str, int]:
    """The least share per scheme, lowered where an exception covers today (rule 17)."""
    today = clock.today()
    allowed = db.session.execute(
        sa.select(RatioException.scheme_code, sa.func.min(RatioException.min_bp))
        .where(RatioException.unit_id == unit_id)
        .where(RatioException.valid_from <= today, RatioException.valid_to >= today)
        .group_by(RatioException.scheme_code)
    )
    lowered: dict[str, int] = {row[0]: row[1] for row in allowed}
    return {code: min(own.min_bp, lowered.get(code, own.min_bp)) for code, own in terms.in_force(fiscal_year).items()}
