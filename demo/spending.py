"""The other ninety percent: each canteen's monthly statement, written by one and confirmed by another."""

from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.money import split
from demo import filings
from demo.cast import word, words
from demo.slots import SEASON
from demo.world import Kitchen, World
from procurement.models.ledger import SpendBalance
from procurement.queries.statement_sheets import Line
from procurement.rules import statement as rules
from procurement.services import statement

CATEGORIES = ("grain-flour", "veg-cabbage", "meat-pork", "grain-oil", "meat-fish", "veg-pepper")
_WEIGHTS = (22, 26, 24, 12, 9, 7)
_WAITING = "school2"
"""Its last month is written and waits for the second person."""


def state_month(world: World, year: int, month: int) -> None:
    """Statements of a month that are there by the start; the newest due month is left open for some canteens."""
    due = rules.due_on(year, month)
    on = due - timedelta(days=3)
    if on > world.days.today:
        return
    categories = {row.code: row.id for row in db.session.execute(sa.select(Category.code, Category.id))}
    db.session.rollback()
    for kitchen in world.kitchens:
        if _left_open(world, kitchen, year, month):
            continue
        with clock.frozen(world.days.at(on, 15)), transaction():
            _state(world, kitchen, year, month, categories)


def last_due(today: date) -> tuple[int, int]:
    """The newest month whose statement could be there by now."""
    back = 1 if today.day >= 7 else 2
    months = today.year * 12 + today.month - 1 - back
    return months // 12, months % 12 + 1


def _left_open(world: World, kitchen: Kitchen, year: int, month: int) -> bool:
    """Months that one unit never stated, and the last one of another that is still on somebody's desk."""
    newest = last_due(world.days.today)
    age = newest[0] * 12 + newest[1] - (year * 12 + month)
    if kitchen.unit.shape == "gap":
        return age in {0, 1, 3}
    return kitchen.unit.key == "welfare" and age == 0


def _state(world: World, kitchen: Kitchen, year: int, month: int, categories: dict[str, int]) -> None:
    writer, second = world.orderer(kitchen), world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
    if kitchen.unit.canteen == "outsourced":
        writer = world.actor(kitchen.unit.key, Role.UNIT_PAYER)
    made = statement.open_month(kitchen.canteen_id, year, month, by=writer)
    lines = _lines(world, kitchen, year, month, categories)
    statement.save(made.id, lines, is_nil=not lines, by=writer)
    statement.submit(made.id, by=writer)
    waits = kitchen.unit.key == _WAITING and (year, month) == last_due(world.days.today)
    if not waits:
        statement.confirm(made.id, by=second)


def _lines(world: World, kitchen: Kitchen, year: int, month: int, categories: dict[str, int]) -> list[Line]:
    dice = Random(f"{world.seed}-{kitchen.name}-{year}-{month}")  # noqa: S311 - a demo, no secret
    fen = stated_fen(world, kitchen, year, month) * dice.randint(97, 103) // 100
    paper, vendors = word("paper", "statement"), words()["vendor"]["names"]
    parts = split(fen, [weight * dice.randint(80, 120) for weight in _WEIGHTS])
    return [
        Line(categories[code], part, f"{paper} {year}-{month:02d}", vendors[place % len(vendors)])
        for place, (code, part) in enumerate(zip(CATEGORIES, parts, strict=True))
        if part > 0
    ]


def stated_fen(world: World, kitchen: Kitchen, year: int, month: int) -> int:
    """The month's spending by the unit's own rhythm, less what went through this platform and 832."""
    unit, (part, whole) = kitchen.unit, kitchen.share
    is_now = year == world.days.year
    spend = {True: 4, False: 112}[is_now] if unit.shape == "low" else unit.spend
    total = filings.total_fen(unit, world, year) * spend // 100
    wanted = total * SEASON[month - 1] // sum(SEASON)
    here = db.session.scalar(
        sa.select(SpendBalance.platform_fen + SpendBalance.p832_fen).where(
            SpendBalance.unit_id == kitchen.unit_id, SpendBalance.fiscal_year == year, SpendBalance.month == month
        )
    )
    least = wanted // 10
    return max(least, wanted - int(here or 0)) * part // whole
