"""The doors of 832 files: upload to undo, who may see what, hostile files, headers explained once."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import jobs, sheets
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from procurement.models.external import ExternalOrder, ImportBatch, ImportRow
from procurement.models.ledger import QuotaBalance
from procurement.rules.p832 import ImportState
from procurement.services.imports import committing, reading
from tests import make
from tests.make import p832
from tests.support.statements import statements


class Office:
    """A unit with its payer and a finance bureau with its officer, both able to log in."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.unit = make.unit("示例一中")
        self.payer = make.seat(self.unit, Role.UNIT_PAYER)
        self.bureau = make.organisation(OrganisationKind.FINANCE, "示例财政局")
        self.officer = make.seat(self.bureau, Role.FINANCE_OFFICER)

    def as_(self, who: Person) -> FlaskClient:
        make.log_in(self.client, who)
        return self.client

    def send(self, who: Person, data: bytes, name: str = "832.csv", **fields: str) -> Any:
        form = {"file": (io.BytesIO(data), name), **fields}
        return self.as_(who).post("/p832/imports", data=form, content_type="multipart/form-data")


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return Office(client)


def batches() -> list[ImportBatch]:
    return list(db.session.scalars(sa.select(ImportBatch).order_by(ImportBatch.id)))


def counted() -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(QuotaBalance.counted_fen), 0)).where(QuotaBalance.scheme_code == "N")
    return int(db.session.scalar(query) or 0)


def test_a_file_goes_from_upload_to_undo(office: Office) -> None:
    rows = [p832.row(office.unit), p832.row(office.unit, paid_fen="12.345")]
    answer = office.send(office.officer, p832.csv_file(rows, "gb18030"), total="112.34")
    page = office.client.get(answer.location).text
    assert "金额“12.345”的小数太多" in page
    assert "P3 实付金额" in page

    assert office.client.post(f"{answer.location}/commit", data={"mode": "all"}).status_code == 409
    assert counted() == 0
    assert office.client.post(f"{answer.location}/commit", data={"mode": "skip"}).status_code == 303
    assert counted() == 100_00

    assert office.client.get(f"{answer.location}/undo").status_code == 200
    assert office.client.post(f"{answer.location}/undo").status_code == 303
    assert counted() == 0
    assert "已撤销" in office.client.get(answer.location).text


def test_skipped_rows_come_back_as_a_workbook_with_the_problem(office: Office) -> None:
    rows = [p832.row(office.unit), p832.row(office.unit, status="飞走了")]
    answer = office.send(office.officer, p832.csv_file(rows))

    data = office.client.get(f"{answer.location}/refused.xlsx").data

    (sheet,) = sheets.read(data)
    assert len(sheet.rows) == 2
    assert sheet.rows[1][0] == rows[1]["order_no"]
    assert "不认识订单状态“飞走了”" in sheet.rows[1][-2]


def test_corrected_rows_of_that_workbook_can_be_brought_in(office: Office) -> None:
    answer = office.send(office.officer, p832.csv_file([p832.row(office.unit, paid_fen="x")]))
    (sheet,) = sheets.read(office.client.get(f"{answer.location}/refused.xlsx").data)
    place = sheet.rows[0].index("实付金额")
    sheet.rows[1][place] = "55.00"

    again = office.send(office.officer, sheets.csv_text(sheet.rows[0], sheet.rows[1:]))
    office.client.post(f"{again.location}/mapping", data=mapping_of(again.location))
    office.client.post(f"{again.location}/commit", data={"mode": "all"})

    assert counted() == 55_00


def mapping_of(location: str) -> dict[str, str]:
    batch = db.session.scalars(sa.select(ImportBatch).where(ImportBatch.token == location.rsplit("/", 1)[1])).one()
    return {f"c{place}": field for place, field in batch.mapping.items()}


def test_unknown_headers_are_asked_about_once(office: Office) -> None:
    head = p832.titles()
    head[15], head[20] = "总价", "收货人"
    data = p832.csv_file([p832.row(office.unit)], head=head)
    answer = office.send(office.officer, data)
    page = office.client.get(answer.location).text
    assert "“总价”是" in page
    assert "还缺必填内容：实付金额" in page

    refused = office.client.post(f"{answer.location}/mapping", data=mapping_of(answer.location))
    assert refused.status_code == 409
    assert "请为它们各选一列" in refused.text
    office.client.post(f"{answer.location}/mapping", data=mapping_of(answer.location) | {"c15": "paid_fen", "c20": ""})
    assert batches()[0].state is ImportState.PREVIEW

    office.send(office.officer, p832.csv_file([p832.row(office.unit)], head=head))

    assert batches()[1].state is ImportState.PREVIEW
    assert batches()[1].counts["rows_new"] == 1


def test_a_large_file_is_worked_on_by_jobs_with_progress(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 5)
    monkeypatch.setattr(reading, "SLICE", 4)
    rows = [p832.row(office.unit) for _ in range(11)]
    answer = office.send(office.officer, p832.csv_file(rows))
    working = office.client.get(answer.location)
    assert working.headers["Refresh"] == "2"
    assert "正在读取" in working.text
    assert jobs.run_due() == 3

    office.client.post(f"{answer.location}/commit", data={"mode": "all"})
    assert "正在导入" in office.client.get(answer.location).text
    jobs.run_due()

    db.session.expire_all()
    assert (batches()[0].state, counted()) == (ImportState.COMMITTED, 1100_00)


def test_a_job_that_is_refused_leaves_the_file_to_be_looked_at_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 1)
    officer = make.actor(office.officer, office.bureau, Role.FINANCE_OFFICER)
    rows = [p832.row(office.unit) for _ in range(2)]
    answer = office.send(office.payer, p832.csv_file(rows))
    jobs.run_due()
    office.client.post(f"{answer.location}/commit", data={"mode": "all"})
    monkeypatch.setattr(reading, "AT_ONCE", 10)
    p832.bring(officer, [rows[0] | {"paid_fen": "7.00"}])
    before = counted()
    assert jobs.run_due() == 1

    db.session.expire_all()
    assert batches()[0].state is ImportState.PREVIEW
    assert counted() == before == 7_00
    assert "后台处理没有完成" in office.client.get(answer.location).text


HOSTILE = {
    "formula": '=HYPERLINK("http://x","y")',
    "script": "<script>alert(1)</script>",
    "bidi": "示例\u202e一中\u200b",
    "long": "长" * 5000,
    "huge": "9" * 400,
    "exponent": "1e308",
    "negative": "-1",
    "sql": "'; DROP TABLE external_order; --",
    "nan": "NaN",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_cells_break_nothing(office: Office, kind: str) -> None:
    fields = [*p832.row(office.unit)]
    rows = [p832.row(office.unit) | {field: HOSTILE[kind]} for field in fields]

    answer = office.send(office.officer, p832.xlsx_file(rows), "832.xlsx")
    assert answer.status_code == 303
    page = office.client.get(answer.location)
    done = office.client.post(f"{answer.location}/commit", data={"mode": "skip"})

    assert page.status_code == 200
    assert done.status_code in {303, 409}  # 409: no row is left
    assert "<script>alert" not in page.text
    assert office.client.get("/p832/orders").status_code == 200
    assert office.client.get(f"{answer.location}/refused.xlsx").status_code == 200


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\1\2\3" * 50, b"PK\x03\x04broken", "订单号\n".encode(), b"\xff\xfe\x00\xd8", b"a,b\n" * 20_000],
    ids=["empty", "binary", "zip", "header", "surrogate", "rows"],
)
def test_a_file_that_is_none_is_refused_and_nothing_is_kept(office: Office, data: bytes) -> None:
    answer = office.send(office.officer, data)

    assert answer.status_code == 409
    assert batches() == []


def test_a_form_without_a_file_is_refused(office: Office) -> None:
    assert office.as_(office.officer).post("/p832/imports", data={}).status_code == 409


def test_foreign_batches_and_orders_are_missing(office: Office) -> None:
    other = make.unit("示例医院")
    stranger = make.seat(other, Role.UNIT_PAYER)
    location = office.send(office.payer, p832.csv_file([p832.row(office.unit)])).location
    office.client.post(f"{location}/commit", data={"mode": "all"})
    order_id = db.session.scalars(sa.select(ExternalOrder.id)).one()
    client = office.as_(stranger)

    for path in (location, f"{location}/refused.xlsx", f"{location}/undo", f"/p832/orders/{order_id}"):
        assert client.get(path).status_code == 404, path
    for act in ("undo", "discard", "commit", "mapping"):
        assert client.post(f"{location}/{act}", data={"mode": "skip"}).status_code == 404, act
    assert client.post(f"/p832/orders/{order_id}/split", data={"canteen": "1", "union": "1"}).status_code == 404
    assert counted() == 100_00
    assert "8322026" not in client.get("/p832/orders").text


def test_who_has_no_right_is_kept_out(office: Office) -> None:
    auditor = make.seat(office.bureau, Role.FINANCE_AUDITOR)
    clerk = make.seat(make.organisation(OrganisationKind.SUPPLIER), Role.SUPPLIER_CLERK)

    assert office.send(auditor, p832.csv_file([p832.row(office.unit)])).status_code == 403
    assert office.client.get("/p832/imports").status_code == 200
    assert office.client.get("/p832/names").status_code == 403
    for path in ("/p832/imports", "/p832/orders", "/p832/names"):
        assert office.as_(clerk).get(path).status_code == 403
    assert office.as_(office.payer).post("/p832/names", data={"name": "x", "unit": "1"}).status_code == 403


def test_finance_names_a_unit_and_its_orders_count(office: Office) -> None:
    location = office.send(office.officer, p832.csv_file([p832.row("示例第一中学"), p832.row("示例第一中学")])).location
    office.client.post(f"{location}/commit", data={"mode": "all"})
    assert counted() == 0
    assert "1 个 832 单位名称待确认归属" in office.client.get("/desk").text
    assert "示例第一中学" in office.client.get("/p832/names").text

    answer = office.client.post("/p832/names", data={"name": "示例第一中学", "unit": str(office.unit.id), "alias": "1"})
    assert answer.status_code == 303
    assert counted() == 200_00
    office.send(office.officer, p832.csv_file([p832.row("示例第一中学")]))

    assert batches()[1].counts["counted_fen"] == 100_00
    assert office.client.post("/p832/names", data={"name": "无", "unit": str(office.unit.id)}).status_code == 409


def test_a_unit_says_how_an_order_is_split_and_it_counts(office: Office) -> None:
    line = p832.row(office.unit, purchase_type="食堂+工会")
    location = office.send(office.payer, p832.csv_file([line])).location
    office.client.post(f"{location}/commit", data={"mode": "all"})
    order_id = db.session.scalars(sa.select(ExternalOrder.id)).one()
    path = f"/p832/orders/{order_id}"
    assert "食堂和工会各多少" in office.client.get(path).text
    assert "待填食堂和工会金额" in office.client.get("/desk").text

    assert office.client.post(f"{path}/split", data={"canteen": "60", "union": "60"}).status_code == 409
    assert counted() == 0
    assert office.client.post(f"{path}/split", data={"canteen": "60", "union": "40"}).status_code == 303

    assert counted() == 100_00
    union = db.session.scalar(sa.select(sa.func.sum(QuotaBalance.union_fen)))
    assert union == 40_00
    again = office.send(office.payer, p832.csv_file([line]))
    assert "相同" in office.client.get(again.location).text
    assert batches()[1].counts["orders_same"] == 1


def test_pages_cost_the_same_however_much_they_list(office: Office) -> None:
    def cost(number: int) -> tuple[int, int]:
        location = office.send(
            office.officer, p832.csv_file([p832.row(office.unit, remark=str(number)) for _ in range(number)])
        ).location
        with statements() as preview:
            assert office.client.get(location).status_code == 200
        office.client.post(f"{location}/commit", data={"mode": "all"})
        with statements() as listing:
            assert office.client.get("/p832/orders").status_code == 200
        return len(preview), len(listing)

    assert cost(1) == cost(40)


def test_an_order_page_tells_why_it_counts_per_scheme(office: Office) -> None:
    location = office.send(office.officer, p832.csv_file([p832.row(office.unit, purchase_type="工会")])).location
    office.client.post(f"{location}/commit", data={"mode": "all"})
    order_id = db.session.scalars(sa.select(ExternalOrder.id)).one()

    page = office.client.get(f"/p832/orders/{order_id}").text

    assert "不是本口径的采购渠道" in page
    assert "不是本口径的经费" in page
    assert "第 1 版" in page
    assert office.client.get("/p832/orders/999999999").status_code == 404


def test_templates_are_read_again_without_questions(office: Office) -> None:
    for kind in ("xlsx", "csv"):
        data = office.as_(office.officer).get(f"/p832/imports/template.{kind}").data
        rows = sheets.read(data)[0].rows
        assert "订单号*" in rows[-1]


def test_a_discarded_file_keeps_no_rows(office: Office) -> None:
    location = office.send(office.officer, p832.csv_file([p832.row(office.unit)])).location
    office.client.post(f"{location}/discard")

    assert batches()[0].state is ImportState.DISCARDED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) == 0
    assert office.client.post(f"{location}/commit", data={"mode": "all"}).status_code == 409


def test_two_workers_take_a_file_over_once(office: Office) -> None:
    location = office.send(office.officer, p832.csv_file([p832.row(office.unit)])).location
    batch = batches()[0]
    officer = make.actor(office.officer, office.bureau, Role.FINANCE_OFFICER)
    with transaction():
        committing.take_over(batch.token, committing.Mode.ALL, by=officer)

    assert office.client.post(f"{location}/commit", data={"mode": "all"}).status_code == 409
    assert counted() == 100_00
