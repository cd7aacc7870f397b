"""Counts and sums of households as finance may know them: five or more, to 100 yuan, nothing told by a difference."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.supplier import Household
from catalog.queries.snapshots import current, tracked
from catalog.rules.benefit import BenefitState
from catalog.rules.disclosure import Cell, Published, publish
from catalog.rules.quarter import Quarter
from core.db import db
from core.places import queries as places


@dataclass(frozen=True)
class Sum:
    """A place's counts and sums as finance may know them: five households or more, amounts to 100 yuan."""

    code: str
    name: str
    households: Published
    incomes: Published
    benefits: Published

    def figures(self) -> tuple[tuple[Published, str], ...]:
        """The figures of a row with the field that is printed."""
        return (
            (self.households, "households"), (self.incomes, "households"), (self.incomes, "amount_fen"),
            (self.benefits, "amount_fen"),
        )  # fmt: skip


def sums(quarter: Quarter) -> list[Sum]:
    """Households, entered incomes and benefits of a quarter by village, town and county. Four statements.

    Each column is a tree of its own: what is hidden in one cannot be told from its totals (rule 76).
    """
    found = current([quarter], of=tracked())
    known = {
        row[0]: row[1] for row in db.session.execute(sa.select(Household.id, Household.village_code).where(tracked()))
    }
    entered = _cells((known[key[0]], key[0], one.income.net_fen) for key, one in found.items() if key[0] in known)
    there = _cells((code, home, 0) for home, code in known.items())
    paid = _cells((known[home], home, fen) for home, fen in _benefits(quarter).items() if home in known)
    villages = sorted(there)
    parents = {code: code[:9] for code in villages} | {code[:9]: code[:6] for code in villages}
    shown = [publish({v: column.get(v, Cell(0)) for v in villages}, parents) for column in (there, entered, paid)]
    names = places.names({code for column in shown for code in column})
    order = sorted(shown[0], key=lambda code: (code.ljust(12, "0"), len(code)))
    return [
        Sum(code, names[code].name if code in names else code, *(column[code] for column in shown)) for code in order
    ]


def _cells(parts: Iterable[tuple[str, int, int]]) -> dict[str, Cell]:
    """(village, household, fen) → households and sum of each village."""
    households_of: dict[str, set[int]] = defaultdict(set)
    fen_of: dict[str, int] = defaultdict(int)
    for village, household_id, fen in parts:
        households_of[village].add(household_id)
        fen_of[village] += fen
    return {village: Cell(len(ids), fen_of[village]) for village, ids in households_of.items()}


def _benefits(quarter: Quarter) -> dict[int, int]:
    """Fen that suppliers paid to each household in a quarter, verified ones."""
    rows = db.session.execute(
        sa.select(HouseholdBenefit.household_id, sa.func.sum(HouseholdBenefit.amount_fen))
        .where(
            HouseholdBenefit.counts_on.between(quarter.first_day, quarter.last_day),
            HouseholdBenefit.state.in_((BenefitState.ATTESTED, BenefitState.CONFIRMED)),
        )
        .group_by(HouseholdBenefit.household_id)
    )
    return {row[0]: int(row[1]) for row in rows}
