"""Which suppliers are to be looked at again, and by when: six months after the admission or the last look (rule 66)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import SupplierCheck
from catalog.queries import admission_terms
from catalog.rules.supplier import EntityType, SupplierStatus
from catalog.rules.supplier_life import CHECK_AHEAD_DAYS, CheckOutcome, check_due, months_later
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from core.people.models import Person

LOOKED_AT = frozenset({SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED})


def due_of(found: Supplier) -> date:
    """The day by which the supplier is looked at again."""
    return check_due(_last(found.checked_on, found.admitted_on), admission_terms.check_months())


def _last(checked_on: date | None, admitted_on: date | None) -> date:
    return checked_on or admitted_on or clock.today()


@dataclass(frozen=True)
class DueRow:
    """A supplier with the day of its next look."""

    supplier_id: int
    name: str
    entity_type: EntityType
    status: SupplierStatus
    last_on: date
    due_on: date

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.due_on < clock.today()


def _due(town_code: str | None) -> sa.Select[*tuple[object, ...]]:
    """Suppliers whose look is due within thirty days or overdue; of one town or of all."""
    horizon = clock.today() + timedelta(days=CHECK_AHEAD_DAYS)
    latest = months_later(horizon, -admission_terms.check_months())
    last = sa.func.coalesce(Supplier.checked_on, Supplier.admitted_on)
    query = sa.select(Supplier).where(Supplier.status.in_(LOOKED_AT), last <= latest)
    return query if town_code is None else query.where(Supplier.town_code == town_code)


def due(by: Actor, *, limit: int = 200) -> list[DueRow]:
    """What a township has to look at, the most urgent first."""
    months = admission_terms.check_months()
    last = sa.func.coalesce(Supplier.checked_on, Supplier.admitted_on)
    rows = db.session.execute(
        _due(by.place_code or "")
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .with_only_columns(Supplier.id, Organisation.name, Supplier.entity_type, Supplier.status, last.label("last_on"))
        .order_by(last, Supplier.id)
        .limit(limit)
    )
    return [DueRow(i, name, kind, status, on, check_due(on, months)) for i, name, kind, status, on in rows]


def due_count(by: Actor) -> int:
    """How many there are."""
    return db.session.scalar(_due(by.place_code or "").with_only_columns(sa.func.count())) or 0


def overdue_count(*, town_code: str | None = None) -> int:
    """How many looks are overdue, of one town or of the county."""
    latest = months_later(clock.today(), -admission_terms.check_months())
    last = sa.func.coalesce(Supplier.checked_on, Supplier.admitted_on)
    query = sa.select(sa.func.count()).where(Supplier.status.in_(LOOKED_AT), last < latest)
    return db.session.scalar(query if town_code is None else query.where(Supplier.town_code == town_code)) or 0


def get(supplier_id: int, by: Actor) -> tuple[Supplier, Organisation]:
    """A supplier of one's own township. Raises: Missing."""
    row = db.session.execute(
        sa.select(Supplier, Organisation)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Supplier.id == supplier_id, Supplier.town_code == (by.place_code or ""), Supplier.status.in_(LOOKED_AT))
    ).first()
    if row is None:
        raise Missing("no-such-supplier")
    return row[0], row[1]


@dataclass(frozen=True)
class CheckRow:
    """One look of the past."""

    due_on: date
    done_on: date
    outcome: CheckOutcome
    note: str
    person: str
    at: datetime


def history(supplier_id: int) -> list[CheckRow]:
    """All looks at a supplier, the newest first."""
    rows = db.session.execute(
        sa.select(
            SupplierCheck.due_on, SupplierCheck.done_on, SupplierCheck.outcome, SupplierCheck.note, Person.name,
            SupplierCheck.at,
        )
        .join(Person, Person.id == SupplierCheck.person_id)
        .where(SupplierCheck.supplier_id == supplier_id)
        .order_by(SupplierCheck.id.desc())
    )  # fmt: skip
    return [CheckRow(*row) for row in rows]
