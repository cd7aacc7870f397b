"""Finance's doors: one page of all units down to one acceptance, the workbook, and who is kept out."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import sheets
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.money import yuan
from tests import make
from tests.make import trade
from tests.procurement.ledger_world import World
from tests.procurement.web.hygiene import clean


class County:
    def __init__(self) -> None:
        self.world = World()
        make.declared(self.world.unit, 1_040_01)
        self.made = self.world.accept("2026-05-08", 20_000)
        self.world.accept("2026-05-09", 10_000, origin="220681100200")
        (line,) = trade.lines_of(self.made)
        self.world.pay("2026-06-02", (line, 104_00))
        self.finance = make.organisation(OrganisationKind.FINANCE)


@pytest.fixture
def county(app: Flask) -> County:
    return County()


def enter(client: FlaskClient, body: Any, *roles: Role) -> None:
    make.log_in(client, make.seat(body, *roles))


def test_the_county_page_shows_every_unit_to_the_fen(county: County, client: FlaskClient) -> None:
    enter(client, county.finance, Role.FINANCE_OFFICER)
    text = clean(client.get("/finance?year=2026"))

    assert county.world.unit.name in text
    for shown in ("1,040.01", "104.00", "99.99%", "不可计算（缺"):
        assert shown in text, shown
    for query in ("scheme=N", "scheme=C", "verdict=met", "q=不存在", "sort=short&dir=desc", "through=5", "year=x"):
        clean(client.get(f"/finance?{query}"))


def test_down_to_the_acceptance(county: County, client: FlaskClient) -> None:
    enter(client, county.finance, Role.FINANCE_AUDITOR)
    unit = f"/finance/units/{county.world.unit.id}"
    assert "怎么算的" in clean(client.get(f"{unit}?year=2026&scheme=L"))
    assert county.made.acceptance_no in clean(client.get(f"{unit}/months/5?year=2026"))
    assert "产地不是脱贫村" in clean(client.get(f"{unit}/not-counted?year=2026"))
    text = clean(client.get(f"/finance/acceptances/{county.made.token}"))
    assert "验收甲" in text
    assert "验收乙" in text
    clean(client.get(f"/finance/trail/units/{county.world.unit.id}"))


def test_the_workbook_says_what_the_screen_says(county: County, client: FlaskClient) -> None:
    other = make.unit("=HYPERLINK(1)")
    make.declared(other, 99_00)
    enter(client, county.finance, Role.FINANCE_OFFICER)
    answer = client.get("/finance/export?year=2026&sort=declared")
    (table,) = sheets.read(answer.data)

    assert table.rows[1][:5] == ["预算单位", "主管系统", "食堂", "填报", "年度总额"]
    names = [row[0] for row in table.rows[2:-1]]
    assert names == ["'=HYPERLINK(1)", county.world.unit.name]
    own = dict(zip(table.rows[1], table.rows[3], strict=True))
    assert (own["年度总额"], own["已完成"], own["完成率"], own["结论"]) == ("1040.01", "104", "99.99%", "进行中")
    assert table.rows[-1][0] == "合计（2 家）"


def test_a_unit_sees_its_own_figures_and_no_others(county: County, client: FlaskClient) -> None:
    enter(client, county.world.unit, Role.UNIT_HEAD)
    assert yuan(104_00) in clean(client.get("/quota?year=2026"))
    clean(client.get("/quota/months/5?year=2026"))
    clean(client.get("/quota/not-counted?year=2026"))
    clean(client.get(f"/quota/acceptances/{county.made.token}"))
    assert client.get("/finance").status_code == 403
    assert client.get(f"/finance/trail/units/{county.world.unit.id}").status_code == 403
    other = World()
    foreign = other.accept("2026-05-08", 20_000)
    assert client.get(f"/quota/acceptances/{foreign.token}").status_code == 404


def test_unknown_units_and_months_are_404(county: County, client: FlaskClient) -> None:
    enter(client, county.finance, Role.FINANCE_OFFICER)
    for path in ("/finance/units/999999", f"/finance/units/{county.world.unit.id}/months/13", "/finance/acceptances/x"):
        assert client.get(path).status_code == 404


def test_a_lead_reader_sees_figures_without_evidence(county: County, client: FlaskClient) -> None:
    body = make.organisation(OrganisationKind.LEAD_BUREAU)
    enter(client, body, Role.LEAD_READER)
    text = clean(client.get(f"/finance/units/{county.world.unit.id}/months/5?year=2026"))

    assert county.made.token not in text
    assert client.get(f"/finance/acceptances/{county.made.token}").status_code == 403
    db.session.rollback()
