"""Units and canteens."""

from typing import Any

from core.access.roles import OrganisationKind
from core.db import db
from core.organisations.models import Organisation
from procurement.models.unit import BudgetUnit
from procurement.rules.unit import BudgetLevel, UnitKind
from tests.make.core import organisation, writing


def unit(name: str | None = None, *, kind: UnitKind = UnitKind.SCHOOL, **columns: Any) -> Organisation:
    """A budget unit of the county."""
    body = organisation(OrganisationKind.UNIT, name)
    with writing():
        db.session.add(
            BudgetUnit(organisation_id=body.id, kind=kind, system="教育系统", level=BudgetLevel.COUNTY, **columns)
        )
    return body


def canteen(of: Organisation, name: str | None = None) -> Organisation:
    """A canteen under a unit."""
    return organisation(OrganisationKind.CANTEEN, name, parent_id=of.id)
