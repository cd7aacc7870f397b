"""What a household agreed to or took back: a line for each word given, none is changed."""

from datetime import date

from catalog.models.household import HouseholdConsent
from catalog.queries.household_scope import mine
from catalog.rules import households as rules
from catalog.rules.households import ConsentKind, ConsentMethod
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream


def record(
    household_id: int, kind: ConsentKind, *, is_given: bool, method: ConsentMethod, paper_no: str, on: date, by: Actor
) -> HouseholdConsent:
    """A word given or withdrawn on a day. Raises: Missing, Refused "day-in-future", "text-holds-number"."""
    household = mine(household_id, by)
    if on > clock.today():
        raise Refused("day-in-future")
    line = HouseholdConsent(
        household_id=household.id, kind=kind, is_given=is_given, method=method, paper_no=rules.free_text(paper_no),
        given_on=on, author_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(line)
    trail.record(
        Stream.PERSONAL, "household-consent", "household", household.id, by=by, right=Right.HOUSEHOLD_EDIT,
        code=household.code, kind=kind, is_given=is_given,
    )  # fmt: skip
    return line
