"""How hard the gate stands today: the dated settings, and the months a unit has not stated (rules 96, 99)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock, settings
from core.access.roles import OrganisationKind
from core.db import db
from core.organisations.models import Organisation
from core.settings.models import Setting
from procurement.models.statement import SpendingStatement
from procurement.rules.gate import SHIPPED, Gate, GateSchedule, GateStep
from procurement.rules.scheme import SHIPPED as SCHEMES
from procurement.rules.statement import CanteenYear, StatementState, months_missing
from procurement.rules.unit import UnitKind

_WHOM = ("headline", "any", *(scheme.code for scheme in SCHEMES))
KEYS = [f"gate.{whom}" for whom in _WHOM] + [f"gate.{whom}.{kind.value}" for whom in _WHOM for kind in UnitKind]
"""Settings of the gate: `gate.L` for a scheme, `gate.headline` for the headline, `gate.any`, each also for one kind of
unit (`gate.L.school`). Value: a list of {"from": "MM-DD", "level": "off|warn|reason|stop"}; None as shipped."""
settings.register(**{key.replace(".", "__"): None for key in KEYS})


def schedules() -> list[GateSchedule]:
    """The shipped levels and every dated setting of the gate. One statement."""
    rows = db.session.execute(sa.select(Setting.key, Setting.value, Setting.valid_from).where(Setting.key.in_(KEYS)))
    return schedules_of(rows)


def schedules_of(rows: Iterable[Any]) -> list[GateSchedule]:
    """The shipped levels and those of setting rows (key, value, valid_from)."""
    return [*SHIPPED, *(_schedule(key, value, day) for key, value, day in rows if value)]


def missing_months(unit_id: int, year: int, on: date | None = None) -> tuple[int, ...]:
    """Months of the year that a canteen of the unit should have stated by now and has not. One statement."""
    rows = db.session.execute(
        sa.select(
            Organisation.opened_on,
            Organisation.closed_on,
            sa.func.array_remove(sa.func.array_agg(SpendingStatement.month), None),
        )
        .join(
            SpendingStatement,
            sa.and_(
                SpendingStatement.canteen_id == Organisation.id,
                SpendingStatement.fiscal_year == year,
                SpendingStatement.state == StatementState.CONFIRMED,
            ),
            isouter=True,
        )
        .where(Organisation.parent_id == unit_id, Organisation.kind == OrganisationKind.CANTEEN)
        .group_by(Organisation.id)
    )
    canteens = [CanteenYear(frozenset(months), opened, closed) for opened, closed, months in rows]
    return months_missing(year, on or clock.today(), canteens)


def _schedule(key: str, value: list[dict[str, Any]], valid_from: date) -> GateSchedule:
    whom, _, kind = key.removeprefix("gate.").partition(".")
    steps = tuple(
        GateStep(int(step["from"][:2]), int(step["from"][3:]), Gate(step["level"]))
        for step in sorted(value, key=lambda step: str(step["from"]))
    )
    named = None if whom in ("headline", "any") else whom
    return GateSchedule(valid_from, steps, headline=whom == "headline", scheme=named, unit_kind=kind or None)
