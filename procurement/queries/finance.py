"""The county's figures: every unit, every scheme, in six statements whatever the size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock
from core.access.roles import OrganisationKind
from core.db import db
from core.organisations.models import Organisation
from core.settings.models import Setting
from procurement.models.declaration import Declaration, DeclarationReserve
from procurement.models.ledger import QuotaBalance, SpendBalance
from procurement.models.plan import Envelope as EnvelopeRow
from procurement.models.scheme import SchemeVersion
from procurement.models.statement import SpendingStatement
from procurement.models.unit import BudgetUnit
from procurement.queries import gate, schemes, terms
from procurement.queries.figures import SchemeFigures, UnitFigures
from procurement.rules import envelope, pace
from procurement.rules.amendment import DeclarationKind, Figures, Version, in_force
from procurement.rules.gate import Gate, GateSchedule, effective_level, gate_level
from procurement.rules.quota import Quota
from procurement.rules.scheme import HEADLINE
from procurement.rules.statement import CanteenYear, StatementState, months_due, months_missing
from procurement.rules.unit import BudgetLevel

_COUNTY = BudgetUnit.level == BudgetLevel.COUNTY
_KEYS = [*gate.KEYS, "scheme.headline", "ledger.closed_years"]


@dataclass(frozen=True)
class County:
    """A year of the county as of a day. `monthly`: scheme code → twelve counted sums in fen."""

    year: int
    on: date
    through: int
    is_closed: bool
    judging: schemes.Year
    rows: tuple[UnitFigures, ...]
    monthly: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class _Frame:
    """What all rows of one reading share."""

    year: int
    on: date
    through: int
    is_closed: bool
    judging: schemes.Year
    schedules: tuple[GateSchedule, ...]


@dataclass(frozen=True)
class _Filed:
    current: Declaration | None
    pending: Declaration | None
    figures: Figures


_UNFILED = _Filed(None, None, Figures(0))


def county(year: int, *, through: int = 12, unit_ids: Sequence[int] | None = None, on: date | None = None) -> County:
    """All budget units (or those of `unit_ids`) with their figures up to the end of month `through`. Six statements."""
    day = on or clock.today()
    held = _settings(min(day, date(year, 12, 31)))
    judging, monthly = _schemes(year, held.get("scheme.headline", HEADLINE))
    is_closed = year in held.get("ledger.closed_years", [])
    frame = _Frame(year, day, through, is_closed, judging, tuple(gate.schedules_of(held["gate"])))
    filed, canteens, books = _filed(year, unit_ids), _canteens(year, unit_ids), _books(year, through, unit_ids)
    rows = [
        _unit(row, frame, filed.get(row.id, _UNFILED), canteens.get(row.id, []), books.get(row.id, {}))
        for row in _units(year, through, unit_ids)
    ]
    return County(year, day, through, is_closed, judging, tuple(rows), monthly)


def _unit(row: Any, frame: _Frame, filed: _Filed, canteens: list[CanteenYear], books: dict[str, Any]) -> UnitFigures:
    missing = tuple(m for m in months_missing(frame.year, frame.on, canteens) if m <= frame.through)
    own = {code: _scheme(row, code, frame, filed, missing, books.get(code)) for code in frame.judging.versions}
    return UnitFigures(
        id=row.id,
        name=row.name,
        system=row.system,
        kind=row.kind,
        level=row.level,
        filing=filed.current,
        pending=filed.pending,
        missing_months=missing,
        months_due=months_due(frame.year, frame.on, canteens),
        spent_fen=row.spent_fen,
        schemes=own,
    )


def _scheme(row: Any, code: str, frame: _Frame, filed: _Filed, missing: tuple[int, ...], book: Any) -> SchemeFigures:
    reserve_fen = filed.figures.reserves.get(code, 0)
    min_bp = book.min_bp if book and book.min_bp is not None else frame.judging.versions[code].terms.min_bp
    counted = book.counted_fen if book else 0
    quota = Quota(filed.figures.total_fen, row.spent_fen, min_bp, counted, reserve_fen, missing)
    has_duty = filed.current is None or filed.current.canteen_status.has_total
    excused = bool(
        filed.current and filed.current.exception_document and filed.current.kind is not DeclarationKind.ASSESSMENT
    )
    room = envelope.Envelope(
        filed.figures.total_fen, reserve_fen, book.general_fen if book else 0, book.eligible_fen if book else 0, min_bp
    )
    line_bp = 10_000 if frame.on.year > frame.year else pace.calendar_pace_bp(frame.on)
    day = min(frame.on, date(frame.year, 12, 31))
    return SchemeFigures(
        code=code,
        quota=quota,
        verdict=quota.verdict(closed=frame.is_closed, excused=excused, has_duty=has_duty),
        gate=_gate(row, code, frame, room, missing),
        pace=pace.status(completed_fen=counted, reserve_fen=reserve_fen, line_bp=line_bp, on=day),
        union_fen=book.union_fen if book else 0,
        personal_fen=book.personal_fen if book else 0,
        overdrawn_fen=room.overdrawn_fen,
    )


def _gate(row: Any, code: str, frame: _Frame, room: envelope.Envelope, missing: tuple[int, ...]) -> Gate:
    base = gate_level(
        frame.schedules,
        min(frame.on, date(frame.year, 12, 31)),
        scheme=code,
        is_headline=code == frame.judging.headline,
        unit_kind=row.kind.value,
    )
    return effective_level(base, overdrawn=room.overdrawn_fen > 0, months_missing=bool(missing))


def _within(column: Any, unit_ids: Sequence[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if unit_ids is None else column.in_(list(unit_ids))


def _units(year: int, through: int, unit_ids: Sequence[int] | None) -> Iterable[Any]:
    spend = SpendBalance.platform_fen + SpendBalance.p832_fen + SpendBalance.stated_fen
    spent = (
        sa.select(SpendBalance.unit_id, sa.func.sum(spend).cast(sa.BigInteger).label("fen"))
        .where(SpendBalance.fiscal_year == year, SpendBalance.month <= through)
        .group_by(SpendBalance.unit_id)
        .subquery()
    )
    return db.session.execute(
        sa.select(
            Organisation.id,
            Organisation.name,
            BudgetUnit.system,
            BudgetUnit.kind,
            BudgetUnit.level,
            sa.func.coalesce(spent.c.fen, 0).label("spent_fen"),
        )
        .join(BudgetUnit, BudgetUnit.organisation_id == Organisation.id)
        .outerjoin(spent, spent.c.unit_id == Organisation.id)
        .where(
            _within(Organisation.id, unit_ids),
            Organisation.opened_on <= date(year, 12, 31),
            sa.or_(Organisation.closed_on.is_(None), Organisation.closed_on >= date(year, 1, 1)),
        )
        .order_by(Organisation.id)
    )


def _canteens(year: int, unit_ids: Sequence[int] | None) -> dict[int, list[CanteenYear]]:
    months = sa.func.array_remove(sa.func.array_agg(SpendingStatement.month), None)
    confirmed = sa.and_(
        SpendingStatement.canteen_id == Organisation.id,
        SpendingStatement.fiscal_year == year,
        SpendingStatement.state == StatementState.CONFIRMED,
    )
    rows = db.session.execute(
        sa.select(Organisation.parent_id, Organisation.opened_on, Organisation.closed_on, months)
        .outerjoin(SpendingStatement, confirmed)
        .where(Organisation.kind == OrganisationKind.CANTEEN, _within(Organisation.parent_id, unit_ids))
        .group_by(Organisation.id)
    )
    found: dict[int, list[CanteenYear]] = {}
    for unit_id, opened_on, closed_on, stated in rows:
        found.setdefault(unit_id, []).append(CanteenYear(frozenset(stated), opened_on, closed_on))
    return found


def _filed(year: int, unit_ids: Sequence[int] | None) -> dict[int, _Filed]:
    reserves = (
        sa.select(sa.func.json_object_agg(DeclarationReserve.scheme_code, DeclarationReserve.reserve_fen))
        .where(DeclarationReserve.declaration_id == Declaration.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Declaration, reserves)
        .where(Declaration.fiscal_year == year, _within(Declaration.unit_id, unit_ids))
        .order_by(Declaration.unit_id, Declaration.version_no)
    )
    versions: dict[int, list[tuple[Declaration, Version]]] = {}
    for made, held in rows:
        said = Version(made.version_no, made.kind, made.state, Figures(made.total_fen, held or {}))
        versions.setdefault(made.unit_id, []).append((made, said))
    return {unit_id: _standing(own) for unit_id, own in versions.items()}


def _standing(own: list[tuple[Declaration, Version]]) -> _Filed:
    force = in_force(said for _, said in own)
    current = next((made for made, said in own if said is force), None)
    last = own[-1][0]
    return _Filed(current, None if last is current else last, force.figures if force else Figures(0))


def _books(year: int, through: int, unit_ids: Sequence[int] | None) -> dict[int, dict[str, Any]]:
    """Counted sums beside the envelope, by unit and scheme."""
    counted = (
        sa.select(
            QuotaBalance.unit_id,
            QuotaBalance.scheme_code,
            *(
                sa.func.sum(column).cast(sa.BigInteger).label(column.key)
                for column in (QuotaBalance.counted_fen, QuotaBalance.union_fen, QuotaBalance.personal_fen)
            ),
        )
        .where(QuotaBalance.fiscal_year == year, QuotaBalance.month <= through)
        .where(_within(QuotaBalance.unit_id, unit_ids))
        .group_by(QuotaBalance.unit_id, QuotaBalance.scheme_code)
        .subquery()
    )
    held = sa.select(EnvelopeRow).where(EnvelopeRow.fiscal_year == year, _within(EnvelopeRow.unit_id, unit_ids))
    room = held.subquery()
    same = sa.and_(room.c.unit_id == counted.c.unit_id, room.c.scheme_code == counted.c.scheme_code)
    rows = db.session.execute(
        sa.select(
            sa.func.coalesce(counted.c.unit_id, room.c.unit_id).label("unit_id"),
            sa.func.coalesce(counted.c.scheme_code, room.c.scheme_code).label("code"),
            *(sa.func.coalesce(counted.c[n], 0).label(n) for n in ("counted_fen", "union_fen", "personal_fen")),
            room.c.min_bp,
            sa.func.coalesce(room.c.general_open_fen + room.c.general_done_fen, 0).label("general_fen"),
            sa.func.coalesce(room.c.eligible_open_fen + room.c.eligible_done_fen, 0).label("eligible_fen"),
        ).select_from(counted.join(room, same, full=True))
    )
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.unit_id, {})[row.code] = row
    return found


def _schemes(year: int, headline: str) -> tuple[schemes.Year, dict[str, tuple[int, ...]]]:
    """The judging versions, and what the county's own units counted month by month under each."""
    by_month = (
        sa.select(QuotaBalance.month, sa.func.sum(QuotaBalance.counted_fen).cast(sa.BigInteger).label("fen"))
        .where(QuotaBalance.fiscal_year == year, QuotaBalance.scheme_code == SchemeVersion.code)
        .where(QuotaBalance.unit_id.in_(sa.select(BudgetUnit.organisation_id).where(_COUNTY)))
        .group_by(QuotaBalance.month)
        .correlate(SchemeVersion)
        .subquery()
    )
    sums = sa.select(sa.func.json_object_agg(by_month.c.month, by_month.c.fen)).scalar_subquery()
    rows = db.session.execute(sa.select(SchemeVersion, sums).order_by(SchemeVersion.code, SchemeVersion.version_no))
    versions, monthly = [], {}
    for row, held in rows:
        versions.append(schemes.Version(row.id, row.version_no, row.name, row.document, terms.terms_of(row)))
        monthly[row.code] = tuple(int((held or {}).get(str(month), 0)) for month in range(1, 13))
    return schemes.pick(year, versions, headline), monthly


def _settings(on: date) -> dict[str, Any]:
    """The latest value of each plain key on a day, and all rows of the gate under "gate"."""
    rows = db.session.execute(
        sa.select(Setting.key, Setting.value, Setting.valid_from)
        .where(Setting.key.in_(_KEYS))
        .order_by(Setting.valid_from, Setting.id)
    )
    held: dict[str, Any] = {"gate": []}
    for row in rows:
        if row.key.startswith("gate."):
            held["gate"].append(row)
        elif row.valid_from <= on or row.key == "ledger.closed_years":
            held[row.key] = row.value
    return held
