"""带动 in public: linked households and what they verifiably received, by place and by supplier (rule 76).

One function for the whole county decides what is shown of places and of suppliers together; every page takes its
figures from here, so that no two of them tell what each hides.
"""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import current_app

from catalog.models.benefit import HouseholdBenefit
from catalog.models.supplier import Household, LinkageAgreement
from catalog.queries.visibility import LINKED, agreed_on
from catalog.rules.benefit import BenefitState
from catalog.rules.disclosure import Cell, Published, Shown, publish, single
from catalog.rules.disclosure_sets import open_suppliers
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


@dataclass(frozen=True)
class Public:
    """All that may be published of linked households on a day."""

    places: Mapping[str, Published]
    suppliers: Mapping[int, Published]

    def of_supplier(self, supplier_id: int) -> Published:
        """A supplier's figures; nobody linked is 0."""
        return self.suppliers.get(supplier_id, NOBODY)


NOBODY = Published(Shown.NUMBER, 0, 0)
KEPT_SECONDS = 60
_KEY = "public_figures"


def public(on: date) -> Public:
    """As `figures`, kept for a minute in this process: the shop's cards ask on every page. Never kept in tests."""
    if current_app.testing:
        return compute(on)
    known: tuple[date, float, Public] | None = current_app.extensions.get(_KEY)
    if known is None or known[0] != on or time.monotonic() - known[1] > KEPT_SECONDS:
        known = current_app.extensions[_KEY] = (on, time.monotonic(), compute(on))
    return known[2]


def figures(on: date) -> Mapping[str, Published]:
    """What may be published of each village, town and county on a day."""
    return public(on).places


def compute(on: date) -> Public:
    """What may be published of places and suppliers, decided together. Two statements.

    Counted are exited and watched households with an agreement in force, or with a verified benefit in the last four
    full quarters; the amount is those benefits.
    """
    homes_of, village_of, paid, paid_by = _links(on)
    villages: dict[str, set[int]] = defaultdict(set)
    fen: dict[str, int] = defaultdict(int)
    for home, village in village_of.items():
        villages[village].add(home)
        fen[village] += paid[home]
    parents = {code: code[:9] for code in villages} | {code[:9]: code[:6] for code in villages}
    places = publish({code: Cell(len(ids), fen[code]) for code, ids in villages.items()}, parents)
    sets = {supplier_id: frozenset(ids) for supplier_id, ids in homes_of.items()}
    let_in = open_suppliers(sets, {code: frozenset(ids) for code, ids in villages.items()}, parents, places)
    shown = {}
    for supplier_id, ids in sets.items():
        alone = single(Cell(len(ids), paid_by[supplier_id]))
        shown[supplier_id] = alone if supplier_id in let_in or alone.shown is Shown.FEW else Published(Shown.HIDDEN)
    return Public(places, shown)


Links = tuple[dict[int, set[int]], dict[int, str], dict[int, int], dict[int, int]]


def _links(on: date) -> Links:
    """Homes of each supplier, the village of each home, fen of each home, fen paid by each supplier."""
    homes_of: dict[int, set[int]] = defaultdict(set)
    village_of: dict[int, str] = {}
    paid: dict[int, int] = defaultdict(int)
    paid_by: dict[int, int] = defaultdict(int)
    homes = sa.select(Household.village_code, Household.id).where(Household.category.in_(LINKED))
    agreed = homes.join(LinkageAgreement, LinkageAgreement.household_id == Household.id).where(agreed_on(on))
    for village, home, supplier_id in db.session.execute(agreed.add_columns(LinkageAgreement.supplier_id).distinct()):
        village_of[home] = village
        homes_of[supplier_id].add(home)
    received = (
        homes.join(HouseholdBenefit, HouseholdBenefit.household_id == Household.id)
        .add_columns(HouseholdBenefit.supplier_id, sa.func.sum(HouseholdBenefit.amount_fen))
        .where(HouseholdBenefit.state.in_(VERIFIED), HouseholdBenefit.counts_on.between(*window(on)))
        .group_by(Household.village_code, Household.id, HouseholdBenefit.supplier_id)
    )
    for village, home, supplier_id, fen in db.session.execute(received):
        village_of[home] = village
        homes_of[supplier_id].add(home)
        paid[home] += int(fen)
        paid_by[supplier_id] += int(fen)
    return homes_of, village_of, paid, paid_by


def county(on: date) -> list[Line]:
    """The public table: the county, then each town with its villages. Three statements."""
    found = figures(on)
    names = places.names(set(found))
    order = sorted(found, key=lambda code: (code.ljust(12, "0"), len(code)))
    return [Line(code, names[code].name if code in names else code, found[code]) for code in order]


def of_village(village_code: str, on: date) -> Published:
    """A village's line; nobody linked is 0."""
    return figures(on).get(village_code, NOBODY)
