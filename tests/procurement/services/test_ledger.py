"""Acceptance → facts → postings → totals, by the worked examples of the rules."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from procurement.models.ledger import (
    FactEntry,
    FactKind,
    QuotaJudgement,
    QuotaPosting,
)
from procurement.services import ledger
from tests.make import trade
from tests.procurement.ledger_world import World, balance, spent
from tests.support.statements import statements
from tests.support.threads import at_once

YEAR = 2026


@pytest.fixture
def world(app: Flask) -> World:
    return World()


def test_accepted_is_spending_and_counts_only_once_paid(world: World) -> None:
    """model 3.5: 101,750 g accepted at 2.60 per 500 g = 529.10."""
    made = world.accept("2026-05-08", 101_750, rejected_qty=1_500)
    assert world.expected == {"L": 529_10, "C": 529_10, "N": 0}
    assert (balance(world.unit.id), spent(world.unit.id)) == (0, 529_10)

    (line,) = trade.lines_of(made)
    world.pay("2026-06-02", (line, 529_10))

    assert world.counted == {"L": 529_10, "C": 529_10}
    assert [balance(world.unit.id, code) for code in "LCN"] == [529_10, 529_10, 0]
    posting = db.session.scalars(sa.select(QuotaPosting).where(QuotaPosting.scheme_code == "L")).one()
    assert (posting.recognised_on, posting.month) == (date(2026, 6, 2), 6)


def test_three_deliveries_two_paid_one_kilo_disputed(world: World) -> None:
    """Rule 25: the disputed kilo is not paid, so it does not count; nothing else is held back."""
    first, second = world.accept("2026-05-04", 100_000), world.accept("2026-05-11", 50_000)
    world.accept("2026-05-20", 80_000)
    kilo = 5_20
    one, two = trade.lines_of(first)[0], trade.lines_of(second)[0]

    world.pay("2026-06-01", (one, one.amount_fen - kilo), (two, two.amount_fen))

    assert balance(world.unit.id) == one.amount_fen + two.amount_fen - kilo


@pytest.mark.parametrize(("accepted", "paid"), [("2026-12-24", "2027-01-05"), ("2027-01-03", "2026-12-28")])
def test_the_later_of_goods_and_money_decides_the_year(world: World, accepted: str, paid: str) -> None:
    """Rule 26."""
    made = world.accept(accepted, 20_000)
    (line,) = trade.lines_of(made)
    world.pay(paid, (line, line.amount_fen))

    assert (balance(world.unit.id, year=2026), balance(world.unit.id, year=2027)) == (0, 104_00)


def test_paying_more_than_is_payable_counts_what_is_payable(world: World) -> None:
    (line,) = trade.lines_of(world.accept("2026-05-04", 20_000))
    world.pay("2026-05-06", (line, 50_00))
    world.pay("2026-05-07", (line, 60_00))

    assert balance(world.unit.id) == line.amount_fen == 104_00


def test_a_refund_leaves_the_year_it_belongs_to(world: World) -> None:
    """Rule 28, open year: paid in December, taken back in January, posted on the last day of December."""
    (line,) = trade.lines_of(world.accept("2026-12-01", 20_000))
    paid = world.pay("2026-12-20", (line, 104_00))
    first = db.session.scalars(sa.select(trade.Allocation)).one()
    trade.allocate(paid, line, -4_00, bank_on=date(2027, 1, 8), reverses=first)
    with transaction():
        ledger.post_allocations(paid.id, None)

    assert (balance(world.unit.id, year=2026), balance(world.unit.id, year=2027)) == (100_00, 0)
    last = db.session.scalars(sa.select(QuotaPosting).order_by(QuotaPosting.id.desc())).first()
    assert last is not None
    assert last.recognised_on == date(2026, 12, 31)


def test_posting_twice_changes_nothing(world: World) -> None:
    made = world.accept("2026-05-04", 20_000)
    (line,) = trade.lines_of(made)
    paid = world.pay("2026-05-06", (line, 104_00))
    with transaction():
        assert ledger.post_acceptance(made.id, None) == {}
        assert ledger.post_allocations(paid.id, None) == {}

    assert balance(world.unit.id) == spent(world.unit.id) == 104_00
    assert db.session.scalar(sa.select(sa.func.count(FactEntry.id))) == 2


def test_posting_from_many_threads_counts_once(world: World, app: Flask) -> None:
    made = trade.acceptance(world.unit, world.canteen, world.offer, accepted_qty=(20_000,), on=date(2026, 5, 4))
    made_id, unit_id = made.id, world.unit.id
    (line,) = trade.lines_of(made)
    paid_id = trade.transfer([(line, 104_00)], bank_on=date(2026, 5, 6)).id
    db.session.rollback()

    def act() -> None:
        with transaction():
            ledger.post_acceptance(made_id, None)
        with transaction():
            ledger.post_allocations(paid_id, None)

    assert at_once(app, *[act] * 6) == [None] * 6
    assert balance(unit_id) == spent(unit_id) == 104_00


def test_two_payments_of_one_line_at_once_never_count_more_than_the_line(world: World, app: Flask) -> None:
    (line,) = trade.lines_of(world.accept("2026-05-04", 20_000))
    ids = [trade.transfer([(line, 80_00)], bank_on=date(2026, 5, 6)).id for _ in range(4)]
    unit_id = world.unit.id
    db.session.rollback()

    def pay(transfer_id: int) -> None:
        with transaction():
            ledger.post_allocations(transfer_id, None)

    at_once(app, *[lambda transfer_id=i: pay(transfer_id) for i in ids])
    assert balance(unit_id) == 104_00


def test_a_household_share_is_floored_to_the_fen(world: World) -> None:
    """Rule 39, household route: 33.33 % of 104.00 = 34.6632 → 34.66."""
    made = world.accept("2026-05-04", 20_000, origin="220681100200", household_g=6_666)
    assert world.expected["L"] == 34_66
    (line,) = trade.lines_of(made)
    world.pay("2026-05-06", (line, 50_00))
    world.pay("2026-05-07", (line, 54_00))

    assert balance(world.unit.id) == 34_66
    assert spent(world.unit.id) == 104_00


def test_households_are_never_counted_for_more_than_was_bought_from_them(world: World) -> None:
    """Rule 39: 6.666 kg of eligible households carry 6.666 kg of the quarter's sales, however many lines there are."""
    world.accept("2026-05-04", 20_000, origin="220681100200", household_g=6_666)
    assert world.expected["L"] == 34_66
    world.accept("2026-06-30", 10_000, origin="220681100200")
    assert world.expected["L"] == 0
    world.accept("2026-06-30", 10_000, origin="220681100200", household_g=10_000)
    assert world.expected["L"] == 21_66 + 0


@pytest.mark.parametrize(
    ("more", "reason"), [({"commitment_no": ""}, "certificate_waived"), ({"origin": "220681100200"}, "origin")]
)
def test_a_line_that_does_not_count_says_why(world: World, more: dict[str, Any], reason: str) -> None:
    made = world.accept("2026-05-04", 20_000, **more)
    (line,) = trade.lines_of(made)
    world.pay("2026-05-06", (line, 104_00))

    assert balance(world.unit.id) == 0
    found = db.session.scalars(
        sa.select(QuotaJudgement.reason).join(FactEntry, FactEntry.id == QuotaJudgement.fact_id)
    ).all()
    assert sorted(found) == sorted([reason, reason, "channel"])


def test_a_corrected_acceptance_takes_its_counting_with_it(world: World) -> None:
    first = world.accept("2026-05-04", 20_000)
    (line,) = trade.lines_of(first)
    world.pay("2026-05-06", (line, 104_00))
    world.accept("2026-05-05", 18_000, reverses=first)

    assert balance(world.unit.id) == 0
    assert spent(world.unit.id) == 93_60
    kinds = db.session.scalars(sa.select(FactEntry.amount_fen).where(FactEntry.kind == FactKind.ACCEPTED)).all()
    assert sorted(kinds) == [-104_00, 93_60, 104_00]


def test_an_acceptance_costs_the_same_statements_however_many_lines(world: World) -> None:
    counts = []
    for lines in (1, 12):
        made = trade.acceptance(
            world.unit, world.canteen, world.offer, accepted_qty=[1_000] * lines, on=date(2026, 5, 4)
        )
        made_id = made.id
        with statements() as seen, transaction():
            ledger.post_acceptance(made_id, None)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 14
