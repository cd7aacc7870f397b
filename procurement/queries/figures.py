"""One unit's figures of a year under every scheme, as finance and the unit itself see them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from procurement.models.declaration import Declaration
from procurement.rules.declaration import CanteenStatus, DeclarationState
from procurement.rules.gate import Gate
from procurement.rules.pace import PaceStatus
from procurement.rules.quota import Quota, Rated, Verdict
from procurement.rules.unit import BudgetLevel, UnitKind


@dataclass(frozen=True)
class SchemeFigures:
    """One scheme of one unit: the duty, what is counted, and how hard the gate stands. Money in fen."""

    code: str
    quota: Quota
    verdict: Verdict
    gate: Gate
    pace: PaceStatus
    union_fen: int
    personal_fen: int
    overdrawn_fen: int


@dataclass(frozen=True)
class UnitFigures:
    """One row of the county page.

    `filing`: the version in force, `pending`: a newer one not decided. `missing_months`: months without a statement.
    """

    id: int
    name: str
    system: str
    kind: UnitKind
    level: BudgetLevel
    filing: Declaration | None
    pending: Declaration | None
    missing_months: tuple[int, ...]
    months_due: int
    spent_fen: int
    schemes: Mapping[str, SchemeFigures]

    @property
    def canteen(self) -> CanteenStatus | None:
        """How the unit feeds its people, as filed."""
        return self.filing.canteen_status if self.filing else None

    @property
    def in_totals(self) -> bool:
        """Units of another level, shared members and units without a canteen stand outside totals (rules 14, 43)."""
        has_total = self.canteen is None or self.canteen.has_total
        return self.level is BudgetLevel.COUNTY and has_total

    @property
    def filing_word(self) -> str:
        """Key of the filing's standing: unfiled, pending state, late, assessed, in_force."""
        if self.filing is None:
            return self.pending.state.value if self.pending else "unfiled"
        if self.filing.kind.value == "assessment":
            return "assessed"
        if self.filing.state is not DeclarationState.CONFIRMED:
            return "raising"
        return "late" if self.filing.is_late else "in_force"

    def rank_key(self, code: str) -> tuple[int, int, int, int, str]:
        """Best first, as rule 43 ranks. The day of 100 % is not kept per unit here: the name decides between equals."""
        own = self.schemes[code]
        return Rated(self.name, own.quota, own.verdict, self.months_due, None).rank_key


@dataclass(frozen=True)
class Totals:
    """Sums over rows under one scheme. `units_missing`: units with months unstated, so no share is computed."""

    units: int
    declared_fen: int
    reserve_fen: int
    completed_fen: int
    spent_fen: int
    due_fen: int
    short_fen: int
    units_missing: int

    @property
    def quota(self) -> Quota:
        """The sums as one quota, for completion rate and share."""
        return Quota(self.declared_fen, self.spent_fen, 0, self.completed_fen, self.reserve_fen)


def totals(rows: Iterable[UnitFigures], code: str) -> Totals:
    """Sums of the rows that stand in the totals."""
    kept = [row for row in rows if row.in_totals]
    own = [row.schemes[code].quota for row in kept]
    return Totals(
        units=len(kept),
        declared_fen=sum(q.declared_fen for q in own),
        reserve_fen=sum(q.reserve_fen for q in own),
        completed_fen=sum(q.completed_fen for q in own),
        spent_fen=sum(q.spent_fen for q in own),
        due_fen=sum(q.due_fen for q in own),
        short_fen=sum(q.short_fen for q in own),
        units_missing=sum(1 for q in own if q.missing_months),
    )


@dataclass(frozen=True)
class Filter:
    """What the county page shows: empty means all. `through`: figures up to the end of this month."""

    text: str = ""
    system: str = ""
    verdict: str = ""
    pace: str = ""
    filing: str = ""
    through: int = 12
    scheme: str = ""
    sort: str = "rank"
    descending: bool = False

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return sum(bool(value) for value in (self.text, self.system, self.verdict, self.pace, self.filing)) + (
            self.through < 12
        )


def chosen(rows: Iterable[UnitFigures], by: Filter, code: str) -> list[UnitFigures]:
    """The rows that a filter keeps, in its order; units outside the totals last."""
    kept = [row for row in rows if _keeps(row, by, row.schemes[code])]
    kept.sort(key=lambda row: row.rank_key(code))
    if by.sort in SORTS:
        kept.sort(key=lambda row: SORTS[by.sort](row, row.schemes[code]), reverse=by.descending)
    return sorted(kept, key=lambda row: not row.in_totals)


def _keeps(row: UnitFigures, by: Filter, own: SchemeFigures) -> bool:
    wants = (
        (by.system, row.system),
        (by.verdict, own.verdict.value),
        (by.pace, own.pace.value),
        (by.filing, row.filing_word),
    )
    return by.text in row.name and all(not wanted or wanted == is_ for wanted, is_ in wants)


SORTS: dict[str, Callable[[UnitFigures, SchemeFigures], tuple[Any, ...]]] = {
    "name": lambda row, own: (row.name,),
    "declared": lambda row, own: (own.quota.declared_fen,),
    "reserve": lambda row, own: (own.quota.reserve_fen,),
    "completed": lambda row, own: (own.quota.completed_fen,),
    "completion": lambda row, own: (-1 if own.quota.completion.bp is None else own.quota.completion.bp,),
    "spent": lambda row, own: (row.spent_fen,),
    "share": lambda row, own: (-1 if own.quota.actual_share.bp is None else own.quota.actual_share.bp,),
    "short": lambda row, own: (own.quota.short_fen,),
}
"""Columns that can be sorted by."""
