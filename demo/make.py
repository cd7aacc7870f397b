"""The demo from nothing to this morning,
notices, in the order in which it happened."""

from collections.abc import Callable
from datetime import date
from random import Random

import sqlalchemy as sa

from catalog.services import search_index
from core import clock, settings
from core.access.roles import Role
from core.db import db, transaction
from core.jobs.models import Outbox
from core.terms import services as terms
from demo import (
    applications,
    bodies,
    cases,
    certification,
    consents,
    editorial,
    field,
    goods,
    history,
    households,
    kitchen,
    linkage,
    morning,
    notices,
    p832,
    pairings,
    papers,
    promotions,
    residents,
    rounds,
    search,
    shelf,
    state,
)
from demo.cast import word
from demo.clockwork import Days
from demo.state import State
from demo.world import SEED, World

Progress = Callable[[str, int], None]
"""Told the name of what is under way and how much of the whole is done, in percent."""


def make(progress: Progress, *, scale: int = 1, seed: int = SEED) -> World:
    """All demo data up to now. `scale` 2: half as many supplies, for tests. The marker tells whether it was ended."""
    world = World(Days(clock.now()), Random(seed), scale, seed)  # noqa: S311 - a demo, no secret
    with transaction():
        state.put(State.PARTIAL, word("progress", "bodies"))
    before = world.days.at(date(world.days.year - 2, 12, 20), 9)
    progress(word("progress", "bodies"), 0)
    with clock.frozen(before), transaction():
        bodies.make(world)
        terms.publish_first()
    progress(word("progress", "goods"), 5)
    with clock.frozen(before), transaction():
        goods.suppliers(world)
        goods.shelf(world)
    with clock.frozen(before), transaction():
        households.register(world)
    goods.read_packs(world)
    db.session.rollback()
    _history(world, progress)
    households.tell(world)
    progress(word("progress", "morning"), 85)
    papers.tell(world)
    morning.tell(world)
    rounds.tell(world)
    kitchen.tell(world)
    shelf.tell(world)
    applications.tell(world)
    certification.tell(world)
    linkage.tell(world)
    progress(word("progress", "residents"), 92)
    residents.open_tills()
    residents.tell(world)
    pairings.tell(world)
    promotions.tell(world)
    cases.tell(world)
    field.tell(world)
    editorial.tell(world)
    applications.recognise(world)
    papers.doubt(world)
    progress(word("progress", "search"), 97)
    notices.tell(world)
    consents.tell(world)
    _search()
    search.tell(world)
    with transaction():
        state.put(State.MADE, word("progress", "search"))
    progress(word("progress", "search"), 100)
    return world


def _history(world: World, progress: Progress) -> None:
    months = len(list(world.days.months()))
    told = 0

    def tick() -> None:
        nonlocal told
        told += 1
        progress(word("progress", "history"), 10 + 70 * told // months)

    history.tell(world, tick)
    progress(word("progress", "imports"), 82)
    p832.tell(world)
    year = world.days.year - 1
    with transaction():
        settings.put(
            "ledger.closed_years", [year], valid_from=date(year, 12, 31), reason=word("paper", "closing", year=year),
            author_id=world.actor("finance", Role.FINANCE_ADMIN).person_id,
        )  # fmt: skip


def _search() -> None:
    """The index of the shop, and the jobs that only asked for it."""
    with transaction():
        search_index.rebuild()
        asked = sa.update(Outbox).where(Outbox.task == search_index.JOB, Outbox.done_at.is_(None))
        db.session.execute(asked.values(done_at=clock.now()))
