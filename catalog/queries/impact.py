"""带动 in public: linked households and what they verifiably received, by village, town and county (rule 76).

One table for the whole county decides what is shown; a village's own page takes its line from here, so that two pages
never tell together what each hides.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.supplier import Household, LinkageAgreement
from catalog.queries.visibility import LINKED, agreed_on
from catalog.rules.benefit import BenefitState
from catalog.rules.disclosure import Cell, Published, Shown, publish
from catalog.rules.quarter import Quarter
from core.db import db
from core.places import queries as places

VERIFIED = (BenefitState.ATTESTED, BenefitState.CONFIRMED)


@dataclass(frozen=True)
class Line:
    """A place with what may be said of it."""

    code: str
    name: str
    figures: Published


def window(on: date) -> tuple[date, date]:
    """First and last day of the four full quarters before a day."""
    last = Quarter.of(on).plus(-1)
    return last.plus(-3).first_day, last.last_day


def figures(on: date) -> dict[str, Published]:
    """What may be published of each village, town and county on a day. Two statements.

    Counted are exited and watched households with an agreement in force, or with a verified benefit in the last four
    full quarters; the amount is those benefits.
    """
    linked: dict[str, set[int]] = defaultdict(set)
    paid: dict[str, int] = defaultdict(int)
    homes = sa.select(Household.village_code, Household.id).where(Household.category.in_(LINKED))
    agreed = homes.join(LinkageAgreement, LinkageAgreement.household_id == Household.id).where(agreed_on(on)).distinct()
    for village, household_id in db.session.execute(agreed):
        linked[village].add(household_id)
    received = (
        homes.join(HouseholdBenefit, HouseholdBenefit.household_id == Household.id)
        .add_columns(sa.func.sum(HouseholdBenefit.amount_fen))
        .where(HouseholdBenefit.state.in_(VERIFIED), HouseholdBenefit.counts_on.between(*window(on)))
        .group_by(Household.village_code, Household.id)
    )
    for village, household_id, fen in db.session.execute(received):
        linked[village].add(household_id)
        paid[village] += int(fen)
    cells = {village: Cell(len(ids), paid[village]) for village, ids in linked.items()}
    parents = {code: code[:9] for code in cells} | {code[:9]: code[:6] for code in cells}
    return publish(cells, parents)


def county(on: date) -> list[Line]:
    """The public table: the county, then each town with its villages. Three statements."""
    found = figures(on)
    names = places.names(set(found))
    order = sorted(found, key=lambda code: (code.ljust(12, "0"), len(code)))
    return [Line(code, names[code].name if code in names else code, found[code]) for code in order]


NOBODY = Published(Shown.NUMBER, 0, 0)


def of_village(village_code: str, on: date) -> Published:
    """A village's line; nobody linked is 0."""
    return figures(on).get(village_code, NOBODY)
