"""A village's crop plan: area × yield and the harvest window, written by its worker; the ceiling of F11."""

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.lots import CropPlan
from catalog.models.product import Category
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


@dataclass(frozen=True)
class Planned:
    """One crop as it was typed. Area in tenths of a mu, yield in grams per mu."""

    category_id: int
    area_mu_x10: int
    yield_g_per_mu: int
    harvest_from: date
    harvest_to: date


def area_of(text: str) -> int:
    """12.5 mu as typed to tenths. Raises: Refused "crop-area"."""
    found = re.fullmatch(r"(\d{1,6})(?:[.．](\d))?", text.strip())
    if found is None:
        raise Refused("crop-area")
    return int(found[1]) * 10 + int(found[2] or 0)


def plan(planned: Planned, *, by: Actor) -> CropPlan:
    """Write or change a crop of the actor's village for the year of its harvest.

    Raises: Missing (no village); Refused "crop-window", "crop-empty", "category-not-leaf".
    """
    if by.place_code is None or len(by.place_code) != 12:
        raise Missing("no-such-village")
    if planned.area_mu_x10 <= 0 or planned.yield_g_per_mu <= 0:
        raise Refused("crop-empty")
    if not planned.harvest_from <= planned.harvest_to or planned.harvest_from.year != planned.harvest_to.year:
        raise Refused("crop-window")
    if not db.session.scalar(sa.select(Category.is_leaf).where(Category.id == planned.category_id)):
        raise Refused("category-not-leaf")
    year = planned.harvest_from.year
    row = db.session.execute(
        sa.select(CropPlan)
        .where(
            CropPlan.village_code == by.place_code, CropPlan.category_id == planned.category_id,
            CropPlan.plan_year == year,
        )
        .with_for_update()
    ).scalar_one_or_none()  # fmt: skip
    before = None if row is None else {"area_mu_x10": row.area_mu_x10, "yield_g_per_mu": row.yield_g_per_mu}
    if row is None:
        row = CropPlan(village_code=by.place_code, category_id=planned.category_id, plan_year=year)
        db.session.add(row)
    row.area_mu_x10, row.yield_g_per_mu = planned.area_mu_x10, planned.yield_g_per_mu
    row.harvest_from, row.harvest_to = planned.harvest_from, planned.harvest_to
    row.person_id, row.updated_at = by.person_id, clock.now()
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "crop-planned", "crop_plan", row.id, by=by, right=Right.CROP_PLAN, before=before,
        after={"area_mu_x10": row.area_mu_x10, "yield_g_per_mu": row.yield_g_per_mu}, year=year,
        village=by.place_code,
    )  # fmt: skip
    return row
