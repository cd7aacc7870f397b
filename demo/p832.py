"""Orders on the national 832 platform: what each unit bought there, brought in by finance as files."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core import clock, sheets
from core.access.roles import Role
from core.clock import COUNTY
from core.db import transaction
from core.money import split
from core.sheets import Column
from demo import filings
from demo.cast import UnitSpec, word, words
from demo.slots import SEASON
from demo.world import World
from procurement.queries import vocabulary
from procurement.rules.p832_cells import FIELDS
from procurement.services.imports import committing, reading
from procurement.services.imports.committing import Mode

Cells = dict[str, str]
FREIGHT_FEN = 1_200
ORDERED, FINISHED, PAID = 6, 12, 14
"""Days of the month."""


def tell(world: World) -> None:
    """Last year's file before it was closed, this year's file this morning with what is wrong in it."""
    this = world.days.year
    last = [row for unit in world.units.values() for row in _orders(world, unit, this - 1)]
    _bring(world, last, f"832-{this - 1}.xlsx", world.days.at(date(this - 1, 12, 29), 10))
    rows = [row for unit in world.units.values() for row in _orders(world, unit, this)]
    _bring(world, rows + list(_odd(world)), f"832-{this}.xlsx", world.days.at(world.days.today, 7))


def month_fen(world: World, unit: UnitSpec, year: int, month: int) -> int:
    """What a unit pays on 832 in a month: its reserve by the season's weight; 0 when the file does not hold it yet."""
    if date(year, month, PAID) >= world.days.today:
        return 0
    reserve = filings.total_fen(unit, world, year) // 10
    percent = unit.national if year == world.days.year else unit.national // 2 + 54
    fen = reserve * percent * SEASON[month - 1] // (100 * sum(SEASON))
    return fen if fen > 10 * FREIGHT_FEN else 0


def _orders(world: World, unit: UnitSpec, year: int) -> Iterator[Cells]:
    for month in range(1, 13):
        fen = month_fen(world, unit, year, month)
        if fen:
            days = [date(year, month, day) for day in (ORDERED, FINISHED, PAID)]
            number = f"DEMO832{year}{month:02d}{world.bodies[unit.key]:06d}"
            yield from _rows(number, unit.name, fen, days, place=month)


def _odd(world: World) -> Iterator[Cells]:
    """Names nobody knows, an order that asks for its split, one given back, one that cannot be read."""
    today = world.days.today
    days = [today - timedelta(days=back) for back in (9, 4, 3)]
    for place, name in enumerate(words()["vendor"]["unknown"]):
        yield from _rows(f"DEMO832{today:%Y%m%d}9{place}", name, 3_860_00 + place * 940_00, days, place=place)
    school, elder = world.units["school1"].name, world.units["elder"].name
    both, back, bad = (f"DEMO832{today:%Y%m%d}8{place}" for place in range(3))
    types, states = words()["p832"]["types"], words()["p832"]["states"]
    yield from _rows(both, school, 2_460_00, days, place=2, purchase_type=types["both"])
    yield from _rows(back, elder, 1_180_00, days, place=3, status=states["back"])
    yield from _rows(bad, elder, 990_00, days, place=4, paid_fen=word("p832", "spoilt"))


def _rows(number: str, unit: str, fen: int, days: list[date], *, place: int, **more: str) -> Iterator[Cells]:
    """Two rows of one order; what concerns the order stands on both alike."""
    vendor = words()["vendor"]
    goods, parts = vendor["goods832"], split(fen - FREIGHT_FEN, (3, 2))
    ordered, finished, paid = (datetime(day.year, day.month, day.day, 10, 20, tzinfo=COUNTY) for day in days)
    for turn, part in enumerate(parts):
        kind = goods[(place + turn) % len(goods)]
        yield {
            "order_no": number, "ordered_at": _moment(ordered), "finished_at": _moment(finished), "unit_name": unit,
            "purchase_type": word("p832", "canteen"), "supplier_name": vendor["p832"][place % 5],
            "supplier_province": vendor["provinces"][place % 5], "supplier_county": vendor["counties"][place % 5],
            "name": kind, "spec": "10kg", "unit": word("p832", "unit"), "qty": "10", "price": _yuan(part // 10),
            "amount_fen": _yuan(part), "freight_fen": _yuan(FREIGHT_FEN), "paid_fen": _yuan(fen),
            "pay_method": word("p832", "by_bank"), "paid_at": _moment(paid), "status": word("p832", "done"),
        } | more  # fmt: skip


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _bring(world: World, rows: list[Cells], name: str, at: datetime) -> None:
    officer, titles = world.actor("finance", Role.FINANCE_OFFICER), vocabulary.titles()
    table = [[cells.get(field, "") for field in FIELDS] for cells in rows]
    data = sheets.write([(word("p832", "sheet"), [Column(titles[field]) for field in FIELDS], table)])
    with clock.frozen(at), transaction():
        token = reading.take(data, filename=name, platform_fen=None, by=officer).token
    with clock.frozen(at), transaction():
        committing.take_over(token, Mode.SKIP, by=officer)
