"""832 files: once is once, what changed posts its difference, what is undone is as if it had not been."""

import random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations import names, queries
from core.organisations import services as organisations
from core.organisations.models import Organisation
from procurement.models.external import ExternalOrder, ExternalOrderVersion, ImportBatch, ImportRow
from procurement.models.ledger import FactEntry, QuotaBalance, QuotaJudgement, SpendBalance
from procurement.models.plan import Envelope
from procurement.queries.ledger_check import verify
from procurement.rules.p832 import ImportState, RowVerdict
from procurement.services import postings
from procurement.services.imports import undoing
from procurement.services.imports.committing import Mode
from tests import make
from tests.make import p832


class World:
    """Two units, a payer of the first, an officer of finance."""

    def __init__(self) -> None:
        self.unit, self.other = make.unit("示例一中"), make.unit("示例医院")
        self.clerk, self.officer = p832.clerk(self.unit), p832.officer()


@pytest.fixture
def world(app: Flask) -> World:
    return World()


def balances() -> dict[Any, tuple[int, int, int]]:
    """Every non-zero total of the ledger: by scheme and month, and of spending."""
    quota = db.session.execute(sa.select(QuotaBalance.__table__)).mappings()
    spend = db.session.execute(sa.select(SpendBalance.__table__)).mappings()
    found = {
        (r["unit_id"], r["scheme_code"], r["fiscal_year"], r["month"]): (r["counted_fen"], r["union_fen"], 0)
        for r in quota
    } | {(r["unit_id"], r["fiscal_year"], r["month"]): (r["p832_fen"], 0, 0) for r in spend}
    return {key: value for key, value in found.items() if any(value)}


def counted(unit: Any, code: str = "N", year: int = 2026) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(QuotaBalance.counted_fen), 0)).where(
        QuotaBalance.unit_id == unit.id, QuotaBalance.scheme_code == code, QuotaBalance.fiscal_year == year
    )
    return int(db.session.scalar(query) or 0)


def done_fen(unit: Any, code: str) -> int:
    row = db.session.execute(
        sa.select(Envelope.eligible_done_fen, Envelope.general_done_fen).where(
            Envelope.unit_id == unit.id, Envelope.scheme_code == code
        )
    ).one()
    return int(row.eligible_done_fen if code != "L" else row.general_done_fen)


def how_many(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def current(order_no: str) -> ExternalOrderVersion:
    return db.session.scalars(
        sa.select(ExternalOrderVersion)
        .join(ExternalOrder, ExternalOrder.current_version_id == ExternalOrderVersion.id)
        .where(ExternalOrder.external_no == order_no)
    ).one()


def verdicts(batch: ImportBatch) -> list[RowVerdict]:
    query = sa.select(ImportRow.verdict).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no)
    return list(db.session.scalars(query))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_counts_in_the_national_scheme_and_spending(world: World, encoding: str) -> None:
    batch = p832.upload(world.clerk, p832.csv_file([p832.row(world.unit)], encoding))
    assert (batch.state, counted(world.unit)) == (ImportState.PREVIEW, 0)

    p832.take_over(world.clerk, batch)

    assert [counted(world.unit, code) for code in "NLC"] == [100_00, 0, 100_00]
    assert balances()[world.unit.id, 2026, 3] == (100_00, 0, 0)
    assert [done_fen(world.unit, code) for code in "NLC"] == [100_00] * 3


def test_a_workbook_with_a_note_above_its_header_is_read(world: World) -> None:
    batch = p832.bring(world.officer, p832.xlsx_file([p832.row(world.unit)], note="示例说明"))

    assert batch.header_no == 2
    assert counted(world.unit) == 100_00


def test_one_order_of_many_rows_counts_its_paid_amount_once(world: World) -> None:
    first = p832.row(world.unit, paid_fen="190.00")
    second = first | {"name": "示例木耳", "amount_fen": "90.00"}

    batch = p832.bring(world.officer, [first, second])

    assert counted(world.unit) == 190_00
    assert len(current(first["order_no"]).lines) == 2
    assert batch.counts["orders_new"] == 1


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_the_same_file_adds_nothing_in_whatever_order_its_rows_stand(world: World, seed: int) -> None:
    lines = [p832.row(world.unit, remark=str(n)) for n in range(4)]
    lines.append(lines[0] | {"name": "示例木耳"})
    p832.bring(world.officer, lines)
    before = balances(), how_many(ExternalOrderVersion), how_many(FactEntry)
    random.Random(seed).shuffle(lines)

    again = p832.bring(world.officer, lines)

    assert set(verdicts(again)) == {RowVerdict.SAME}
    assert (balances(), how_many(ExternalOrderVersion), how_many(FactEntry)) == before


def test_a_changed_amount_posts_exactly_the_difference_in_its_month(world: World) -> None:
    line = p832.row(world.unit)
    p832.bring(world.officer, [line])

    batch = p832.bring(world.officer, [line | {"paid_fen": "123.45"}])

    assert verdicts(batch) == [RowVerdict.CHANGED]
    assert batch.counts["moved_N_fen"] == 23_45
    assert balances()[world.unit.id, "N", 2026, 3] == (123_45, 0, 0)
    assert balances()[world.unit.id, 2026, 3] == (123_45, 0, 0)
    assert done_fen(world.unit, "N") == 123_45
    assert current(line["order_no"]).version_no == 2


def test_a_refund_takes_the_order_out_and_keeps_it(world: World) -> None:
    line = p832.row(world.unit)
    p832.bring(world.officer, [line])

    p832.bring(world.officer, [line | {"status": "退款中"}])

    assert balances() == {}
    assert current(line["order_no"]).not_counted == "p832_status"


def test_year_end_belongs_to_the_county_day_of_the_later_event(world: World) -> None:
    """Rule 26 and rule 8."""
    last = {"finished_at": "2025-12-30 10:00:00", "paid_at": "2025-12-31 23:59:59", "ordered_at": "2025-12-20 08:00:00"}
    p832.bring(world.officer, [p832.row(world.unit, **last)])
    p832.bring(world.officer, [p832.row(world.unit, **last | {"paid_at": "2026-01-01 00:00:00"})])
    p832.bring(
        world.officer,
        [p832.row(world.unit, **last | {"paid_at": "2025-12-28 09:00:00", "finished_at": "2026-01-03 09:00:00"})],
    )

    assert (counted(world.unit, year=2025), counted(world.unit, year=2026)) == (100_00, 200_00)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"status": "退款中"}, "p832_status"),
        ({"status": "已取消"}, "p832_status"),
        ({"paid_at": ""}, "p832_paid_day_missing"),
        ({"finished_at": ""}, "p832_finished_day_missing"),
        ({"purchase_type": "食堂+工会"}, "p832_split_missing"),
        ({"purchase_type": "其它"}, "p832_purchase_type"),
        ({"paid_fen": "0"}, "p832_nothing_paid"),
    ],
)
def test_what_does_not_count_is_kept_with_its_reason(world: World, cells: dict[str, str], reason: str) -> None:
    line = p832.row(world.unit, **cells)

    p832.bring(world.officer, [line])

    assert current(line["order_no"]).not_counted == reason
    assert balances() == {}


def test_union_money_counts_nationally_and_is_no_canteen_spending(world: World) -> None:
    p832.bring(world.officer, [p832.row(world.unit, purchase_type="工会")])

    assert balances() == {(world.unit.id, "N", 2026, 3): (100_00, 100_00, 0)}


def test_undo_restores_every_balance_to_the_fen(world: World) -> None:
    lines = [p832.row(world.unit), p832.row(world.other), p832.row(world.unit, purchase_type="工会")]
    p832.bring(world.officer, lines)
    before = balances(), done_fen(world.unit, "N"), done_fen(world.unit, "L")
    second = p832.bring(
        world.officer,
        [lines[0] | {"paid_fen": "1.23"}, lines[1] | {"status": "已退款"}, lines[2], p832.row(world.unit)],
    )
    assert balances() != before[0]

    with transaction():
        undoing.undo(second.token, by=world.officer)

    assert (balances(), done_fen(world.unit, "N"), done_fen(world.unit, "L")) == before
    assert current(lines[0]["order_no"]).cause == "restored"


def test_an_undone_file_can_be_brought_in_again(world: World) -> None:
    lines = [p832.row(world.unit)]
    first = p832.bring(world.officer, lines)
    with transaction():
        undoing.undo(first.token, by=world.officer)
    assert balances() == {}

    again = p832.bring(world.officer, lines)

    assert verdicts(again) == [RowVerdict.NEW]
    assert counted(world.unit) == 100_00


def test_a_file_changed_by_a_later_one_is_not_undone(world: World) -> None:
    line = p832.row(world.unit)
    first = p832.bring(world.officer, [line])
    p832.bring(world.officer, [line | {"paid_fen": "50.00"}])
    before = balances()

    with pytest.raises(Refused, match="import-newer"), transaction():
        undoing.undo(first.token, by=world.officer)

    assert balances() == before


def test_all_or_nothing_takes_nothing_and_skipping_takes_the_rest(world: World) -> None:
    good, bad = p832.row(world.unit), p832.row(world.unit, paid_fen="x")
    batch = p832.upload(world.officer, [good, bad])

    with pytest.raises(Refused, match="import-has-bad-rows"):
        p832.take_over(world.officer, batch)
    assert (how_many(ExternalOrder), balances()) == (0, {})
    p832.take_over(world.officer, batch, Mode.SKIP)

    assert how_many(ExternalOrder) == 1
    assert counted(world.unit) == 100_00


def test_a_unit_reports_its_own_orders_only(world: World) -> None:
    batch = p832.upload(world.clerk, [p832.row(world.unit), p832.row(world.other)])

    assert verdicts(batch) == [RowVerdict.NEW, RowVerdict.REFUSED]


def test_a_unit_cannot_take_over_anothers_order_number_nor_what_finance_checked(world: World) -> None:
    theirs, checked = p832.row(world.other), p832.row(world.unit)
    p832.bring(world.officer, [theirs, checked])

    batch = p832.upload(world.clerk, [theirs | {"unit_name": world.unit.name}, checked | {"paid_fen": "999.00"}])

    assert verdicts(batch) == [RowVerdict.REFUSED] * 2


def test_finance_sees_how_the_platform_differs_from_the_report(world: World) -> None:
    line = p832.row(world.unit)
    p832.bring(world.clerk, [line])

    batch = p832.upload(world.officer, [line | {"paid_fen": "88.00"}])

    (problems,) = db.session.scalars(sa.select(ImportRow.problems).where(ImportRow.batch_id == batch.id))
    told = [p["facts"] for p in problems if p["code"] == "p832-differs-from-self"]
    assert told == [{"before": "100.00", "after": "88.00"}]


def test_anothers_batch_is_missing(world: World) -> None:
    batch = p832.upload(world.clerk, [p832.row(world.unit)])

    for stranger in (p832.clerk(world.other), world.officer):
        with pytest.raises(Missing), transaction():
            undoing.undo(batch.token, by=stranger)
        with pytest.raises(Missing):
            p832.take_over(stranger, batch)
    assert balances() == {}


def test_the_ledger_verifies_after_changes_and_undoing(world: World) -> None:
    lines = [p832.row(world.unit, purchase_type=kind) for kind in ("食堂", "工会", "食堂")]
    p832.bring(world.officer, lines)
    second = p832.bring(world.officer, [lines[0] | {"paid_fen": "7.77"}, lines[1] | {"status": "已退款"}, lines[2]])
    assert verify(postings.open_book()).faults == []

    with transaction():
        undoing.undo(second.token, by=world.officer)

    assert verify(postings.open_book()).faults == []


def test_a_unit_is_found_by_its_name_on_the_order_day(world: World) -> None:
    with transaction():
        organisations.rename(world.unit.id, "示例高级中学", from_day=make.day("2026-06-01"), by=world.officer)
    before, after = {"ordered_at": "2026-05-31 23:59:59"}, {"ordered_at": "2026-06-01 00:00:00"}
    days = {"finished_at": "2026-07-01", "paid_at": "2026-07-01"}
    lines = [
        p832.row("示例一中", **before | days),
        p832.row("示例高级中学", **after | days),
        p832.row("示例一中", **after | days),
        p832.row("示例高级中学", **before | days),
    ]

    p832.bring(world.officer, lines)

    assert [current(line["order_no"]).unit_id for line in lines] == [world.unit.id, world.unit.id, None, None]
    assert counted(world.unit) == 200_00


def test_the_name_book_says_what_the_single_question_says(world: World) -> None:
    with transaction():
        organisations.rename(world.unit.id, "示例高级中学", from_day=make.day("2026-06-01"), by=world.officer)
        names.remember(world.other.id, "市医院", by=world.officer, right=Right.P832_ASSIGN)
    book = names.book(OrganisationKind.UNIT)

    for name in ("示例一中", "示例高级中学", "示例医院", "市医院", "没有"):
        for day in ("2019-01-01", "2026-05-31", "2026-06-01", "2027-01-01"):
            on = make.day(day)
            assert book.on(name, on) == queries.named(name, on=on, kind=OrganisationKind.UNIT), (name, day)
    assert book.on("示例 医院", make.day("2026-01-01")) == world.other.id


def test_an_order_of_a_closed_unit_is_kept_and_not_counted(world: World) -> None:
    with transaction():
        db.session.get_one(Organisation, world.unit.id).closed_on = make.day("2026-03-01")

    p832.bring(world.officer, [p832.row(world.unit)])

    assert counted(world.unit) == 0
    reasons = set(db.session.scalars(sa.select(QuotaJudgement.reason)))
    assert reasons == {"unit_inactive"}
