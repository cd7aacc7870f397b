"""Counting a canteen's shelf: one counts, another signs, and the books follow what was found (rule 59)."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.numbers import take
from core.states import advance
from core.trail.models import Stream
from procurement.models.inventory import CanteenLot, Stocktake, StocktakeLine
from procurement.queries import canteens
from procurement.rules.inventory import STOCKTAKE, CountedLot, StocktakeAct, StocktakeState, check_count, difference_bp
from procurement.services import inventory


def start(canteen_id: int, *, by: Actor) -> Stocktake:
    """A new count of everything that should be there. Raises: Missing, Refused "count-open" (one at a time)."""
    canteens.get(canteen_id, by)
    running = sa.exists().where(
        Stocktake.canteen_id == canteen_id, Stocktake.state.in_([StocktakeState.COUNTING, StocktakeState.COUNTED])
    )
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"stocktake:{canteen_id}", 0))))
    if db.session.scalar(sa.select(running)):
        raise Refused("count-open")
    count_id, number = take(Stocktake, "PD")
    made = Stocktake(
        id=count_id, stocktake_no=number, canteen_id=canteen_id, state=StocktakeState.COUNTING,
        counter_id=by.person_id, started_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _note("stocktake-started", made, by)
    return made


def hand_over(stocktake_id: int, found: Mapping[int, tuple[int, str]], *, by: Actor) -> Stocktake:
    """What was found, {lot: (base units, reason of a difference)}, for everything on the shelf; then another signs.

    Raises: Missing, Refused "count-empty", "found-negative", "count-reason", "count-lots" (the shelf has others).
    """
    made = _locked(stocktake_id, by)
    made.state = advance(STOCKTAKE, made.state, StocktakeAct.HAND_OVER, "counter")
    lots = {lot.id: lot for lot in _on_shelf(made.canteen_id)}
    if set(lots) != set(found):
        raise Refused("count-lots")
    lines = [CountedLot(key, lots[key].left, qty, reason.strip()) for key, (qty, reason) in sorted(found.items())]
    check_count(lines)
    db.session.execute(sa.delete(StocktakeLine).where(StocktakeLine.stocktake_id == made.id))
    db.session.add_all(
        StocktakeLine(
            stocktake_id=made.id, canteen_lot_id=line.lot_id, book=line.book, found=line.found,
            reason=line.reason if line.found != line.book else "",
        )
        for line in lines
    )  # fmt: skip
    made.counter_id, made.counted_at, made.difference_bp = by.person_id, clock.now(), difference_bp(lines)
    made.version += 1
    _note("stocktake-counted", made, by, difference_bp=made.difference_bp)
    return made


def recount(stocktake_id: int, *, by: Actor) -> Stocktake:
    """It is counted once more."""
    made = _locked(stocktake_id, by)
    made.state = advance(STOCKTAKE, made.state, StocktakeAct.RECOUNT, "counter")
    made.version += 1
    _note("stocktake-recount", made, by)
    return made


def drop(stocktake_id: int, *, by: Actor) -> Stocktake:
    """A count that is not finished ends without effect."""
    made = _locked(stocktake_id, by)
    made.state = advance(STOCKTAKE, made.state, StocktakeAct.DROP, "counter")
    _note("stocktake-dropped", made, by)
    return made


def sign(stocktake_id: int, *, version: int, by: Actor) -> Stocktake:
    """The second person signs what stood on their screen; every difference becomes a move.

    Goods that came or went between the count and the signature stay moved: the difference is what is booked.
    Raises: Missing, Refused "count-same-person", "count-stale", "count-moved".
    """
    made = _locked(stocktake_id, by)
    if made.counter_id == by.person_id:
        raise Refused("count-same-person")
    if made.version != version:
        raise Refused("count-stale")
    made.state = advance(STOCKTAKE, made.state, StocktakeAct.SIGN, "second_person")
    made.signer_id, made.signed_at = by.person_id, clock.now()
    lines = list(db.session.scalars(sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == made.id)))
    lots = inventory.lock([line.canteen_lot_id for line in lines])
    for line in lines:
        change = line.found - line.book
        if change:
            lot = lots[line.canteen_lot_id]
            inventory.move_counted(lot, change, stocktake_id=made.id, reason=line.reason, by=by)
    _note("stocktake-signed", made, by, difference_bp=made.difference_bp)
    return made


def _on_shelf(canteen_id: int) -> list[CanteenLot]:
    query = sa.select(CanteenLot).where(CanteenLot.canteen_id == canteen_id, CanteenLot.left > 0)
    return list(db.session.scalars(query.order_by(CanteenLot.id).with_for_update()))


def _locked(stocktake_id: int, by: Actor) -> Stocktake:
    made = db.session.get(Stocktake, stocktake_id, with_for_update=True)
    if made is None:
        raise Missing("no-such-stocktake")
    canteens.get(made.canteen_id, by)
    return made


def _note(act: str, made: Stocktake, by: Actor, **facts: Any) -> None:
    trail.record(Stream.PROCUREMENT, act, "stocktake", made.id, by=by, right=Right.STOCK, no=made.stocktake_no, **facts)
