"""A school's shelf, its slips of yesterday and this morning, its food samples and the thermometers' figures."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.quantity import BaseUnit
from demo.cast import words
from demo.world import World
from procurement.queries import inventory as stored
from procurement.rules.food_safety import Meal, ProbePlace
from procurement.services import food_safety, inventory
from procurement.services.inventory import Wanted


def tell(world: World) -> None:
    """Goods came three days ago; two days of cooking; one sample whose hours are over."""
    room, told = world.kitchen("school1"), words()["kitchen"]
    keeper = world.actor("school1", Role.RECEIVER)
    today = world.days.today
    with clock.frozen(world.days.at(today - timedelta(days=3), 6)), transaction():
        for row in told["entries"]:
            _enter(room.canteen_id, row, today, keeper)
    with clock.frozen(world.days.at(today - timedelta(days=3), 12)), transaction():
        _sample(room.canteen_id, told["dishes"][0], keeper)
    with clock.frozen(world.days.at(today - timedelta(days=1), 6)), transaction():
        _cook(room.canteen_id, told, keeper)
    with clock.frozen(world.days.at(today - timedelta(days=1), 12)), transaction():
        for dish in told["dishes"][1:]:
            _sample(room.canteen_id, dish, keeper)
        for place, decidegrees, action in told["temperatures"]:
            food_safety.read_temperature(
                room.canteen_id, place=ProbePlace(place), device="", decidegrees=decidegrees, action=action, by=keeper
            )


def _enter(canteen_id: int, row: list[Any], today: date, by: Actor) -> None:
    category, name, unit, qty, vendor, days = row
    found = db.session.execute(sa.select(Category.id).where(Category.code == category)).scalar_one()
    expires_on = today + timedelta(days=days) if days else None
    inventory.enter(
        canteen_id, category_id=found, name=name, base_unit=BaseUnit(unit), qty=qty, vendor=vendor,
        expires_on=expires_on, by=by,
    )  # fmt: skip


def _sample(canteen_id: int, dish: str, by: Actor) -> None:
    food_safety.keep(canteen_id, dish=dish, meal=Meal.LUNCH, grams=150, by=by)


def _cook(canteen_id: int, told: dict[str, Any], by: Actor) -> None:
    """A fifth of everything goes to the kitchen."""
    wanted = [
        Wanted(one.name, one.base_unit, max(1, one.ready // 5))
        for one in stored.goods(stored.shelf([canteen_id]))
        if one.ready
    ]
    inventory.issue(canteen_id, wanted, meal=Meal.LUNCH, taken_by=told["cook"], by=by)
