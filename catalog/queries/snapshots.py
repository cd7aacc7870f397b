"""Snapshots of income: the version that holds, of one household or of many; how far a quarter is entered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import HouseholdBenefit
from catalog.models.income import IncomeSnapshot
from catalog.models.supplier import Household
from catalog.queries.household_scope import scope
from catalog.rules.benefit import BenefitKind, BenefitState
from catalog.rules.income import Income, IncomeKind, growth_bp, per_head
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import HouseholdCategory
from core import settings
from core.access.actor import Actor
from core.db import any_of, db
from core.people.models import Person
from core.places import queries as places

settings.register(income__opens_days=45, income__low_line_fen=10_000_00, income__fall_bp=2000)
"""The rounds begin so many days before a quarter ends. The line is the yearly net income per head under which a
household is looked after (national practice 2023–2025: 10,000 yuan); the fall is against a year before.
"""


@dataclass(frozen=True)
class Snapshot:
    """What holds of a household's quarter."""

    household_id: int
    quarter: Quarter
    version_no: int
    members: int
    income: Income

    @property
    def per_head_fen(self) -> int:
        """Net per head (79)."""
        return per_head(self.income.net_fen, self.members)


INCOME_OF_BENEFIT = {
    BenefitKind.PURCHASE: IncomeKind.OPERATING,
    BenefitKind.PROCESSING: IncomeKind.OPERATING,
    BenefitKind.CUSTODY: IncomeKind.OPERATING,
    BenefitKind.WAGE: IncomeKind.WAGE,
    BenefitKind.DIVIDEND: IncomeKind.PROPERTY,
    BenefitKind.LAND_RENT: IncomeKind.PROPERTY,
}
"""Which of the four incomes a supplier's payment is."""

_FIELDS = (
    IncomeSnapshot.wage_fen,
    IncomeSnapshot.operating_fen,
    IncomeSnapshot.operating_cost_fen,
    IncomeSnapshot.property_fen,
    IncomeSnapshot.transfer_fen,
)


def tracked() -> sa.ColumnElement[bool]:
    """Households whose income is followed: exited and watched ones (plan, section four)."""
    return Household.category != HouseholdCategory.ORDINARY


def _in(quarters: Collection[Quarter]) -> sa.ColumnElement[bool]:
    asked = [(q.year, q.number) for q in quarters]
    return sa.tuple_(IncomeSnapshot.year, IncomeSnapshot.quarter).in_(asked)


def current(
    quarters: Collection[Quarter],
    *,
    household_ids: Collection[int] | None = None,
    of: sa.ColumnElement[bool] | None = None,
) -> dict[tuple[int, Quarter], Snapshot]:
    """{(household, quarter): the version that holds}, of given households or of those that `of` says. One statement."""
    query = (
        sa.select(
            IncomeSnapshot.household_id, IncomeSnapshot.year, IncomeSnapshot.quarter, IncomeSnapshot.version_no,
            IncomeSnapshot.members, *_FIELDS,
        )
        .ext(distinct_on(IncomeSnapshot.household_id, IncomeSnapshot.year, IncomeSnapshot.quarter))
        .where(_in(quarters))
        .order_by(
            IncomeSnapshot.household_id, IncomeSnapshot.year, IncomeSnapshot.quarter, IncomeSnapshot.version_no.desc()
        )
    )  # fmt: skip
    if household_ids is not None:
        query = query.where(any_of(IncomeSnapshot.household_id, household_ids))
    if of is not None:
        query = query.join(Household, Household.id == IncomeSnapshot.household_id).where(of)
    found = [_snapshot(row) for row in db.session.execute(query)]
    return {(one.household_id, one.quarter): one for one in found}


def _snapshot(row: Sequence[Any]) -> Snapshot:
    household_id, year, quarter, version_no, members, *amounts = row
    return Snapshot(household_id, Quarter(year, quarter), version_no, members, Income(*amounts))


def tracked_income(household_ids: Collection[int], quarter: Quarter) -> dict[int, int]:
    """Wage and gross operating income of a quarter in fen, of those households that have a snapshot (4.2 a)."""
    found = current([quarter], household_ids=household_ids)
    return {key[0]: one.income.wage_fen + one.income.operating_fen for key, one in found.items()}


@dataclass(frozen=True)
class HistoryLine:
    """A quarter of a household with what it was a year before, and how often it was corrected."""

    snapshot: Snapshot
    growth_bp: int | None
    reason: str
    author: str
    at: datetime


def history(household_id: int, most: int = 12) -> list[HistoryLine]:
    """The quarters of a household, the newest first. One statement."""
    rows = db.session.execute(
        sa.select(IncomeSnapshot, Person.name)
        .outerjoin(Person, Person.id == IncomeSnapshot.author_id)
        .where(IncomeSnapshot.household_id == household_id)
        .order_by(IncomeSnapshot.year.desc(), IncomeSnapshot.quarter.desc(), IncomeSnapshot.version_no.desc())
    )
    newest: dict[Quarter, tuple[IncomeSnapshot, str | None]] = {}
    for row, name in rows:
        newest.setdefault(Quarter(row.year, row.quarter), (row, name))
    shown = {q: Snapshot(household_id, q, r.version_no, r.members, _income(r)) for q, (r, _) in newest.items()}
    return [
        HistoryLine(one, _growth(shown, q), newest[q][0].reason, newest[q][1] or "", newest[q][0].created_at)
        for q, one in list(shown.items())[:most]
    ]


def _income(row: IncomeSnapshot) -> Income:
    return Income(row.wage_fen, row.operating_fen, row.operating_cost_fen, row.property_fen, row.transfer_fen)


def _growth(shown: dict[Quarter, Snapshot], quarter: Quarter) -> int | None:
    last = shown.get(quarter.plus(-4))
    return growth_bp(shown[quarter].per_head_fen, last.per_head_fen if last else None)


@dataclass(frozen=True)
class VillageProgress:
    """How far a village is with a quarter."""

    village_code: str
    village: str
    households: int
    done: int

    @property
    def left(self) -> int:
        """Households still to visit."""
        return self.households - self.done


def progress(who: Actor, quarter: Quarter) -> list[VillageProgress]:
    """Each village of the actor with the households to track and those done. Two statements."""
    done = (
        sa.exists()
        .where(
            IncomeSnapshot.household_id == Household.id,
            IncomeSnapshot.year == quarter.year,
            IncomeSnapshot.quarter == quarter.number,
        )
        .correlate(Household)
    )
    rows = db.session.execute(
        sa.select(Household.village_code, sa.func.count(), sa.func.count().filter(done))
        .where(scope(who), tracked())
        .group_by(Household.village_code)
        .order_by(Household.village_code)
    ).all()
    names = places.names({row[0] for row in rows})
    return [VillageProgress(c, names[c].full if c in names else c, total, entered) for c, total, entered in rows]


def to_enter(who: Actor, quarter: Quarter, *, village_code: str = "") -> Sequence[Household]:
    """The actor's tracked households without a snapshot of the quarter, in the order of their codes."""
    entered = sa.exists().where(
        IncomeSnapshot.household_id == Household.id,
        IncomeSnapshot.year == quarter.year,
        IncomeSnapshot.quarter == quarter.number,
    )
    query = sa.select(Household).where(scope(who), tracked(), ~entered).order_by(Household.village_code, Household.code)
    if village_code:
        query = query.where(Household.village_code == village_code)
    return db.session.scalars(query.limit(500)).all()


def known_benefits(household_id: int, quarter: Quarter) -> dict[IncomeKind, int]:
    """What the ledger of benefits tells of a household's quarter, in fen: shown beside the form, never taken over."""
    rows = db.session.execute(
        sa.select(HouseholdBenefit.kind, sa.func.sum(HouseholdBenefit.amount_fen))
        .where(
            HouseholdBenefit.household_id == household_id,
            HouseholdBenefit.counts_on.between(quarter.first_day, quarter.last_day),
            HouseholdBenefit.state.not_in((BenefitState.VOID, BenefitState.DISPUTED)),
        )
        .group_by(HouseholdBenefit.kind)
    )
    found: dict[IncomeKind, int] = defaultdict(int)
    for kind, fen in rows:
        if kind in INCOME_OF_BENEFIT:
            found[INCOME_OF_BENEFIT[kind]] += int(fen)
    return found
