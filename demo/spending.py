"""The other ninety percent: each canteen's monthly statement, written by one and confirmed by another."""

from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db, transaction
from core.money import split
from core.trail.models import Stream
from demo import filings, p832
from demo.cast import word, words
from demo.sheaf import Ids, Sheaf
from demo.slots import SEASON
from demo.world import Kitchen, World
from procurement.models.ledger import SpendBalance
from procurement.models.statement import SpendingStatement, StatementLine
from procurement.queries import terms
from procurement.queries.statement_sheets import Line
from procurement.rules import statement as rules
from procurement.rules.statement import StatementState
from procurement.services import envelope, ledger, statement
from procurement.services.envelope import Move

CATEGORIES = ("grain-flour", "veg-cabbage", "meat-pork", "grain-oil", "meat-fish", "veg-pepper")
_WEIGHTS = (22, 26, 24, 12, 9, 7)
_WAITING = "school2"
"""Its last month is written and waits for the second person."""
_BY_HAND = (_WAITING, "school1", "police")
"""Units whose last month is stated as people do it."""


def state_month(world: World, ids: Ids, year: int, month: int) -> None:
    """Statements of a month that are there by the start; the newest due month is left open for some canteens."""
    on = rules.due_on(year, month) - timedelta(days=3)
    if on > world.days.today:
        return
    categories = {row.code: row.id for row in db.session.execute(sa.select(Category.code, Category.id))}
    db.session.rollback()
    due = [one for one in world.kitchens if not _left_open(world, one, year, month)]
    alone = [one for one in due if one.unit.key in _BY_HAND and (year, month) == last_due(world.days.today)]
    with clock.frozen(world.days.at(on, 15)), transaction():
        _load(world, ids, [one for one in due if one not in alone], (year, month), categories)
    for kitchen in alone:
        with clock.frozen(world.days.at(on, 16)), transaction():
            _state(world, kitchen, year, month, categories)


def _load(world: World, ids: Ids, kitchens: list[Kitchen], when: tuple[int, int], categories: dict[str, int]) -> None:
    """Confirmed statements as rows, the ledger's and the envelope's part by their services."""
    sheaf, made, now = Sheaf(ids), list[int](), clock.now()
    moves: list[Move] = []
    for kitchen in kitchens:
        writer, second = _writer(world, kitchen), world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
        lines, row_id = _lines(world, kitchen, *when, categories), ids.take(SpendingStatement)
        total_fen = sum(line.amount_fen for line in lines)
        sheaf.add(
            SpendingStatement, id=row_id, unit_id=kitchen.unit_id, canteen_id=kitchen.canteen_id, fiscal_year=when[0],
            month=when[1], version_no=1, state=StatementState.CONFIRMED, total_fen=total_fen, is_nil=not lines,
            author_id=writer.person_id, created_at=now, submitted_at=now, confirmed_by_id=second.person_id,
            decided_at=now,
        )  # fmt: skip
        for line in lines:
            sheaf.add(
                StatementLine, statement_id=row_id, category_id=line.category_id, amount_fen=line.amount_fen,
                paper=line.paper, vendor=line.vendor,
            )  # fmt: skip
        facts = {"unit_id": kitchen.unit_id, "year": when[0], "month": when[1], "total_fen": total_fen}
        about = ("spending_statement", row_id)
        sheaf.act(
            now, Stream.PROCUREMENT, "statement-confirmed", about, by=second, right=Right.SPENDING_CONFIRM,
            delta_fen=total_fen, **facts,
        )  # fmt: skip
        moves += [
            Move(kitchen.unit_id, when[0], code, "statement", row_id, general_done_fen=total_fen)
            for code in terms.in_force(when[0])
        ]
        made.append(row_id)
    sheaf.write(SpendingStatement, StatementLine)
    ledger.post_statements(made, None)
    envelope.book(moves)


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
    writer, second = _writer(world, kitchen), world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
    made = statement.open_month(kitchen.canteen_id, year, month, by=writer)
    lines = _lines(world, kitchen, year, month, categories)
    statement.save(made.id, lines, is_nil=not lines, by=writer)
    statement.submit(made.id, by=writer)
    waits = kitchen.unit.key == _WAITING and (year, month) == last_due(world.days.today)
    if not waits:
        statement.confirm(made.id, by=second)


def _writer(world: World, kitchen: Kitchen) -> Actor:
    """Who writes for a canteen; a contractor does not state what its unit spent."""
    if kitchen.unit.canteen == "outsourced":
        return world.actor(kitchen.unit.key, Role.UNIT_PAYER)
    return world.orderer(kitchen)


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
        sa.select(SpendBalance.platform_fen).where(
            SpendBalance.unit_id == kitchen.unit_id, SpendBalance.fiscal_year == year, SpendBalance.month == month
        )
    )
    elsewhere = int(here or 0) + p832.month_fen(world, unit, year, month)
    return max(wanted // 10, wanted - elsewhere) * part // whole
