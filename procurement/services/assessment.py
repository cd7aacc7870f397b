"""核定: finance sets the figures of a unit that files nothing (rule 92)."""

from datetime import date

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.settings import calendar
from procurement.models.declaration import Declaration
from procurement.models.unit import BudgetUnit
from procurement.queries import declarations, terms
from procurement.rules.amendment import DeclarationKind, assess
from procurement.rules.declaration import CanteenStatus, DeclarationState, PartKind
from procurement.services import declaration_rows as rows

GRACE_DAYS = 10


def assessable_from(year: int) -> date:
    """The first day on which a silent unit may be assessed: ten working days after the window."""
    return calendar.current().after(declarations.window(year).closes_on, GRACE_DAYS)


def assess_unit(unit_id: int, year: int, document: str, *, by: Actor) -> Declaration:
    """Put the larger of last year's actual and last year's declaration in force, R at its minimum, until the unit's own
    filing is confirmed.

    Raises: Missing, Refused "assessment-too-early", "assessment-filed-already", "assessment-nothing-known",
    "assessment-without-document".
    """
    if db.session.get(BudgetUnit, unit_id) is None:
        raise Missing("no-such-unit")
    if not document.strip():
        raise Refused("assessment-without-document")
    if clock.today() <= assessable_from(year):
        raise Refused("assessment-too-early", from_on=assessable_from(year))
    rows.lock_unit(unit_id)
    stand = declarations.stand(unit_id, year)
    waiting = any(version.state in declarations.WAITING for version in stand.versions)
    if stand.current is not None or waiting:
        raise Refused("assessment-filed-already")
    return _put_in_force(unit_id, year, document, by)


def _put_in_force(unit_id: int, year: int, document: str, by: Actor) -> Declaration:
    last = declarations.stand(unit_id, year - 1)
    figures = assess(
        last_actual_fen=declarations.actual_fen(unit_id, year - 1) or 0,
        last_declared_fen=last.figures.total_fen,
        min_bps={code: own.min_bp for code, own in terms.in_force(year).items()},
    )
    if not figures.total_fen:
        raise Refused("assessment-nothing-known", name=db.session.get_one(Organisation, unit_id).name)
    made = rows.new_version(unit_id, year, DeclarationKind.ASSESSMENT, by)
    status = last.current.canteen_status if last.current else CanteenStatus.OWN
    made.canteen_status = status if status.has_total else CanteenStatus.OWN
    made.total_fen, made.exception_document = figures.total_fen, document
    rows.fill(made.id, {PartKind.STAFF_MEALS: (figures.total_fen, document)}, figures.reserves)
    made.submitted_at = made.decided_at = made.in_force_from = clock.now()
    made.decided_by_id, made.state = by.person_id, DeclarationState.CONFIRMED
    rows.note(
        made, "declaration-assessed", by, right=Right.DECLARATION_DECIDE, total_fen=made.total_fen, document=document
    )
    rows.sync(made)
    return made
