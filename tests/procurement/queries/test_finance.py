"""The county page's figures: exact verdicts, truncated shares, and the same six statements whatever the size."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from core import clock, settings
from core.db import db, transaction
from procurement.models.statement import SpendingStatement
from procurement.models.unit import BudgetUnit
from procurement.queries import finance, finance_unit
from procurement.queries.figures import Filter, UnitFigures, chosen, totals
from procurement.rules.gate import Gate
from procurement.rules.quota import Verdict
from procurement.rules.statement import StatementState
from procurement.rules.unit import BudgetLevel
from tests import make
from tests.make import plans, trade
from tests.procurement.ledger_world import World
from tests.support.statements import statements

YEAR = 2026


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 4, tzinfo=UTC)):
        yield


def all_months_nil(world: World, *, but: int = 0) -> None:
    author, second = make.person(), make.person()
    with transaction():
        for month in range(1, 11):
            if month != but:
                db.session.add(
                    SpendingStatement(
                        unit_id=world.unit.id, canteen_id=world.canteen.id, fiscal_year=YEAR, month=month,
                        version_no=1, state=StatementState.CONFIRMED, is_nil=True, author_id=author.id,
                        confirmed_by_id=second.id, created_at=clock.now(),
                    )
                )  # fmt: skip


def of(world: World) -> UnitFigures:
    return next(row for row in finance.county(YEAR).rows if row.id == world.unit.id)


def paid_world(grams: int, total_fen: int) -> World:
    world = World()
    plans.declared(world.unit, total_fen)
    (line,) = trade.lines_of(world.accept("2026-05-08", grams))
    world.pay("2026-06-02", (line, line.amount_fen))
    return world


def test_one_fen_decides_and_the_percent_is_truncated(app: Flask) -> None:
    """Rule 5: 9.9999 % shows 9.99 % and is not met; one fen more is."""
    world = paid_world(20_000, 1_040_00_10)
    own = of(world).schemes["L"]

    assert own.quota.completed_fen == 104_00
    assert own.quota.due_fen == 10_400_01
    exact = paid_world(20_000, 1_040_10)
    figures = of(exact).schemes["L"]
    assert figures.quota.due_fen == 104_01
    assert figures.verdict is Verdict.OPEN
    assert figures.quota.completion.bp == 9_999
    assert of(paid_world(20_000, 1_040_00)).schemes["L"].verdict is Verdict.MET


def test_a_missing_month_makes_the_share_not_computable_and_raises_the_gate(app: Flask) -> None:
    world = paid_world(20_000, 1_000_00)
    assert of(world).schemes["L"].quota.actual_share.missing_months == tuple(range(1, 11))
    assert of(world).schemes["N"].gate is Gate.REASON, "warn, one level higher"
    all_months_nil(world)

    share = of(world).schemes["L"].quota.actual_share
    assert (share.bp, share.missing_months) == (10_000, ())
    assert of(world).schemes["N"].gate is Gate.WARN


def test_figures_up_to_a_month(app: Flask) -> None:
    world = paid_world(20_000, 1_000_00)
    (row,) = finance.county(YEAR, through=5).rows

    assert (row.schemes["L"].quota.completed_fen, row.spent_fen) == (0, 104_00)
    assert row.missing_months == (1, 2, 3, 4, 5)
    assert finance.county(YEAR).monthly["L"][5] == 104_00
    assert world.unit.id == row.id


def test_units_of_another_level_stand_outside_the_totals(app: Flask) -> None:
    paid_world(20_000, 1_000_00)
    stationed = paid_world(20_000, 9_000_00)
    with transaction():
        unit = db.session.get_one(BudgetUnit, stationed.unit.id)
        unit.level = BudgetLevel.STATIONED
    rows = finance.county(YEAR).rows

    assert len(rows) == 2
    assert totals(rows, "L").declared_fen == 1_000_00
    assert chosen(rows, Filter(), "L")[-1].id == stationed.unit.id


def test_a_closed_year_says_not_met(app: Flask) -> None:
    world = paid_world(20_000, 9_000_00)
    with transaction():
        settings.put("ledger.closed_years", [YEAR], valid_from=date(2026, 11, 1), reason="示例", author_id=None)

    assert of(world).schemes["L"].verdict is Verdict.NOT_MET


def test_filter_and_order(app: Flask) -> None:
    met, behind = paid_world(20_000, 1_000_00), paid_world(20_000, 9_000_00)
    rows = finance.county(YEAR).rows

    assert [r.id for r in chosen(rows, Filter(), "L")] == [met.unit.id, behind.unit.id]
    assert [r.id for r in chosen(rows, Filter(verdict="open"), "L")] == [behind.unit.id]
    assert chosen(rows, Filter(sort="declared", descending=True), "L")[0].id == behind.unit.id
    assert chosen(rows, Filter(text="没有这个名字"), "L") == []


@pytest.mark.parametrize("units", [1, 6])
def test_the_county_costs_six_statements(app: Flask, units: int) -> None:
    for _ in range(units):
        paid_world(20_000, 1_000_00)
    db.session.rollback()
    with statements() as seen:
        assert len(finance.county(YEAR).rows) == units

    assert len(seen) == 6


def test_lines_say_what_counts_and_why_not(app: Flask) -> None:
    world = World()
    plans.declared(world.unit, 1_000_00)
    good = world.accept("2026-05-08", 20_000)
    world.accept("2026-05-09", 10_000, origin="220681100200")
    (line,) = trade.lines_of(good)
    world.pay("2026-06-02", (line, 100_00))
    unit_id = world.unit.id
    with statements() as seen:
        found = finance_unit.lines_of_month(unit_id, YEAR, 5)

    assert len(seen) == 1
    assert [(x.word("L").counted_fen, x.word("L").in_transit_fen, x.word("L").reason) for x in found] == [
        (100_00, 4_00, ""),
        (0, 0, "origin"),
    ]
    assert found[0].evidence == 2
    assert len(finance_unit.not_counted(world.unit.id, YEAR, "L")) == 2
    assert [m.spent_fen for m in finance_unit.months(world.unit.id, YEAR)][4] == 156_00
