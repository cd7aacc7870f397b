"""`flask ledger verify`: what is booked by use is what a rebuild gives; what is tampered with is named."""

from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.db import db, transaction
from core.errors import Refused
from procurement.models.ledger import QuotaBalance, QuotaPosting, SpendBalance
from procurement.queries.ledger_check import verify
from procurement.services import ledger, postings, years
from procurement.services.rebuild import rebuild
from tests.make import trade
from tests.procurement.ledger_world import World, balance
from tests.support.bed import Place
from tests.support.cleaning import plain_dsn

ACTS = st.lists(st.tuples(st.sampled_from(["accept", "pay", "refund", "correct"]), st.integers(1, 20)), max_size=10)


class Story(World):
    """Acts drawn at random on one unit."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: list[Any] = []
        self.paid: list[Any] = []

    def act(self, name: str, size: int) -> None:
        getattr(self, f"do_{name}")(size)

    def do_accept(self, size: int) -> None:
        share = {"origin": "220681100200", "household_g": size * 777 * size * 333 // 10_000} if size % 3 == 0 else {}
        self.accepted.append(self.accept(f"2026-11-{size:02d}", size * 777, size * 10, **share))

    def do_pay(self, size: int) -> None:
        lines = [line for made in self.accepted for line in trade.lines_of(made)][:size]
        if lines:
            parts = [(line, max(1, line.amount_fen * size // 15)) for line in lines]
            month = ("2026-10-05", "2026-12-31", "2027-01-02")[size % 3]
            self.paid.append(self.pay(month, *parts))

    def do_refund(self, size: int) -> None:
        if not self.paid:
            return
        transfer = self.paid.pop()
        row = db.session.scalars(trade.sa.select(trade.Allocation).filter_by(transfer_id=transfer.id)).first()
        assert row is not None
        line = db.session.get_one(trade.AcceptanceLine, row.acceptance_line_id)
        back = -min(row.amount_fen, size * 100)
        trade.allocate(transfer, line, back, bank_on=date(2027, 1, size), reverses=row)
        with transaction():
            ledger.post_allocations(transfer.id, None)

    def do_correct(self, size: int) -> None:
        if self.accepted:
            old = self.accepted.pop(0)
            self.accepted.append(self.accept("2026-12-03", size * 500, reverses=old))


@given(ACTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_are_what_a_rebuild_gives(app: Flask, acts: list[tuple[str, int]]) -> None:
    story = Story()
    for name, size in acts:
        story.act(name, size)

    assert verify(postings.open_book()).faults == []
    before = snapshot()
    with transaction():
        rebuild()
    assert {k: v for k, v in before.items() if any(v)} == {k: v for k, v in snapshot().items() if any(v)}
    db.session.rollback()


def snapshot() -> dict[tuple[Any, ...], tuple[int, ...]]:
    found: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for row in db.session.execute(trade.sa.select(QuotaBalance.__table__)):
        found["quota", *row[:4]] = tuple(row[4:])
    for row in db.session.execute(trade.sa.select(SpendBalance.__table__)):
        found["spend", *row[:3]] = tuple(row[3:])
    return found


TAMPERING = {
    "chain": "UPDATE fact_entry SET amount_fen = amount_fen + 1 WHERE seq = 1",
    "chain-cut": "DELETE FROM fact_entry WHERE seq = (SELECT max(seq) FROM fact_entry)",
    "judgement": "UPDATE quota_judgement SET fits = NOT fits",
    "posting": "UPDATE quota_posting SET amount_fen = amount_fen + 1",
    "quota-balance": "UPDATE quota_balance SET counted_fen = counted_fen + 1",
    "spend-balance": "UPDATE spend_balance SET platform_fen = 0",
}


@pytest.mark.parametrize("part", TAMPERING)
def test_tampering_is_named(app: Flask, place: Place, part: str) -> None:
    world = World()
    (line,) = trade.lines_of(world.accept("2026-05-04", 20_000))
    world.pay("2026-05-06", (line, 104_00))
    db.session.rollback()
    with psycopg.connect(plain_dsn(place.owner_url)) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(TAMPERING[part])

    result = app.test_cli_runner().invoke(args=["ledger", "verify"])

    assert result.exit_code == 1
    assert part.removesuffix("-cut") in result.output


def test_a_clean_ledger_verifies_and_tells_its_root(app: Flask) -> None:
    World().accept("2026-05-04", 20_000)
    result = app.test_cli_runner().invoke(args=["ledger", "verify"])

    assert result.exit_code == 0, result.output
    assert "1 条事实" in result.output


def test_a_closed_year_takes_no_more_corrections(app: Flask) -> None:
    """Rule 28: the correction goes to the current year and names the closed one."""
    with clock.frozen(datetime(2027, 2, 3, 4, tzinfo=UTC)):
        world = World()
        (line,) = trade.lines_of(world.accept("2026-12-01", 20_000))
        paid = world.pay("2026-12-20", (line, 104_00))
        with pytest.raises(Refused, match="year-not-over"), transaction():
            years.close(2027, "示例", by=None)
        with transaction():
            years.close(2026, "决算批复", by=None)
        first = db.session.scalars(trade.sa.select(trade.Allocation)).one()
        trade.allocate(paid, line, -4_00, bank_on=date(2027, 2, 2), reverses=first)
        with transaction():
            ledger.post_allocations(paid.id, None)

        assert (balance(world.unit.id, year=2026), balance(world.unit.id, year=2027)) == (104_00, -4_00)
        last = db.session.scalars(
            trade.sa.select(QuotaPosting).where(QuotaPosting.amount_fen < 0, QuotaPosting.scheme_code == "L")
        ).one()
        assert (last.prior_year, last.recognised_on) == (2026, date(2027, 2, 3))
        assert verify(postings.open_book()).faults == []
