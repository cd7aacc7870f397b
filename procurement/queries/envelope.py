"""A unit's room this year under every scheme: envelope, what is open and done, and the gate's level."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from core import clock
from core.db import db
from procurement.models.declaration import Declaration
from procurement.models.ledger import QuotaBalance, SpendBalance
from procurement.models.plan import Envelope
from procurement.models.unit import BudgetUnit
from procurement.queries import gate, terms
from procurement.rules import envelope as rules
from procurement.rules.gate import Gate, effective_level, gate_level, strictest
from procurement.rules.quota import Quota
from procurement.rules.unit import UnitKind


@dataclass(frozen=True)
class SchemeRoom:
    """One scheme's envelope of a unit and year. Money in fen.

    `level` is what a line meets today; `base_level` what the settings say before an overdrawn envelope or a missing
    month raised it. `counted_fen` is accepted and paid; `spent_fen` actual ingredient spending of all channels.
    """

    code: str
    name: str
    is_headline: bool
    envelope: rules.Envelope
    eligible_open_fen: int
    eligible_done_fen: int
    general_open_fen: int
    general_done_fen: int
    base_level: Gate
    level: Gate
    counted_fen: int = 0
    spent_fen: int = 0

    @property
    def quota(self) -> Quota:
        """The duty of the year so far: due = ceil(max(T, S) × min_bp / 10000) (rule 93)."""
        own = self.envelope
        return Quota(own.total_fen, self.spent_fen, own.min_bp, self.counted_fen, own.reserve_fen)

    @property
    def in_transit_fen(self) -> int:
        """Eligible, ordered or accepted, and not counted yet: it waits for goods or for money."""
        return max(0, self.envelope.eligible_fen - self.counted_fen)

    @property
    def to_order_fen(self) -> int:
        """What still has to be ordered when all that is under way will count."""
        return max(0, self.quota.due_fen - max(self.envelope.eligible_fen, self.counted_fen))


@dataclass(frozen=True)
class UnitRoom:
    """All schemes of a unit and year, the headline first."""

    unit_id: int
    fiscal_year: int
    is_filed: bool
    missing_months: tuple[int, ...]
    schemes: tuple[SchemeRoom, ...]

    @property
    def headline(self) -> SchemeRoom:
        """The scheme by which the unit is judged first."""
        return self.schemes[0]

    @property
    def level(self) -> Gate:
        """The hardest gate of all schemes."""
        return strictest(scheme.level for scheme in self.schemes)

    def scheme(self, code: str) -> SchemeRoom:
        """The room under one scheme."""
        return next(scheme for scheme in self.schemes if scheme.code == code)


def unit_room(
    unit_id: int, year: int, *, on: date | None = None, rows: Mapping[str, Envelope] | None = None
) -> UnitRoom:
    """The unit's room on a day (today). `rows`: envelopes that the caller has locked; read here otherwise."""
    day = on or clock.today()
    held = rows if rows is not None else _envelopes(unit_id, year)
    judging, first = terms.in_force(year, day), terms.headline(day)
    schedules, missing = gate.schedules(), gate.missing_months(unit_id, year, day)
    kind = db.session.scalar(sa.select(BudgetUnit.kind).where(BudgetUnit.organisation_id == unit_id))
    counted, spent = _counted(unit_id, year), _spent(unit_id, year)
    found = []
    for code, own in judging.items():
        base = gate_level(
            schedules, day, scheme=code, is_headline=code == first, unit_kind=(kind or UnitKind.INSTITUTION).value
        )
        found.append(_room(code, own.label, code == first, held.get(code), own.min_bp, base, bool(missing)))
    ordered = sorted(found, key=lambda s: not s.is_headline)
    full = tuple(_with_figures(s, counted.get(s.code, 0), spent) for s in ordered)
    return UnitRoom(unit_id, year, _is_filed(unit_id, year), missing, full)


def _room(
    code: str, name: str, is_headline: bool, row: Envelope | None, min_bp: int, base: Gate, months_missing: bool
) -> SchemeRoom:
    parts = (0, 0, 0, 0) if row is None else (
        row.eligible_open_fen, row.eligible_done_fen, row.general_open_fen, row.general_done_fen
    )  # fmt: skip
    total, reserve, rate = (0, 0, min_bp) if row is None else (row.total_fen, row.reserve_fen, row.min_bp)
    own = rules.Envelope(total, reserve, parts[2] + parts[3], parts[0] + parts[1], rate)
    # A mere warning of another scheme asks for nothing: raising it would stop village produce for the 832's sake.
    has_teeth = is_headline or base.height >= Gate.REASON.height
    overdrawn = own.overdrawn_fen > 0
    level = effective_level(base, overdrawn=overdrawn, months_missing=months_missing) if has_teeth else base
    return SchemeRoom(code, name, is_headline, own, *parts, base, level)


def _with_figures(room: SchemeRoom, counted_fen: int, spent_fen: int) -> SchemeRoom:
    return replace(room, counted_fen=counted_fen, spent_fen=spent_fen)


def _envelopes(unit_id: int, year: int) -> dict[str, Envelope]:
    rows = db.session.scalars(sa.select(Envelope).where(Envelope.unit_id == unit_id, Envelope.fiscal_year == year))
    return {row.scheme_code: row for row in rows}


def _counted(unit_id: int, year: int) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(QuotaBalance.scheme_code, sa.func.sum(QuotaBalance.counted_fen))
        .where(QuotaBalance.unit_id == unit_id, QuotaBalance.fiscal_year == year)
        .group_by(QuotaBalance.scheme_code)
    )
    return {code: int(fen) for code, fen in rows}


def _spent(unit_id: int, year: int) -> int:
    spent = SpendBalance.platform_fen + SpendBalance.p832_fen + SpendBalance.stated_fen
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(spent), 0)).where(
                SpendBalance.unit_id == unit_id, SpendBalance.fiscal_year == year
            )
        )
        or 0
    )


def _is_filed(unit_id: int, year: int) -> bool:
    filed = sa.exists().where(
        Declaration.unit_id == unit_id, Declaration.fiscal_year == year, Declaration.in_force_from.is_not(None)
    )
    return bool(db.session.scalar(sa.select(filed)))
