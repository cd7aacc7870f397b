"""What a village can harvest: the ceiling that bought and sold quantities are held against (F11)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.lots import CropPlan, LotMove
from catalog.models.product import Category, Lot, Product
from catalog.rules.lots import LotMoveKind
from core.db import db
from core.places.models import Place

TOLERANCE_BP = 11_000
"""F11: more than the declared harvest × 1.1 is asked about."""


@dataclass(frozen=True)
class Crop:
    """One category of a village in a year: planned grams, and what came into lots so far."""

    id: int
    village_code: str
    village: str
    category_id: int
    category: str
    area_mu_x10: int
    yield_g_per_mu: int
    harvest_from: date
    harvest_to: date
    in_g: int

    @property
    def ceiling_g(self) -> int:
        """Area × yield, floor to grams."""
        return self.area_mu_x10 * self.yield_g_per_mu // 10

    @property
    def is_over(self) -> bool:
        """More came in than the declared harvest × 1.1."""
        return self.in_g * 10_000 > self.ceiling_g * TOLERANCE_BP

    @property
    def share_bp(self) -> int:
        """What came in, of the ceiling, truncated."""
        return self.in_g * 10_000 // self.ceiling_g if self.ceiling_g else 0


def of_village(village_code: str, year: int) -> list[Crop]:
    """The plan of a village for a year."""
    return _read(CropPlan.village_code == village_code, CropPlan.plan_year == year)


def of_county(year: int, *, over_only: bool = False) -> list[Crop]:
    """All villages' plans, the fullest first."""
    found = sorted(_read(CropPlan.plan_year == year), key=lambda crop: -crop.share_bp)
    return [crop for crop in found if crop.is_over] if over_only else found


def warning(village_code: str, category_id: int, year: int) -> Crop | None:
    """The crop whose ceiling is passed, if it is: shown as a warning, nothing is refused for it."""
    where = (CropPlan.village_code == village_code, CropPlan.category_id == category_id, CropPlan.plan_year == year)
    return next((crop for crop in _read(*where) if crop.is_over), None)


def over_count(year: int) -> int:
    """How many crops of the county passed their ceiling."""
    return len(of_county(year, over_only=True))


def beyond(product_id: int, village_code: str, harvested_on: date) -> Crop | None:
    """As `warning`, for goods of a product harvested on a day."""
    category_id = db.session.scalar(sa.select(Product.category_id).where(Product.id == product_id))
    return None if category_id is None else warning(village_code, category_id, harvested_on.year)


def has_plan(village_code: str, year: int) -> bool:
    """Whether the village has written anything for the year."""
    found = sa.exists().where(CropPlan.village_code == village_code, CropPlan.plan_year == year)
    return bool(db.session.scalar(sa.select(found)))


def _read(*where: sa.ColumnElement[bool]) -> list[Crop]:
    came_in = (
        sa.select(sa.func.coalesce(sa.func.sum(LotMove.qty), 0))
        .join(Lot, Lot.id == LotMove.lot_id)
        .join(Product, Product.id == LotMove.product_id)
        .where(
            Product.category_id == CropPlan.category_id,
            Lot.origin_code == CropPlan.village_code,
            sa.extract("year", Lot.harvested_on) == CropPlan.plan_year,
            LotMove.kind.in_((LotMoveKind.BOUGHT, LotMoveKind.HARVESTED, LotMoveKind.DECLARED)),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            CropPlan.id, CropPlan.village_code, Place.name, CropPlan.category_id, Category.name, CropPlan.area_mu_x10,
            CropPlan.yield_g_per_mu, CropPlan.harvest_from, CropPlan.harvest_to, came_in,
        )
        .join(Place, Place.code == CropPlan.village_code)
        .join(Category, Category.id == CropPlan.category_id)
        .where(*where)
        .order_by(CropPlan.village_code, Category.position, Category.id)
    )  # fmt: skip
    columns = [[*row[:9], int(row[9])] for row in rows]
    return [Crop(*row) for row in columns]


def leaves() -> list[tuple[int, str]]:
    """Categories that grow: (id, name)."""
    query = sa.select(Category.id, Category.name).where(Category.is_leaf).order_by(Category.position, Category.id)
    return [(row[0], row[1]) for row in db.session.execute(query)]
