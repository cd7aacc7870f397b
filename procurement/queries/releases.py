"""What finance reads of plans: those that ate the reserve, and why general goods were bought beside eligible ones."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.product import Category
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from procurement.models.plan import Plan, PlanLine, PlanRelease
from procurement.rules.plan import PlanState, ReleaseKind


@dataclass(frozen=True)
class ReleaseRow:
    """A plan that ate the reserve and why it went through, for finance."""

    id: int
    kind: ReleaseKind
    scheme_code: str
    excess_fen: int
    reason: str
    person_name: str
    at: datetime
    plan_no: str
    unit_id: int
    unit_name: str
    canteen_name: str


def releases(limit: int = 100, *, kind: ReleaseKind | None = None, since: datetime | None = None) -> list[ReleaseRow]:
    """Releases of every unit, newest first: finance's sight. One statement."""
    unit, canteen = aliased(Organisation), aliased(Organisation)
    query = (
        sa.select(
            PlanRelease.id, PlanRelease.kind, PlanRelease.scheme_code, PlanRelease.excess_fen, PlanRelease.reason,
            Person.name, PlanRelease.at, Plan.plan_no, unit.id, unit.name, canteen.name,
        )
        .join(Plan, Plan.id == PlanRelease.plan_id)
        .join(unit, unit.id == Plan.unit_id)
        .join(canteen, canteen.id == Plan.canteen_id)
        .join(Person, Person.id == PlanRelease.person_id)
        .order_by(PlanRelease.id.desc())
        .limit(limit)
    )  # fmt: skip
    if kind is not None:
        query = query.where(PlanRelease.kind == kind)
    if since is not None:
        query = query.where(PlanRelease.at >= since)
    return [ReleaseRow(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Signal:
    """Demand that eligible goods did not meet: a category, the reason given, how often and for how much (rule 98)."""

    category: str
    reason: str
    lines: int
    units: int
    amount_fen: int


def signals(year: int) -> list[Signal]:
    """Reasons on approved plans that begin in the year, the largest sum first. One statement."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    total = sa.func.sum(PlanLine.amount_fen)
    rows = db.session.execute(
        sa.select(
            Category.name,
            PlanLine.general_reason,
            sa.func.count(),
            sa.func.count(sa.distinct(Plan.unit_id)),
            total,
        )
        .join(Plan, Plan.id == PlanLine.plan_id)
        .join(Category, Category.id == PlanLine.category_id)
        .where(
            Plan.state.in_([PlanState.APPROVED, PlanState.CLOSED]),
            PlanLine.general_reason != "",
            Plan.period_from.between(first, last),
        )
        .group_by(Category.id, PlanLine.general_reason)
        .order_by(total.desc(), Category.id)
        .limit(50)
    )
    return [Signal(name, reason, lines, units, int(fen)) for name, reason, lines, units, fen in rows]
