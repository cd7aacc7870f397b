"""Villages on a day: exited or not, by which document, and the households behind them as aggregates only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier, VillageCategory
from catalog.queries import impact
from catalog.queries.visibility import visible
from catalog.rules.disclosure import LEAST, Cell, Published, Shown, single
from core import clock
from core.db import db
from core.organisations.models import Organisation
from core.places import queries as places


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
    """What may be shown of a count that stands alone."""
    return Households(single(Cell(count)).households)


def of_supplier(supplier_id: int, count: int, figures: impact.Public | None) -> Households:
    """Linked households of a supplier, as the public figures of the whole county let them be said. Few need none."""
    if count < LEAST or figures is None:
        return published(count) if count < LEAST else Households(None, is_hidden=True)
    return seen(figures.of_supplier(supplier_id))


def seen(shown: Published) -> Households:
    """A published figure as pages show it."""
    return Households(shown.households, is_hidden=shown.shown is Shown.HIDDEN)


def linked_in_village(village_code: str, on: date) -> Households:
    """Linked households of the village, as the public table of the county shows them (rule 76)."""
    return seen(impact.of_village(village_code, on))


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
