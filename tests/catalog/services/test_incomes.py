"""Snapshots: once, corrected with a reason, locked; and what is computed from them."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.income import IncomeSnapshot
from catalog.queries import incomes as queries
from catalog.queries import snapshots
from catalog.rules.income import GrowthBand, Half, Income, RedReason, TargetKind
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import HouseholdCategory
from catalog.services import households, incomes
from core import clock
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.make import households as homes
from tests.make.catalog import TOWN, VILLAGE
from tests.support.statements import statements

Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)
IN_TIME, LATE = datetime(2026, 10, 15, 10, tzinfo=UTC), datetime(2026, 10, 15, 16, tzinfo=UTC)  # the 16th in the county


def wage(yuan: int) -> Income:
    return Income(wage_fen=yuan * 100)


def entered(household_id: int, quarter: Quarter, income: Income, by: Actor, *, reason: str = "") -> None:
    with transaction():
        incomes.enter(household_id, quarter, income, reason=reason, by=by)


def versions() -> list[tuple[int, int, str]]:
    query = sa.select(IncomeSnapshot.version_no, IncomeSnapshot.wage_fen, IncomeSnapshot.reason)
    return [tuple(row) for row in db.session.execute(query.order_by(IncomeSnapshot.id))]


def stored(household_id: int, quarter: Quarter, yuan: int, members: int = 3) -> None:
    """As history has it, without the clock."""
    with transaction():
        db.session.add(
            IncomeSnapshot(
                household_id=household_id, year=quarter.year, quarter=quarter.number, version_no=1, members=members,
                wage_fen=yuan * 100, operating_fen=0, operating_cost_fen=0, property_fen=0, transfer_fen=0,
                created_at=clock.now(),
            )
        )  # fmt: skip


def test_a_quarter_is_entered_once(app: Flask) -> None:
    by = homes.village_worker()[1]
    home = homes.registered(by).id
    with clock.frozen(IN_TIME):
        entered(home, Q3, wage(1000), by)
        with pytest.raises(Refused, match="snapshot-has-one"):
            entered(home, Q3, wage(2000), by)
        with pytest.raises(Refused, match="snapshot-same"):
            entered(home, Q3, wage(1000), by, reason="再填")
        entered(home, Q3, wage(1200), by, reason="漏记务工")

    assert versions() == [(1, 1000_00, ""), (2, 1200_00, "漏记务工")]
    assert snapshots.current([Q3])[home, Q3].income == wage(1200)


def test_after_the_lock_town_and_county_correct(app: Flask) -> None:
    village, town = homes.village_worker()[1], homes.township_clerk()[1]
    home = homes.registered(village).id
    with clock.frozen(IN_TIME):
        entered(home, Q3, wage(1000), village)
    with clock.frozen(LATE):
        with pytest.raises(Refused, match="snapshot-locked"):
            entered(home, Q3, wage(2000), village, reason="改")
        entered(home, Q3, wage(2000), town, reason="村里报送更正表")

    assert versions() == [(1, 1000_00, ""), (2, 2000_00, "村里报送更正表")]


@pytest.mark.parametrize(
    ("quarter", "at", "code"),
    [
        (Quarter(2027, 1), IN_TIME, "snapshot-future"),
        (Q4, IN_TIME, "snapshot-not-open"),
        (Q4, datetime(2026, 11, 15, 15, 59, tzinfo=UTC), "snapshot-not-open"),
        (Q3, LATE, "snapshot-locked"),
    ],
)
def test_outside_its_time_nothing_is_written(app: Flask, quarter: Quarter, at: datetime, code: str) -> None:
    by = homes.village_worker()[1]
    home = homes.registered(by).id
    with clock.frozen(at), pytest.raises(Refused, match=code):
        entered(home, quarter, wage(1), by)
    assert versions() == []


def test_foreign_ordinary_and_absurd_are_refused(app: Flask) -> None:
    by = homes.village_worker()[1]
    home, ordinary = homes.registered(by).id, homes.registered(by).id
    with transaction():
        households.change_category(
            ordinary, HouseholdCategory.ORDINARY, valid_from=date(2026, 1, 1), document="x", reason="", by=by
        )
    with clock.frozen(IN_TIME):
        with pytest.raises(Missing):
            entered(home, Q3, wage(1), homes.village_worker("220681103201")[1])
        with pytest.raises(Refused, match="household-not-tracked"):
            entered(ordinary, Q3, wage(1), by)
        with pytest.raises(Refused, match="amount-too-large-here"):
            entered(home, Q3, wage(100_000_001), by)
    assert versions() == []


def test_a_snapshot_keeps_the_members_of_its_time(app: Flask) -> None:
    by = homes.village_worker()[1]
    home = homes.registered(by, members=4).id
    with clock.frozen(IN_TIME):
        entered(home, Q3, wage(1000), by)
    with transaction():
        households.change_members(home, 2, by=by)

    assert snapshots.current([Q3])[home, Q3].per_head_fen == 250_00


def test_progress_counts_tracked_households(app: Flask) -> None:
    by = homes.village_worker()[1]
    ids = [homes.registered(by).id for _ in range(3)]
    stored(ids[0], Q3, 100)

    [line] = snapshots.progress(by, Q3)
    assert (line.households, line.done, line.left) == (3, 1, 2)
    assert [one.id for one in snapshots.to_enter(by, Q3)] == ids[1:]


def test_half_a_year_against_the_year_before(app: Flask) -> None:
    by = homes.linkage_officer()[1]
    ids = [homes.registered(by, members=1).id for _ in range(4)]
    half = Half(2026, 1)
    for home, (now, last) in zip(ids, [(1100, 1000), (700, 1000), (1500, None), (None, 900)], strict=True):
        for quarter in half.quarters:
            if now:
                stored(home, quarter, now, 1)
        for quarter in half.last_year.quarters:
            if last:
                stored(home, quarter, last, 1)

    found = queries.analysis(by, half)
    assert (found.whole.households, found.whole.complete) == (4, 3)
    assert found.whole.median_fen == 2200_00
    assert found.whole.growth_bp == -1000  # the median of +10 % and −30 %
    assert found.whole.bands == {GrowthBand.ROSE_WELL: 1, GrowthBand.FELL_MUCH: 1, GrowthBand.UNKNOWN: 1}
    assert [(group.code, group.complete) for group in found.groups] == [(TOWN, 3)]


def test_the_red_list_names_its_reasons(app: Flask) -> None:
    by = homes.village_worker()[1]
    poor, fell, well = (homes.registered(by, members=1).id for _ in range(3))
    for n in range(5):
        quarter = Q3.plus(-n)
        stored(poor, quarter, 2000, 1)
        stored(fell, quarter, 3000 if n == 0 else 5000, 1)
        stored(well, quarter, 5000, 1)

    found = queries.named(queries.red_list(by, Q3))
    assert [(line.home.household_id, line.reasons) for line in found] == [
        (poor, (RedReason.BELOW_LINE,)), (fell, (RedReason.FELL,)),
    ]  # fmt: skip
    assert (found[0].year_per_head_fen, found[0].head) == (8000_00, "王**")
    assert found[1].growth_bp == -4000


def test_a_town_sees_target_done_and_gap(app: Flask) -> None:
    officer = homes.linkage_officer()[1]
    ids = [homes.registered(officer, members=1).id for _ in range(3)]
    for home, (last, now) in zip(ids, [(2000, 3000), (2000, 2000), (4000, 5000)], strict=True):
        for quarter in range(1, 5):
            stored(home, Quarter(2025, quarter), last, 1)
            stored(home, Quarter(2026, quarter), now, 1)
    with transaction():
        incomes.set_target(TOWN, 2026, TargetKind.LIFTED, 2, reason="年度任务", by=officer)
        incomes.set_target(TOWN, 2026, TargetKind.PER_HEAD, 15_000_00, reason="年度任务", by=officer)
    with transaction():
        incomes.set_target(TOWN, 2026, TargetKind.PER_HEAD, 16_000_00, reason="调整", by=officer)

    lines = {line.kind: line for line in queries.targets(homes.township_clerk()[1], 2026, date(2027, 1, 20))}
    per_head, lifted = lines[TargetKind.PER_HEAD], lines[TargetKind.LIFTED]
    assert (lifted.target, lifted.done, lifted.gap, lifted.of) == (2, 1, 1, 2)
    assert (per_head.target, per_head.done, per_head.gap, per_head.met) == (16_000_00, 12_000_00, 4_000_00, False)
    with pytest.raises(Refused, match="target-same"), transaction():
        incomes.set_target(TOWN, 2026, TargetKind.LIFTED, 2, reason="x", by=officer)


def test_ten_thousand_households_cost_the_same(app: Flask) -> None:
    officer = homes.linkage_officer()[1]
    with transaction():
        ids = db.session.scalars(
            sa.text(
                "INSERT INTO household (code, village_code, category, members) SELECT 'T' || n, :v, 'exited', 3 "
                "FROM generate_series(1, 10000) n RETURNING id"
            ),
            {"v": VILLAGE},
        ).all()
        db.session.execute(
            sa.text(
                "INSERT INTO income_snapshot (household_id, year, quarter, version_no, members, wage_fen, "
                "operating_fen, operating_cost_fen, property_fen, transfer_fen, reason, created_at) "
                "SELECT h, 2025 + q / 4, q % 4 + 1, 1, 3, 100000 + h % 999 * 100, 0, 0, 0, 0, '', now() "
                "FROM unnest(CAST(:ids AS bigint[])) h,"
                " generate_series(0, 7) q"
            ),
            {"ids": list(ids)},
        )
    make.household()
    with statements() as seen:
        found = queries.analysis(officer, Half(2026, 1))
    assert found.whole.complete == 10_000 and len(seen) == 3
    with statements() as seen:
        red = queries.red_list(officer, Q3)
    assert len(red) > 5000 and len(seen) == 4
    with statements() as seen:
        snapshots.progress(officer, Q3)
    assert len(seen) == 2
