"""The filing's doors: fill in, submit, review, confirm, return, assess; on paper as people press them."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from procurement.models.declaration import Declaration
from procurement.models.unit import OpeningFigure
from procurement.rules.declaration import DeclarationState
from tests import make
from tests.procurement.web.hygiene import clean

YEAR = clock.today().year


class House:
    def __init__(self) -> None:
        self.bureau = make.unit("示例教育局")
        self.unit = make.unit("示例一中")
        with transaction():
            self.unit.parent_id = self.bureau.id
        self.finance = make.organisation(OrganisationKind.FINANCE)
        self.payer = make.seat(self.unit, Role.UNIT_PAYER)
        self.reviewer = make.seat(self.bureau, Role.SUPERIOR_REVIEWER)
        self.officer = make.seat(self.finance, Role.FINANCE_OFFICER)


def sheet(**other: str) -> dict[str, str]:
    return {
        "canteen": "own", "part_staff_meals": "10,000", "paper_staff_meals": "预算批复",
        "reserve_L": "1000", "reserve_N": "1000", "reserve_C": "1000",
    } | other  # fmt: skip


def the() -> Declaration:
    return db.session.scalars(sa.select(Declaration).order_by(Declaration.id.desc())).first()  # type: ignore[return-value]


@pytest.fixture
def house(app: Flask) -> House:
    return House()


def post(client: FlaskClient, who: Person, path: str, expect: int = 303, **data: Any) -> str:
    make.log_in(client, who)
    answer = client.post(path, data=data)
    assert answer.status_code == expect, answer.text[:3000]
    return answer.text


def test_from_a_blank_page_to_force(house: House, client: FlaskClient) -> None:
    make.log_in(client, house.payer)
    assert "还没有填报" in clean(client.get("/declarations"))
    post(client, house.payer, f"/declarations/years/{YEAR}")
    path = f"/declarations/{the().id}"
    assert "上年" in clean(client.get(f"{path}/edit"))
    post(client, house.payer, path, **sheet(), act="save")
    assert (the().total_fen, the().state) == (10_000_00, DeclarationState.DRAFT)
    post(client, house.payer, path, **sheet(), act="submit")
    assert "等主管单位审核" in clean(client.get(path))

    make.log_in(client, house.reviewer)
    assert "示例一中" in clean(client.get("/declarations/review"))
    clean(client.get(path))
    post(client, house.reviewer, f"{path}/review")
    make.log_in(client, house.officer)
    assert "待确认" in clean(client.get("/declarations/queue"))
    clean(client.get(path))
    post(client, house.officer, f"{path}/confirmation")
    assert the().state is DeclarationState.CONFIRMED
    make.log_in(client, house.payer)
    assert "已确认生效" in clean(client.get("/declarations"))


def test_a_refusal_keeps_what_was_typed_and_writes_nothing(house: House, client: FlaskClient) -> None:
    post(client, house.payer, f"/declarations/years/{YEAR}")
    path = f"/declarations/{the().id}"
    text = post(client, house.payer, path, 409, **sheet(reserve_L="999.99"), act="submit")

    assert "至少应为 ¥1,000.00" in text
    assert 'value="999.99"' in text
    assert the().total_fen == 0


def test_returned_with_a_reason(house: House, client: FlaskClient) -> None:
    post(client, house.payer, f"/declarations/years/{YEAR}")
    path = f"/declarations/{the().id}"
    post(client, house.payer, path, **sheet(), act="submit")
    post(client, house.reviewer, f"{path}/return", 409, reason="")
    post(client, house.reviewer, f"{path}/return", reason="缺批复")
    make.log_in(client, house.payer)
    assert "缺批复" in clean(client.get("/declarations"))
    post(client, house.payer, f"/declarations/years/{YEAR}")
    assert the().state is DeclarationState.DRAFT


def test_others_see_and_do_nothing(house: House, client: FlaskClient) -> None:
    post(client, house.payer, f"/declarations/years/{YEAR}")
    path = f"/declarations/{the().id}"
    stranger = make.seat(make.unit(), Role.UNIT_PAYER)
    make.log_in(client, stranger)
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/edit").status_code == 404
    assert client.post(f"{path}/confirmation").status_code == 403
    post(client, stranger, path, 404, **sheet(), act="submit")
    post(client, house.reviewer, f"{path}/review", 404)
    assert the().state is DeclarationState.DRAFT


def test_a_silent_unit_is_assessed_from_the_queue(house: House, client: FlaskClient) -> None:
    with transaction():
        db.session.add(
            OpeningFigure(
                unit_id=house.unit.id, fiscal_year=YEAR - 1, actual_fen=5_000_00, document="示例",
                entered_on=clock.today(), created_at=clock.now(),
            )
        )  # fmt: skip
    make.log_in(client, house.officer)
    assert "核定文号" in clean(client.get(f"/declarations/queue?year={YEAR}&state=unfiled"))
    post(client, house.officer, f"/declarations/assessments/{house.unit.id}/{YEAR}", document="核定1号")
    assert (the().total_fen, the().in_force_from is not None) == (5_000_00, True)
    post(client, house.officer, f"/declarations/assessments/{house.unit.id}/{YEAR}", 409, document="核定1号")


def test_a_paper_lets_a_unit_reserve_less(house: House, client: FlaskClient) -> None:
    path = f"/declarations/exceptions/{house.unit.id}"
    make.log_in(client, house.officer)
    clean(client.get(path))
    paper = {"scheme": "L", "min_share": "5", "document": "市财〔2026〕1号", "approver": "bureau",
             "valid_from": f"{YEAR}-01-01", "valid_to": f"{YEAR}-12-31"}  # fmt: skip
    post(client, house.officer, path, 409, **paper | {"approver": "ministry"})
    post(client, house.officer, path, 409, **paper | {"min_share": "10"})
    post(client, house.officer, path, **paper)
    assert "5.00%" in clean(client.get(path))
    post(client, house.payer, f"/declarations/years/{YEAR}")
    post(client, house.payer, f"/declarations/{the().id}", **sheet(reserve_L="500"), act="submit")
    assert the().state is DeclarationState.SUBMITTED
