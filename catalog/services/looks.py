"""Looking at a household's numbers in the open: with a purpose, a few a day, each on record, shown once."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.household import HouseholdPerson
from catalog.queries import households as queries
from catalog.queries.household_scope import mine
from catalog.rules import households as rules
from catalog.rules.households import Revealed, RevealPurpose
from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import AuditEvent, Stream

settings.register(household__looks_a_day=30)
LEAST_REASON = 4
REVEALED, SEARCHED = "household-revealed", "household-searched"
_FIELDS = {Revealed.CONTACT: "phone", Revealed.IDENTITY: "id_no", Revealed.ACCOUNT: "account"}


@dataclass(frozen=True)
class Opened:
    """One person's name and the one number asked for."""

    position: int
    name: str
    number: str


def reveal(household_id: int, what: Revealed, *, purpose: RevealPurpose, reason: str, by: Actor) -> list[Opened]:
    """The names and one kind of number of a household. What is returned is shown once and kept nowhere.

    Raises: Missing, Refused "reason-too-short", "text-holds-number", "looks-used-up", "household-erased".
    """
    household = mine(household_id, by)
    if len(reason) < LEAST_REASON:
        raise Refused("reason-too-short", least=LEAST_REASON)
    rules.free_text(reason)
    _within_limit(by)
    people = db.session.scalars(
        sa.select(HouseholdPerson)
        .where(
            HouseholdPerson.household_id == household.id, HouseholdPerson.left_on.is_(None),
            HouseholdPerson.erased_at.is_(None),
        )
        .order_by(HouseholdPerson.position)
    ).all()  # fmt: skip
    if not people:
        raise Refused("household-erased")
    trail.record(
        Stream.PERSONAL, "household-revealed", "household", household.id, by=by, right=Right.HOUSEHOLD_REVEAL,
        code=household.code, what=what, purpose=purpose, reason=reason,
    )  # fmt: skip
    return [Opened(row.position, row.open("name") or "", row.open(_FIELDS[what]) or "") for row in people]


def _within_limit(by: Actor) -> None:
    """A few a day and person; two at once count one after the other."""
    key = sa.func.hashtextextended(f"look:{by.person_id}", 0)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    most = int(settings.value("household.looks_a_day"))
    done = db.session.scalar(
        sa.select(sa.func.count()).where(
            AuditEvent.stream == Stream.PERSONAL, AuditEvent.action.in_((REVEALED, SEARCHED)),
            AuditEvent.actor_id == by.person_id, AuditEvent.at >= clock.day_start(clock.today()),
        )
    )  # fmt: skip
    if (done or 0) >= most:
        raise Refused("looks-used-up", most=most)


def find(typed: str, *, by: Actor) -> int | None:
    """The household a number belongs to, among the actor's own. Asking is on record, found or not.

    Raises: Refused "number-unknown-kind", "looks-used-up".
    """
    _within_limit(by)
    found = queries.found_by_number(typed, by)
    trail.record(
        Stream.PERSONAL, "household-searched", "household", found or 0, by=by, right=Right.HOUSEHOLD_REVEAL,
        is_found=found is not None,
    )  # fmt: skip
    return found
