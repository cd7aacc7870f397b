"""The other ninety percent: two people, versions, differences, sheets."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Category
from core import clock, sheets
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from procurement.models.ledger import SpendBalance, SpendMove
from procurement.models.plan import Envelope
from procurement.models.statement import SpendingStatement
from procurement.queries import gate, statement_sheets
from procurement.queries.ledger_check import verify
from procurement.queries.statement_sheets import Line
from procurement.rules.statement import StatementState
from procurement.services import postings, statement
from tests import make

YEAR, MONTH = 2026, 5


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with clock.frozen(datetime(2026, 6, 3, 4, tzinfo=UTC)):
        yield


class Kitchen:
    def __init__(self) -> None:
        self.unit = make.unit()
        self.canteen = make.canteen(self.unit)
        scope = (self.canteen.id,)
        self.writer = make.actor(make.seat(self.unit, Role.UNIT_PAYER), self.unit, Role.UNIT_PAYER, scope=scope)
        self.second = make.actor(make.seat(self.unit, Role.UNIT_HEAD), self.unit, Role.UNIT_HEAD, scope=scope)
        self.pork = db.session.scalars(sa.select(Category.id).where(Category.code == "meat-pork")).one()

    def submitted(self, *amounts: int) -> SpendingStatement:
        lines = [Line(self.pork, fen, f"发票{n}") for n, fen in enumerate(amounts)]
        with transaction():
            made = statement.open_month(self.canteen.id, YEAR, MONTH, by=self.writer)
            statement.save(made.id, lines, is_nil=not amounts, by=self.writer)
            return statement.submit(made.id, by=self.writer)

    def confirmed(self, *amounts: int) -> SpendingStatement:
        made = self.submitted(*amounts)
        with transaction():
            return statement.confirm(made.id, by=self.second)

    def stated(self) -> int:
        row = db.session.get(SpendBalance, (YEAR, self.unit.id, MONTH), populate_existing=True)
        return row.stated_fen if row else 0


@pytest.fixture
def kitchen(app: Flask) -> Kitchen:
    return Kitchen()


def test_a_confirmed_month_is_spending_and_room_taken(kitchen: Kitchen) -> None:
    kitchen.confirmed(8_000_00, 1_234_56)

    assert kitchen.stated() == 9_234_56
    held = db.session.get(Envelope, (kitchen.unit.id, YEAR, "L"))
    assert held is not None
    assert held.general_done_fen == 9_234_56
    assert 5 not in gate.missing_months(kitchen.unit.id, YEAR, make.day("2026-06-11"))
    assert verify(postings.open_book()).faults == []


def test_the_writer_cannot_confirm(kitchen: Kitchen) -> None:
    made = kitchen.submitted(100_00)
    for verb in (lambda: statement.confirm(made.id, by=kitchen.writer),
                 lambda: statement.send_back(made.id, "不对", by=kitchen.writer)):  # fmt: skip
        with pytest.raises(Refused, match="statement-same-person"), transaction():
            verb()
    assert kitchen.stated() == 0


def test_a_correction_moves_only_the_difference(kitchen: Kitchen) -> None:
    kitchen.confirmed(100_00)
    second = kitchen.confirmed(100_00, 23_00)
    assert (second.version_no, kitchen.stated()) == (2, 123_00)
    kitchen.confirmed(90_00)

    assert kitchen.stated() == 90_00
    moves = db.session.scalars(sa.select(SpendMove.amount_fen).order_by(SpendMove.id)).all()
    assert list(moves) == [100_00, 23_00, -33_00]
    assert verify(postings.open_book()).faults == []


def test_nil_is_said_and_not_left_empty(kitchen: Kitchen) -> None:
    with transaction():
        made = statement.open_month(kitchen.canteen.id, YEAR, MONTH, by=kitchen.writer)
    with pytest.raises(Refused, match="statement-empty"), transaction():
        statement.submit(made.id, by=kitchen.writer)
    assert kitchen.confirmed().state is StatementState.CONFIRMED
    assert gate.missing_months(kitchen.unit.id, YEAR, make.day("2026-06-11")) == (1, 2, 3, 4)


def test_returned_corrected_and_confirmed(kitchen: Kitchen) -> None:
    made = kitchen.submitted(100_00)
    with transaction():
        statement.send_back(made.id, "缺一张发票", by=kitchen.second)
    again = kitchen.submitted(100_00, 5_00)
    assert again.id == made.id
    with transaction():
        statement.confirm(again.id, by=kitchen.second)
    assert kitchen.stated() == 105_00


def test_a_month_that_has_not_begun_is_refused(kitchen: Kitchen) -> None:
    with pytest.raises(Refused, match="statement-month-ahead"), transaction():
        statement.open_month(kitchen.canteen.id, YEAR, 7, by=kitchen.writer)


def test_a_foreign_canteen_is_unknown(kitchen: Kitchen) -> None:
    other = Kitchen()
    made = kitchen.submitted(100_00)
    with pytest.raises(Missing), transaction():
        statement.confirm(made.id, by=other.second)
    with pytest.raises(Missing), transaction():
        statement.open_month(kitchen.canteen.id, YEAR, MONTH, by=other.writer)


def sheet(*rows: tuple[str, ...]) -> bytes:
    head = [sheets.Column(title) for title in ("类别", "金额", "凭证", "供货单位")]
    return sheets.write([("月报", head, rows)])


def test_a_sheet_is_read_whole_by_names_and_aliases(kitchen: Kitchen) -> None:
    lines = statement_sheets.read(sheet(("猪肉", "1,200.50", "发票1", "示例店"), ("白面", "80", "收据2", "")))

    assert [(line.amount_fen, line.paper) for line in lines] == [(1_200_50, "发票1"), (80_00, "收据2")]
    assert lines[0].category_id == kitchen.pork


@pytest.mark.parametrize(
    ("row", "column"),
    [(("不存在", "1", "x", ""), "类别"), (("猪肉", "1.234", "x", ""), "金额"), (("猪肉", "12", "", ""), "凭证")],
)
def test_a_bad_cell_is_named_and_nothing_is_read(kitchen: Kitchen, row: tuple[str, ...], column: str) -> None:
    with pytest.raises(Refused, match="statement-sheet-cell") as refusal:
        statement_sheets.read(sheet(("猪肉", "5", "发票", ""), row))
    assert (refusal.value.facts["row"], refusal.value.facts["column"]) == (3, column)


def test_limits_of_a_sheet(app: Flask) -> None:
    with pytest.raises(Refused, match="file-too-large"):
        statement_sheets.read(b"x" * (2 * 1024 * 1024 + 1))
    with pytest.raises(Refused, match="statement-sheet-rows"):
        statement_sheets.read(sheet(*[("猪肉", "5", "发票", "")] * 2_001))
    assert [s.name for s in sheets.read(statement_sheets.template())] == ["月报", "类别"]
