"""What a canteen orders on which day: value shaped against the year's pace line. Pure, but for the dice it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from core.money import half_up
from core.quantity import line_amount
from demo.cast import UnitSpec
from demo.clockwork import Days
from demo.world import Kitchen, Pack

SLOTS = ((7, 0), (21, 1))
"""Days of the month on which a canteen is supplied."""
SEASON = (9, 8, 10, 10, 10, 10, 9, 9, 11, 11, 11, 12)
PAY_AFTER = timedelta(days=14)
LEAST_FEN = 200_00
QUIET_DAYS = 2
"""The last days before the start are left to what is told by the services themselves."""


@dataclass(frozen=True)
class Slot:
    """One supply: its value, whether it should count, and when it is paid."""

    on: date
    value_fen: int
    counts: bool
    bank_on: date


def of_year(kitchen: Kitchen, year: int, days: Days, total_fen: int, *, a_month: int = 2) -> Iterator[Slot]:
    """The supplies of a canteen in a year, in order of days, none later than the quiet days."""
    unit, (part, whole) = kitchen.unit, kitchen.share
    reserve_fen = total_fen // 10 * part // whole
    is_now = year == days.year
    local = _local(unit, is_now=is_now)
    last = days.today - timedelta(days=QUIET_DAYS)
    if is_now and unit.shape == "low":
        yield Slot(date(year, 1, 1), total_fen * 113 // 100, counts=False, bank_on=_bank_day(date(year, 1, 12)))
    for month in range(1, 13):
        for day, turn in SLOTS[:a_month]:
            on = date(year, month, day) + timedelta(days=(kitchen.place + month) % 3)
            if on > last:
                return
            value = reserve_fen * local * SEASON[month - 1] // (100 * sum(SEASON) * a_month)
            yield Slot(on, value, counts=True, bank_on=_bank_day(on + PAY_AFTER))
            if (kitchen.place + month + turn) % 3 == 0:
                yield Slot(on, value * 2 // 5, counts=False, bank_on=_bank_day(on + PAY_AFTER))
        if month == 12 and not is_now:
            yield from _before_new_year(unit, year, days)


def _local(unit: UnitSpec, *, is_now: bool) -> int:
    """Percent of the reserve that the year's regular supplies aim at."""
    if unit.shape == "early":
        return 8 if is_now else 104
    if unit.shape == "low":
        return 1 if is_now else 104
    return unit.local if is_now else unit.local // 2 + 52


def _before_new_year(unit: UnitSpec, year: int, days: Days) -> Iterator[Slot]:
    """Accepted in December, paid on the first days of January: it counts there (rule 26)."""
    percent = {"early": 114, "low": 103}.get(unit.shape, 0)
    if not percent:
        return
    value = unit.total_fen // 10 * percent // 100
    paid = min(date(year + 1, 1, 4), days.today)
    parts = 4 if unit.shape == "early" else 1
    for number in range(parts):
        yield Slot(date(year, 12, 26 + number), value // parts, counts=True, bank_on=paid)


def _bank_day(on: date) -> date:
    """A working day of the bank."""
    return on + timedelta(days={5: 2, 6: 1}.get(on.weekday(), 0))


@dataclass(frozen=True)
class Wanted:
    """Packs of one offer."""

    pack: Pack
    packs: int


def choose(slot: Slot, kind: str, packs: Sequence[Pack], dice: Random) -> list[Wanted]:
    """Goods of one supplier worth about the slot's value; [] when it is not worth a van."""
    if slot.value_fen < LEAST_FEN:
        return []
    fit = [
        pack for pack in packs if pack.counts is slot.counts and kind not in pack.barred and "any" not in pack.barred
    ]
    sellers = sorted({pack.supplier for pack in fit})
    if not sellers:
        return []
    seller = dice.choice(sellers)
    own = [pack for pack in fit if pack.supplier == seller]
    chosen = dice.sample(own, min(len(own), dice.choice((2, 3, 3, 4))))
    each = slot.value_fen // len(chosen)
    wanted = [Wanted(pack, max(1, half_up(each, nominal_fen(pack)))) for pack in chosen]
    return [one for one in wanted if nominal_fen(one.pack) <= each * 3 // 2] or wanted[:1]


def nominal_fen(pack: Pack) -> int:
    """What one pack comes to at its nominal weight."""
    if pack.mode == "by_pack":
        return pack.pack_price_fen
    return line_amount(pack.pack_qty, pack.price_fen_x100, pack.basis_qty)
