"""Which canteens a person may plan and order for, and what is known of each."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from procurement.models.declaration import Declaration
from procurement.models.unit import BudgetUnit
from procurement.rules.declaration import CanteenStatus
from procurement.rules.unit import UnitKind


@dataclass(frozen=True)
class CanteenRow:
    """A canteen under its unit; `kind` decides what it may not buy (rule 70)."""

    id: int
    name: str
    address: str
    phone: str
    unit_id: int
    unit_name: str
    kind: UnitKind
    rule_limit_fen: int
    head_limit_fen: int


def within(who: Actor) -> sa.ColumnElement[bool]:
    """The condition that an organisation is a canteen this actor acts in: own, of the own unit, or run as contractor.

    A contractor runs the canteens of the units whose filing in force this year names it (rule 16).
    """
    own = Organisation.id.in_(who.scope_ids)
    if who.organisation_kind is not OrganisationKind.CONTRACTOR:
        return own
    contractor = aliased(Organisation)
    runs = sa.exists().where(
        contractor.id == who.organisation_id,
        Declaration.unit_id == Organisation.parent_id,
        Declaration.fiscal_year == clock.today().year,
        Declaration.canteen_status == CanteenStatus.OUTSOURCED,
        Declaration.in_force_from.is_not(None),
        Declaration.contractor_uscc == contractor.uscc,
    )
    return sa.or_(own, runs)


def of_actor(who: Actor) -> list[CanteenRow]:
    """The open canteens this actor acts in, by name. One statement."""
    return _rows(within(who), Organisation.closed_on.is_(None))


def get(canteen_id: int, who: Actor) -> CanteenRow:
    """One canteen of this actor. Raises: Missing for a stranger's and for none alike."""
    found = _rows(within(who), Organisation.id == canteen_id)
    if not found:
        raise Missing("no-such-canteen")
    return found[0]


def named(canteen_id: int) -> CanteenRow:
    """One canteen, for services that know that it may be seen."""
    return _rows(Organisation.id == canteen_id)[0]


def _rows(*conditions: sa.ColumnElement[bool]) -> list[CanteenRow]:
    unit = aliased(Organisation)
    rows = db.session.execute(
        sa.select(
            Organisation.id,
            Organisation.name,
            sa.func.coalesce(sa.func.nullif(Organisation.address, ""), unit.address),
            sa.func.coalesce(sa.func.nullif(Organisation.phone, ""), unit.phone),
            unit.id,
            unit.name,
            BudgetUnit.kind,
            BudgetUnit.rule_limit_fen,
            BudgetUnit.head_limit_fen,
        )
        .join(unit, unit.id == Organisation.parent_id)
        .join(BudgetUnit, BudgetUnit.organisation_id == unit.id)
        .where(Organisation.kind == OrganisationKind.CANTEEN, *conditions)
        .order_by(Organisation.name, Organisation.id)
    )
    return [CanteenRow(*row) for row in rows]
