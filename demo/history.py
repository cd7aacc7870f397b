"""Two years of canteens' supplies by month: market rows in bulk, then ledger and envelope by their own services."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import sqlalchemy as sa

from catalog.models.offer import OfferStock, StockMove
from catalog.queries import offers
from core import clock
from core.db import db, transaction
from core.money import WHOLE_BP
from demo import filings, money, receipt, slots, spending
from demo.receipt import Signed
from demo.sheaf import Ids, Sheaf
from demo.slots import Slot, Wanted
from demo.trade import Supply, is_due
from demo.world import Kitchen, World
from procurement.queries import eligibility, terms
from procurement.services import envelope, ledger
from procurement.services.envelope import Move

Tick = Callable[[], None]


def tell(world: World, tick: Tick) -> None:
    """Everything from the first day to the start: filings in their January, supplies, payments, statements."""
    ids, owed = Ids(), list[Signed]()
    supplies = plan(world)
    for first, last in world.days.months():
        if first.month == 1:
            _new_year(world, first.year)
        with clock.frozen(world.days.at(last, 23)), transaction():
            owed += _month(world, ids, [one for one in supplies if first <= one[1].on <= last])
        due = [one for one in owed if one.bank_on <= last and is_due(one.bank_on, world)]
        with clock.frozen(world.days.at(last, 23)), transaction():
            _payments(world, ids, due)
        owed = [one for one in owed if one not in due]
        spending.state_month(world, ids, first.year, first.month)
        tick()
    with transaction():
        _settle_stock()


def _new_year(world: World, year: int) -> None:
    filings.file_year(world, year)
    schemes = terms.in_force(year)
    found = offers.sellable([pack.offer_id for pack in world.packs], for_units=True, on=world.days.today)
    for pack in world.packs:
        pack.eligibility[year] = eligibility.of_offer(found[pack.offer_id], schemes)
    db.session.rollback()


def plan(world: World) -> list[tuple[Kitchen, Slot]]:
    """What every canteen is supplied with on which day, in order of days."""
    years = (world.days.year - 1, world.days.year)
    a_month = max(1, 2 // world.scale)
    found = [
        (kitchen, slot)
        for kitchen in world.kitchens
        for year in years
        for slot in slots.of_year(
            kitchen, year, world.days, filings.total_fen(kitchen.unit, world, year), a_month=a_month
        )
    ]
    return sorted(found, key=lambda one: (one[1].on, one[0].canteen_id, not one[1].counts, one[1].value_fen))


def goods_of(world: World, kitchen: Kitchen, slot: Slot) -> list[Wanted]:
    """The goods of one supply: the same for the same seed, whatever else was made before."""
    dice = Random(f"{world.seed}-{kitchen.name}-{slot.on}-{slot.counts}")  # noqa: S311 - a demo, no secret
    return slots.choose(slot, kitchen.unit.kind, world.packs, dice)


def _month(world: World, ids: Ids, wanted: list[tuple[Kitchen, Slot]]) -> list[Signed]:
    sheaf, made = Sheaf(ids), list[tuple[Signed, Supply]]()
    for kitchen, slot in wanted:
        goods = goods_of(world, kitchen, slot)
        if goods:
            made.append(receipt.supply(world, sheaf, kitchen, slot, goods))
    sheaf.write(*receipt.TABLES)
    ledger.post_ordered([one.order.id for _, one in made], None)
    ledger.post_acceptances([signed.acceptance_id for signed, _ in made], None)
    ledger.post_invoices([signed.invoice_id for signed, _ in made], None)
    ledger.post_released([one.order.id for _, one in made], None)
    envelope.book([move for _, one in made for move in _moves(one)])
    return [signed for signed, _ in made]


def _payments(world: World, ids: Ids, due: list[Signed]) -> None:
    sheaf = Sheaf(ids)
    made = [money.pay(world, sheaf, signed) for signed in due]
    sheaf.write(*money.TABLES)
    ledger.post_transfers(made, None)


def _moves(of: Supply) -> list[Move]:
    """The envelope as approval and acceptance leave it: nothing open any more, the accepted part done."""
    found: list[Move] = []
    for line in of.lines:
        for code, words in line.wanted.pack.eligibility[of.on.year].items():
            bp = int(str(words["bp"]))
            held, done = line.upper_fen * bp // WHOLE_BP, line.accepted_fen * bp // WHOLE_BP
            rest, other, open_id = line.upper_fen - held, line.accepted_fen - done, line.plan_line_id
            about = (of.kitchen.unit_id, of.on.year, code)
            causes = (("plan-line", open_id), ("acceptance-open", line.acceptance_line_id))
            for (source, source_id), sign in zip(causes, (1, -1), strict=True):
                move = Move(*about, source, source_id, open_id)
                found.append(replace(move, eligible_open_fen=sign * held, general_open_fen=sign * rest))
            move = Move(*about, "acceptance", line.acceptance_line_id, open_id)
            found.append(replace(move, eligible_done_fen=done, general_done_fen=other))
    return found


def _settle_stock() -> None:
    """What is on hand and promised is the sum of the moves."""
    sums = (
        sa.select(
            StockMove.offer_id,
            sa.func.sum(StockMove.on_hand_change).label("on_hand"),
            sa.func.sum(StockMove.reserved_change).label("reserved"),
        )
        .group_by(StockMove.offer_id)
        .subquery()
    )
    db.session.execute(
        sa.update(OfferStock)
        .where(OfferStock.offer_id == sums.c.offer_id)
        .values(on_hand=sums.c.on_hand, reserved=sums.c.reserved)
        .execution_options(synchronize_session=False)
    )
