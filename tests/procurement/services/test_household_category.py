"""Rule 40: what a household or village becomes later changes nothing that was recognised."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from catalog.rules.supplier import HouseholdCategory
from catalog.services import households
from core import clock
from core.db import db, transaction
from procurement.models.ledger import FactEntry, QuotaPosting
from procurement.queries.ledger_check import verify
from procurement.services import postings
from tests.make import households as homes
from tests.make import trade
from tests.procurement.ledger_world import World


def booked() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    db.session.expire_all()
    facts = db.session.execute(sa.select(FactEntry.id, FactEntry.amount_fen).order_by(FactEntry.id)).all()
    posted = db.session.execute(sa.select(QuotaPosting.id, QuotaPosting.amount_fen).order_by(QuotaPosting.id)).all()
    return [tuple(r) for r in facts], [tuple(r) for r in posted]


def test_a_category_that_changes_leaves_the_ledger_alone(app: Flask) -> None:
    by = homes.village_worker()[1]
    home = homes.registered(by)
    world = World()
    accepted = world.accept("2026-11-05", 5_000, 50_000, origin="220681100200", household_g=30_000)
    world.pay("2026-11-10", *((line, line.amount_fen) for line in trade.lines_of(accepted)))
    before = booked()
    assert all(before)

    with transaction():
        households.change_category(
            home.id, HouseholdCategory.ORDINARY, valid_from=clock.today() - timedelta(days=30), document="x", reason="",
            by=by,
        )  # fmt: skip
    assert booked() == before
    assert verify(postings.open_book()).faults == []
