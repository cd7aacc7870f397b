"""Incomes as villages, towns, the county and finance use them."""

import io
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.income import IncomeSnapshot, IncomeTarget
from catalog.rules import income as rules
from catalog.rules.quarter import Quarter
from core import clock, sheets
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from tests import make
from tests.make import households as homes
from tests.make.catalog import TOWN, VILLAGE
from tests.support.hygiene import faults

AMOUNTS = {"wage": "3000", "operating": "2000.50", "operating_cost": "500", "property": "0", "transfer": "120"}


@pytest.fixture
def worker(app: Flask) -> Person:
    return homes.village_worker()[0]


def quarter() -> Quarter:
    return rules.due(clock.today())


def stored(household_id: int, at: Quarter, yuan: int) -> None:
    with transaction():
        db.session.add(
            IncomeSnapshot(
                household_id=household_id, year=at.year, quarter=at.number, version_no=1, members=1,
                wage_fen=yuan * 100, operating_fen=0, operating_cost_fen=0, property_fen=0, transfer_fen=0,
                created_at=clock.now(),
            )
        )  # fmt: skip


def snapshots() -> list[IncomeSnapshot]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(IncomeSnapshot).order_by(IncomeSnapshot.id)))


def open_day() -> datetime:
    """A day on which this year's third quarter is entered."""
    return datetime(2026, 10, 10, 2, tzinfo=UTC)


@pytest.fixture
def in_october(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the requests: they run outside this test's context."""
    monkeypatch.setattr(clock, "now", open_day)


@pytest.mark.usefixtures("in_october")
def test_a_village_enters_one_household_after_the_other(client: FlaskClient, worker: Person) -> None:
    by = homes.village_worker()[1]
    first, second = (homes.registered(by).id for _ in range(2))
    stored(first, Quarter(2026, 2), 777)
    make.log_in(client, worker)
    listed = client.get("/households/incomes")
    assert faults(listed.text) == [] and "2026-10-15" in listed.text and "王**" in listed.text

    page = client.get(f"/households/{first}/income?quarter=2026Q3")
    assert faults(page.text) == []
    assert 'value="777.00"' in page.text  # what the last quarter was
    saved = client.post(f"/households/{first}/income?quarter=2026Q3", data={**AMOUNTS, "then": "next"})
    assert saved.location == f"/households/{second}/income?quarter=2026Q3"
    saved = client.post(f"/households/{second}/income?quarter=2026Q3", data={**AMOUNTS, "then": "next"})
    assert saved.location == f"/households/incomes?quarter=2026Q3&village={VILLAGE}"
    assert "全部填报完了" in client.get(saved.location).text

    assert [(s.household_id, s.operating_fen, s.operating_cost_fen) for s in snapshots()[1:]] == [
        (first, 2000_50, 500_00), (second, 2000_50, 500_00),
    ]  # fmt: skip
    again = client.post(f"/households/{first}/income?quarter=2026Q3", data={**AMOUNTS, "wage": "9"})
    assert again.status_code == 409 and "更正原因" in again.text and faults(again.text) == []
    corrected = client.post(
        f"/households/{first}/income?quarter=2026Q3", data={**AMOUNTS, "wage": "9", "reason": "多记"}
    )
    assert corrected.status_code == 303
    assert len(snapshots()) == 4


@pytest.mark.parametrize("wrong", [{"wage": ""}, {"wage": "-5"}, {"wage": "1e3"}, {"transfer": "1.234"}])
@pytest.mark.usefixtures("in_october")
def test_an_amount_that_is_none_is_refused_and_kept_in_the_form(
    client: FlaskClient, worker: Person, wrong: dict[str, str]
) -> None:
    home = homes.registered(homes.village_worker()[1]).id
    make.log_in(client, worker)
    answer = client.post(f"/households/{home}/income?quarter=2026Q3", data={**AMOUNTS, **wrong})

    assert answer.status_code == 409
    assert next(iter(wrong.values())) in answer.text
    assert snapshots() == []


def county(count: int = 6) -> list[int]:
    """Households of a village with two halves entered, both years."""
    by = homes.linkage_officer()[1]
    ids = [homes.registered(by, members=1).id for _ in range(count)]
    for n, home in enumerate(ids):
        for at in (Quarter(2025, 1), Quarter(2025, 2), Quarter(2026, 1), Quarter(2026, 2)):
            stored(home, at, 1000 + 100 * n + (500 if at.year == 2026 else 0))
    return ids


@pytest.mark.usefixtures("in_october")
def test_town_and_county_read_half_a_year(client: FlaskClient) -> None:
    county()
    for who in (homes.township_clerk()[0], homes.linkage_officer()[0]):
        make.log_in(client, who)
        page = client.get("/households/analysis?half=2026H1")
        assert faults(page.text) == []
        assert "3,500.00" in page.text  # the median of 3,000 … 4,000 yuan
        assert client.get("/households/red?quarter=2026Q2").status_code == 200
        assert faults(client.get("/households/targets").text) == []
    make.log_in(client, homes.village_worker()[0])
    for address in ("analysis", "red", "targets", "analysis.xlsx", "targets.xlsx"):
        assert client.get(f"/households/{address}").status_code == 403


@pytest.mark.usefixtures("in_october")
@pytest.mark.parametrize(("count", "shown"), [(4, False), (6, True)])
def test_a_sheet_of_few_households_says_few(client: FlaskClient, count: int, shown: bool) -> None:
    county(count)
    make.log_in(client, homes.township_clerk()[0])
    book = client.get("/households/analysis.xlsx?half=2026H1")
    [sheet] = sheets.read(book.data)

    cells = [cell for row in sheet.rows for cell in row]
    assert ("少于5户" in cells) is not shown
    assert ("3500" in cells) is shown


@pytest.mark.usefixtures("in_october")
def test_the_county_sets_targets_and_the_town_reads_them(client: FlaskClient) -> None:
    form = {"town": TOWN, "kind": "lifted", "target": "12", "reason": "年度任务"}
    make.log_in(client, homes.township_clerk()[0])
    assert client.post("/households/targets?year=2026", data=form).status_code == 403
    make.log_in(client, homes.linkage_officer()[0])
    assert client.post("/households/targets?year=2026", data={**form, "reason": ""}).status_code == 409
    assert client.post("/households/targets?year=2026", data={**form, "town": "999999999"}).status_code == 409
    assert client.post("/households/targets?year=2026", data=form).status_code == 303
    assert (
        client.post("/households/targets?year=2026", data={**form, "kind": "per_head", "target": "15000"}).status_code
        == 303
    )

    targets = db.session.scalars(sa.select(IncomeTarget).order_by(IncomeTarget.id)).all()
    assert [t.target for t in targets] == [12, 15_000_00]
    make.log_in(client, homes.township_clerk()[0])
    assert "15,000.00" in client.get("/households/targets?year=2026").text
    assert client.get("/households/targets.xlsx?year=2026").status_code == 200


@pytest.mark.usefixtures("in_october")
def test_finance_sees_counts_and_sums_of_five_or_more(client: FlaskClient) -> None:
    by = homes.linkage_officer()[1]
    for village, count in ((VILLAGE, 7), ("220681103201", 4), ("220681103202", 9)):
        for _ in range(count):
            stored(homes.registered(by, village=village).id, Quarter(2026, 3), 1234)
    finance = make.organisation(OrganisationKind.FINANCE)
    for role in (Role.FINANCE_OFFICER, Role.FINANCE_AUDITOR):
        make.log_in(client, make.seat(finance, role))
        page = client.get("/households/sums?quarter=2026Q3")
        assert faults(page.text) == []
        numbers = re.findall(r'<td class="num"[^>]*>(?:<span[^>]*>)?([^<]+)', page.text)
        assert "少于5户" in numbers and "不公布" in numbers and "20" in numbers and "9" in numbers
        assert "7" not in numbers and "4" not in numbers
        assert not re.search(r"[TH]\d{8,}|王\*", page.text)
        book = client.get("/households/sums.xlsx?quarter=2026Q3")
        cells = [cell for row in sheets.read(io.BytesIO(book.data).read())[0].rows for cell in row]
        assert "24700" in cells and "11100" in cells and "8600" not in cells  # 20 and 9 times 1,234 yuan, rounded
        for address in ("", "/analysis", "/red", "/targets", "/incomes", "/new"):
            assert client.get(f"/households{address}").status_code == 403


@pytest.mark.usefixtures("in_october")
def test_the_county_sets_the_line_from_a_day_on(client: FlaskClient) -> None:
    home = homes.registered(homes.linkage_officer()[1], members=1).id
    for n in range(4):
        stored(home, Quarter(2026, 3).plus(-n), 2900)
    make.log_in(client, homes.linkage_officer()[0])
    form = {"line": "11000", "fall": "15", "valid_from": "2026-09-01", "reason": "市里文件"}
    assert "H1032000001" not in client.get("/households/red?quarter=2026Q3").text
    before = client.get("/households/red?quarter=2026Q2").text
    assert client.post("/households/red/terms", data={**form, "fall": "0"}).status_code == 409
    assert client.post("/households/red/terms", data={**form, "line": "12000"}).status_code == 303

    after = client.get("/households/red?quarter=2026Q3")
    assert faults(after.text) == [] and "H1032000001" in after.text and "12,000.00" in after.text
    assert "12,000.00" not in client.get("/households/red?quarter=2026Q2").text  # as it was then
    assert "10,000.00" in before
    assert client.post("/households/red/terms", data={**form, "line": "12000"}).status_code == 409  # the same again
