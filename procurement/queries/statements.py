"""Reading spending statements 其余采购月报: a unit's canteens over the months, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock
from core.access.roles import OrganisationKind
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from procurement.models.statement import SpendingStatement, StatementLine
from procurement.rules.statement import CanteenYear, StatementState, due_on


@dataclass(frozen=True)
class MonthCell:
    """One canteen's month: its newest version if any, what is confirmed, and until when it is due.

    `confirmed_fen` None: nothing confirmed yet. `owed`: the canteen was open and the month has begun.
    """

    canteen_id: int
    month: int
    owed: bool
    due_on: date
    latest_id: int | None = None
    state: StatementState | None = None
    confirmed_fen: int | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether the month counts as stated."""
        return self.confirmed_fen is not None

    def is_overdue(self, on: date) -> bool:
        """Whether the tenth has passed without a confirmed statement."""
        return self.owed and not self.is_confirmed and on > self.due_on


@dataclass(frozen=True)
class CanteenMonths:
    """A canteen and its twelve months."""

    canteen_id: int
    name: str
    months: tuple[MonthCell, ...]


@dataclass(frozen=True)
class LineRow:
    """One line as it is shown."""

    category_id: int
    category: str
    amount_fen: int
    paper: str
    vendor: str


@dataclass(frozen=True)
class VersionRow:
    """One version with who wrote and who confirmed it."""

    id: int
    version_no: int
    state: StatementState
    total_fen: int
    is_nil: bool
    author: str
    confirmer: str
    decision_reason: str


def year_of(canteen_ids: Sequence[int], year: int) -> list[CanteenMonths]:
    """The canteens among `canteen_ids` with their months of a year. Two statements."""
    canteens = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id.in_(list(canteen_ids)), Organisation.kind == OrganisationKind.CANTEEN)
        .order_by(Organisation.name)
    ).all()
    rows = db.session.scalars(
        sa.select(SpendingStatement)
        .where(SpendingStatement.canteen_id.in_([c.id for c in canteens]), SpendingStatement.fiscal_year == year)
        .order_by(SpendingStatement.version_no)
    ).all()
    return [CanteenMonths(c.id, c.name, tuple(_cell(c, year, month, rows) for month in range(1, 13))) for c in canteens]


def _cell(canteen: Organisation, year: int, month: int, rows: Sequence[SpendingStatement]) -> MonthCell:
    own = [row for row in rows if (row.canteen_id, row.month) == (canteen.id, month)]
    confirmed = [row for row in own if row.state is StatementState.CONFIRMED]
    open_ = CanteenYear(frozenset(), canteen.opened_on, canteen.closed_on).owes(year, month)
    today = clock.today()
    return MonthCell(
        canteen_id=canteen.id,
        month=month,
        owed=open_ and (year, month) <= (today.year, today.month),
        due_on=due_on(year, month),
        latest_id=own[-1].id if own else None,
        state=own[-1].state if own else None,
        confirmed_fen=confirmed[-1].total_fen if confirmed else None,
    )


def versions(canteen_id: int, year: int, month: int) -> list[VersionRow]:
    """The versions of a month, the newest first."""
    author, confirmer = sa.orm.aliased(Person), sa.orm.aliased(Person)
    rows = db.session.execute(
        sa.select(
            SpendingStatement.id,
            SpendingStatement.version_no,
            SpendingStatement.state,
            SpendingStatement.total_fen,
            SpendingStatement.is_nil,
            author.name,
            sa.func.coalesce(confirmer.name, ""),
            SpendingStatement.decision_reason,
        )
        .join(author, author.id == SpendingStatement.author_id)
        .outerjoin(confirmer, confirmer.id == SpendingStatement.confirmed_by_id)
        .where(
            SpendingStatement.canteen_id == canteen_id,
            SpendingStatement.fiscal_year == year,
            SpendingStatement.month == month,
        )
        .order_by(SpendingStatement.version_no.desc())
    )
    return [VersionRow(*row) for row in rows]


def find(statement_id: int) -> SpendingStatement | None:
    """One version, whoever's it is."""
    return db.session.get(SpendingStatement, statement_id)


def lines(statement_id: int) -> list[LineRow]:
    """The lines of a version."""
    rows = db.session.execute(
        sa.select(
            StatementLine.category_id,
            Category.name,
            StatementLine.amount_fen,
            StatementLine.paper,
            StatementLine.vendor,
        )
        .join(Category, Category.id == StatementLine.category_id)
        .where(StatementLine.statement_id == statement_id)
        .order_by(StatementLine.id)
    )
    return [LineRow(*row) for row in rows]


def waiting_for_confirmation(canteen_ids: Sequence[int], *, not_by: int) -> list[SpendingStatement]:
    """Statements that wait for a second person, without those the person wrote."""
    return list(
        db.session.scalars(
            sa.select(SpendingStatement)
            .where(
                SpendingStatement.canteen_id.in_(list(canteen_ids)),
                SpendingStatement.state == StatementState.SUBMITTED,
                SpendingStatement.author_id != not_by,
            )
            .order_by(SpendingStatement.fiscal_year, SpendingStatement.month)
        )
    )
