"""Contact data ends three years after the last benefit; what was recognised, and the code, stay (4.3 rule 5, R28).

A household is kept while an agreement with it runs; else its last day is the newest of: a benefit, an agreement's end,
the day its people were registered. Names, numbers, phones and accounts go with their blind indexes.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.household import HouseholdPerson
from catalog.models.supplier import Household, LinkageAgreement
from catalog.rules.benefit import BenefitState
from catalog.rules.households import contact_ends_on
from core import clock, trail
from core.db import db
from core.trail.models import Stream

BATCH = 500


@dataclass(frozen=True)
class Due:
    """A household whose contact data has served."""

    household_id: int
    code: str
    last_on: date


def due(on: date) -> list[Due]:
    """Households whose contact data must be gone on a day, by their codes: the dry run shows this. One statement."""
    benefit = (
        sa.select(sa.func.max(HouseholdBenefit.counts_on))
        .where(HouseholdBenefit.household_id == Household.id, HouseholdBenefit.state != BenefitState.VOID)
        .scalar_subquery()
    )
    ended = (
        sa.select(sa.func.max(LinkageAgreement.valid_to)).where(LinkageAgreement.household_id == Household.id)
    ).scalar_subquery()
    registered = (
        sa.select(sa.func.max(HouseholdPerson.created_at)).where(
            HouseholdPerson.household_id == Household.id, HouseholdPerson.erased_at.is_(None)
        )
    ).scalar_subquery()
    running = sa.exists().where(
        LinkageAgreement.household_id == Household.id,
        sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on),
    )
    rows = db.session.execute(
        sa.select(Household.id, Household.code, benefit, ended, registered)
        .where(registered.is_not(None), ~running)
        .order_by(Household.code)
    )
    found = []
    for household_id, code, paid_on, ended_on, registered_at in rows:
        last_on = max(day for day in (paid_on, ended_on, clock.county_day(registered_at)) if day)
        if contact_ends_on(last_on) <= on:
            found.append(Due(household_id, code, last_on))
    return found


def erase(on: date) -> int:
    """Empty what is due, a batch at a time, with a line in the trail for each household. The number erased."""
    done = due(on)[:BATCH]
    for one in done:
        people = db.session.scalars(
            sa.select(HouseholdPerson)
            .where(HouseholdPerson.household_id == one.household_id, HouseholdPerson.erased_at.is_(None))
            .with_for_update()
        ).all()
        for person in people:
            for field in ("name", "id_no", "phone", "account"):
                person.close(field, None)
            person.erased_at = clock.now()
        trail.record(
            Stream.PERSONAL, "household-erased", "household", one.household_id, by=None, code=one.code,
            people=len(people),
        )  # fmt: skip
    db.session.flush()
    return len(done)
