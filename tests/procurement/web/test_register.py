"""First day: from an empty system to units, suppliers and accounts, by one workbook."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catalog.models.supplier import Supplier
from core import clock, sheets
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Membership, Organisation
from core.text import label, sentence
from procurement.models.declaration import Declaration, DeclarationReserve
from procurement.models.unit import BudgetUnit, OpeningFigure
from procurement.queries.register_sheets import COLUMNS
from procurement.rules.declaration import DeclarationState
from tests import make

ROWS: dict[str, list[list[str]]] = {
    "bodies": [
        ["财政局", "示例财政局", "", "", "", "", "", "", "", ""],
        ["预算单位", "示例教育局", "", "", "", "", "", "机关", "教育系统", "本级"],
        [
            "预算单位",
            "示例一中",
            "122206814126000291",
            "示例教育局",
            "建国街道",
            "一号路",
            "",
            "学校",
            "教育系统",
            "本级",
        ],
    ],
    "canteens": [["示例一中", "示例一中食堂", ""]],
    "suppliers": [
        [
            "示例合作社",
            "93220681MA0XY0010K",
            "合作社",
            "花山镇",
            "示例",
            "示例农商行",
            "示例合作社",
            "6200000000001",
            "",
        ],
    ],
    "villages": [["花山镇", "青沟子村", "2020-04-11", "演示数据"]],
    "people": [
        ["示例一中", "赵采购", "13800000001", "食堂采购员"],
        ["示例财政局", "钱财政", "13800000002", "财政经办"],
        ["示例合作社", "孙经办", "13800000003", "供应商经办"],
    ],
    "opening": [["示例一中", "2026", "1,200,000.00", "决算表", "", "", "", "", "", "", ""]],
}


def workbook(**changed: list[list[str]]) -> bytes:
    tables = []
    for code, fields in COLUMNS.items():
        columns = [sheets.Column(sentence("register_column", field)) for field in fields]
        rows = [["2026" if c == "2026" else c for c in row] for row in changed.get(code, ROWS[code])]
        tables.append((label(code, "RegisterSheet"), columns, rows))
    return sheets.write(tables)


@pytest.fixture
def operator(client: FlaskClient, app: Flask) -> FlaskClient:
    platform = make.organisation(OrganisationKind.PLATFORM)
    make.log_in(client, make.seat(platform, Role.PLATFORM_OPERATOR))
    return client


def send(client: FlaskClient, data: bytes) -> Any:
    return client.post("/register/preview", data={"workbook": (io.BytesIO(data), "x.xlsx")})


def counts() -> tuple[int, ...]:
    db.session.rollback()
    return tuple(
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Organisation, BudgetUnit, Supplier, Membership, OpeningFigure)
    )


def token_of(page: str) -> str:
    return page.split('name="token" value="')[1].split('"', maxsplit=1)[0]


def test_a_preview_writes_nothing_and_the_load_writes_it_all_once(operator: FlaskClient) -> None:
    with clock.frozen(clock.day_start(make.day("2026-11-23"))):
        before = counts()
        shown = send(operator, workbook())
        assert shown.status_code == 200
        assert "新增 10 行" in shown.text
        assert counts() == before

        assert operator.post("/register/load", data={"token": token_of(shown.text)}).status_code == 303
        after = counts()
        assert tuple(a - b for a, b in zip(after, before, strict=True)) == (5, 2, 1, 3, 1)

        again = send(operator, workbook())
        assert "新增 0 行，已有 10 行不变" in again.text
        operator.post("/register/load", data={"token": token_of(again.text)})
        assert counts() == after


@pytest.mark.parametrize(
    ("sheet", "row", "sentence_part"),
    [
        ("people", ["示例二中", "李", "13800000009", "食堂采购员"], "没有找到单位“示例二中”"),
        ("people", ["示例一中", "李", "13800000009", "厨师长"], "不认识“厨师长”"),
        ("villages", ["花山镇", "没有的村", "2020-04-11", "x"], "花山镇没有村“没有的村”"),
        ("bodies", ["预算单位", "缺列", "", "", "", "", "", "", "", ""], "“单位性质”没有填"),
        ("opening", ["示例一中", "2026", "12.345", "x", "", "", "", "", "", "", ""], "小数太多"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(
    operator: FlaskClient, sheet: str, row: list[str], sentence_part: str
) -> None:
    with clock.frozen(clock.day_start(make.day("2026-11-23"))):
        before = counts()
        rows = ROWS[sheet] if sheet != "opening" else []
        shown = send(operator, workbook(**{sheet: [*rows, row]}))

        assert sentence_part in shown.text
        assert 'name="token"' not in shown.text
        assert counts() == before


def test_rubbish_gets_a_sentence(operator: FlaskClient) -> None:
    answer = send(operator, b"PK\x03\x04rubbish")

    assert answer.status_code == 409
    assert "文件打不开" in answer.text


def test_a_cook_does_not_load_the_register(client: FlaskClient, app: Flask) -> None:
    make.log_in(client, make.seat(make.unit(), Role.CANTEEN_ORDERER))

    assert client.get("/register").status_code == 403
    assert send(client, workbook()).status_code == 403


def test_this_years_filing_comes_as_a_draft_for_the_unit_to_submit(operator: FlaskClient) -> None:
    figures = ["示例一中", "2026", "1200000", "决算表", "自有食堂", "900000", "", "100000.05", "", "", "120000"]
    with clock.frozen(clock.day_start(make.day("2026-11-23"))):
        for _ in range(2):
            shown = send(operator, workbook(opening=[figures]))
            assert operator.post("/register/load", data={"token": token_of(shown.text)}).status_code == 303

    made = db.session.scalars(select(Declaration)).one()
    assert (made.state, made.total_fen, made.in_force_from) == (DeclarationState.DRAFT, 1_000_000_05, None)
    reserves = db.session.scalars(
        select(DeclarationReserve.reserve_fen).order_by(DeclarationReserve.scheme_code == "L")
    ).all()
    assert reserves == [100_000_01, 100_000_01, 120_000_00]


@pytest.mark.parametrize(
    ("row", "sentence_part"),
    [
        (["示例一中", "2026", "", "批复", "大食堂", "1000", "", "", "", "", ""], "不认识“大食堂”"),
        (["示例一中", "2026", "", "批复", "自有食堂", "", "", "", "", "", ""], "“职工就餐”没有填"),
        (["示例一中", "2026", "", "", "自有食堂", "1000", "", "", "", "", ""], "“依据文件”没有填"),
        (["示例一中", "2026", "", "批复", "", "", "", "", "", "", ""], "“上年实际采购额”没有填"),
    ],
)
def test_a_filing_that_says_nothing_is_named(operator: FlaskClient, row: list[str], sentence_part: str) -> None:
    with clock.frozen(clock.day_start(make.day("2026-11-23"))):
        shown = send(operator, workbook(opening=[row]))

    assert sentence_part in shown.text
    assert db.session.scalars(select(Declaration.id)).all() == []
