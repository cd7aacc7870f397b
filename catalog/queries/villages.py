"""Villages on a day: exited or not, by which document, and the households behind them as aggregates only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.product import Category, Product
from catalog.models.supplier import Household, LinkageAgreement, Supplier, VillageCategory
from catalog.queries.visibility import LINKED, agreed_on, visible
from core import clock
from core.db import db
from core.organisations.models import Organisation
from core.places import queries as places

LEAST = 5
"""The fewest households that are published as a number (rule 76)."""


@dataclass(frozen=True)
class Origin:
    """What a place of origin was on the day asked for. `since` and `document` are the newest decision's."""

    code: str
    is_exited: bool
    since: date | None = None
    document: str = ""


def eligible_on(origin_code: str, on: date) -> Origin:
    """Whether the village is exited on the day: the lot's origin and the supply day are asked for (rule 39).

    The household route is the product's mass balance: `queries.lots.quarter`.
    """
    return origins_on([origin_code], on)[origin_code]


def origins_on(codes: Iterable[str], on: date) -> dict[str, Origin]:
    """As `eligible_on` for many places; a place without a decision is not exited. One statement."""
    wanted = set(codes)
    rows = db.session.execute(
        sa.select(
            VillageCategory.village_code,
            VillageCategory.is_exited,
            VillageCategory.valid_from,
            VillageCategory.document,
        )
        .ext(distinct_on(VillageCategory.village_code))
        .where(VillageCategory.village_code.in_(wanted), VillageCategory.valid_from <= on)
        .order_by(VillageCategory.village_code, VillageCategory.valid_from.desc(), VillageCategory.id.desc())
    )
    known = {row[0]: Origin(*row) for row in rows}
    return {code: known.get(code, Origin(code, False)) for code in wanted}


@dataclass(frozen=True)
class Households:
    """How many linked households stand behind a supplier or village: a number only from five on (rule 76)."""

    count: int | None
    is_hidden: bool = False

    @property
    def is_few(self) -> bool:
        """1 to 4: shown as 少于5户. None at all is not shown; a hidden number is said to be unpublished."""
        return self.count is None and not self.is_hidden


def published(count: int) -> Households:
    """What may be shown of a count."""
    return Households(count if count == 0 or count >= LEAST else None)


def linked_in_village(village_code: str, on: date) -> Households:
    """Exited and watched households of the village with any agreement in force.

    Where a single village of the town has fewer than five, the next smallest is hidden too: else the town's total, once
    published, would give the number away (rule 76).
    """
    rows = db.session.execute(
        sa.select(Household.village_code, sa.func.count(sa.distinct(Household.id)).label("number"))
        .join(LinkageAgreement, LinkageAgreement.household_id == Household.id)
        .where(Household.village_code.startswith(village_code[:9]), Household.category.in_(LINKED), agreed_on(on))
        .group_by(Household.village_code)
    )
    counts = {row.village_code: row.number for row in rows}
    few = [code for code, count in counts.items() if count < LEAST]
    rest = sorted((count, code) for code, count in counts.items() if count >= LEAST)
    if len(few) == 1 and rest and rest[0][1] == village_code:
        return Households(None, is_hidden=True)
    return published(counts.get(village_code, 0))


@dataclass(frozen=True)
class VillageProfile:
    """A village as everybody may see it."""

    code: str
    name: str
    town_name: str
    origin: Origin
    households: Households
    suppliers: tuple[tuple[int, str], ...]


def profile(code: str, *, on: date | None = None) -> VillageProfile | None:
    """The page of a village; None for a code that is none. Suppliers are those that sell something from there."""
    day = on or clock.today()
    place = places.names({code}).get(code)
    if place is None or len(code) != 12:
        return None
    sellers = db.session.execute(
        sa.select(Supplier.id, Organisation.name)
        .distinct()
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Product, Product.supplier_id == Supplier.id)
        .join(Category, Category.id == Product.category_id)
        .where(Product.origin_code == code, visible(day))
        .order_by(Organisation.name)
    )
    named = tuple((row.id, row.name) for row in sellers)
    linked = linked_in_village(code, day)
    return VillageProfile(code, place.name, place.parent_name, eligible_on(code, day), linked, named)
