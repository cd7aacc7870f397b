"""Goods by a sheet: faults by cell, all or nothing or without the bad, the same sheet twice changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Product
from catalog.models.revision import PriceChange, ProductRevision
from catalog.queries import offers as reading
from catalog.rules.facts import Season
from catalog.rules.pricing import Price
from catalog.rules.revision import RevisionState
from catalog.services import goods_batches, goods_import, goods_sheet, offers, products, revisions
from catalog.services.goods_import import GoodsLine
from core import clock, jobs, sheets
from core.db import db, transaction
from core.errors import Missing, Refused
from core.jobs.models import Job
from core.places import queries as places
from core.trail.models import AuditEvent
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalog import VILLAGE
from tests.make.catalogue_staff import Staff


@pytest.fixture
def of(app: Flask) -> Staff:
    make.village_is_exited()
    return staff.staff()


def row(**other: str) -> list[str]:
    given = {
        "own_code": "A001", "name": "示例秋木耳", "category": "黑木耳", "origin": places.names({VILLAGE})[VILLAGE].full,
        "description": "肉厚", "is_wild": "人工种养", "pack_name": "袋", "sale_mode": "按件结算", "content": "0.5",
        "unit": "公斤", "price": "42", "per": "元/整件", "min_packs": "1", "tolerance": "", "tax_mode": "",
        "invoice": "普票", "audience": "单位和居民", "tiers": "20=40", "stock": "100", "reason": "",
        "seasons": "9-10 秋耳", "ships_from": "", "presale_until": "",
    }  # fmt: skip
    return [{**given, **other}[name] for name in goods_sheet.COLUMNS]


def rehearsed(data: bytes, of: Staff) -> list[GoodsLine]:
    return goods_import.rehearsed(goods_import.rows_of(data), by=of.clerk)


def taken(data: bytes, of: Staff) -> str:
    with transaction():
        return goods_batches.take(data, name="商品.xlsx", by=of.clerk).token


def loaded(data: bytes, of: Staff, *, skip_bad: bool = False) -> list[str]:
    token = taken(data, of)
    with transaction():
        goods_batches.load(token, skip_bad=skip_bad, by=of.clerk)
    return verdicts(token, of)


def verdicts(token: str, of: Staff) -> list[str]:
    job = goods_batches.own(token, by=of.clerk)
    return [line.verdict for line in goods_batches.page(job, 1, only_faulty=False)[0]]


def acts(kind: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == kind)) or 0


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_preview_writes_nothing_and_a_load_does_what_it_showed(of: Staff) -> None:
    data = goods_sheet.workbook([row(), row(pack_name="箱", content="5", price="400", tiers="", stock="8")])
    assert [(line.verdict.value, line.done) for line in rehearsed(data, of)] == [
        ("new", ("product",)), ("changed", ("pack",)),
    ]  # fmt: skip
    assert count(Product) == 0
    assert loaded(data, of) == ["new", "changed"]
    packs = db.session.execute(
        select(Offer.pack_name, OfferVersion.pack_price_fen, OfferStock.on_hand)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .order_by(Offer.id)
    ).all()
    assert [tuple(one) for one in packs] == [("袋", 4_200, 50_000), ("箱", 40_000, 40_000)]


def test_the_same_sheet_twice_changes_nothing(of: Staff) -> None:
    data = goods_sheet.workbook([row()])
    loaded(data, of)
    assert [line.verdict.value for line in rehearsed(data, of)] == ["same"]
    with pytest.raises(Refused, match="goods-sheet-nothing"):
        loaded(data, of, skip_bad=True)
    assert count(OfferVersion) == 1


def test_what_is_exported_comes_back_as_the_same(of: Staff) -> None:
    loaded(goods_sheet.workbook([row(), row(own_code="A002", per="元/斤", price="39.5", tiers="")]), of)
    staff.brought_to_shelf(of)  # without an own number: found by its SKU
    lines = rehearsed(goods_sheet.export(of.clerk), of)
    assert [(line.verdict.value, line.faults) for line in lines] == [("same", ())] * 3


def test_only_stock_and_price_change(of: Staff) -> None:
    loaded(goods_sheet.workbook([row()]), of)
    changed = goods_sheet.workbook([row(price="43", stock="90")])
    assert rehearsed(changed, of)[0].done == ("price", "stock")
    loaded(changed, of)
    assert count(Product) == 1
    assert db.session.scalars(select(OfferStock.on_hand)).one() == 90 * 500


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        ("own_code", "", "A2"), ("category", "外星菜", "C2"), ("origin", "火星", "D2"), ("content", "0", "I2"),
        ("price", "1.23456", "K2"), ("price", "", "K2"), ("min_packs", "一", "M2"), ("tolerance", "3", "N2"),
        ("invoice", "专票", "P2"), ("tiers", "20", "R2"), ("tiers", "20=50", "R2"), ("stock", "-1", "S2"),
        ("description", "可以抗癌", "E2"), ("seasons", "13-14", "U2"), ("ships_from", "明天", "V2"),
        ("presale_until", "2027-01-01", "V2"),
    ],
)  # fmt: skip
def test_each_fault_names_its_cell(of: Staff, column: str, value: str, cell: str) -> None:
    (line,) = rehearsed(goods_sheet.workbook([row(**{column: value})]), of)
    assert (line.verdict.value, [where for where, _ in line.faults]) == ("refused", [cell])
    assert line.faults[0][1]


def test_all_faults_of_a_row_are_named_at_once(of: Staff) -> None:
    (line,) = rehearsed(goods_sheet.workbook([row(category="外星菜", price="", stock="x")]), of)
    assert [cell for cell, _ in line.faults] == ["C2", "K2", "S2"]


def test_all_or_nothing_or_without_the_bad(of: Staff) -> None:
    data = goods_sheet.workbook([row(), row(own_code="A002", price="")])
    with pytest.raises(Refused, match="goods-sheet-faulty"):
        loaded(data, of)
    assert count(Product) == 0
    assert loaded(data, of, skip_bad=True) == ["new", "refused"]
    assert count(Product) == 1
    left = sheets.read(goods_batches.faults(goods_batches.own(taken(data, of), by=of.clerk)))[0].rows
    assert [len(left), left[1][0]] == [2, "A002"]
    assert left[1][-1].startswith("K3")


def test_a_row_twice_and_another_content_are_refused(of: Staff) -> None:
    loaded(goods_sheet.workbook([row()]), of)
    lines = rehearsed(goods_sheet.workbook([row(content="1"), row()]), of)
    assert [line.faults[0][0] for line in lines] == ["I2", "A3"]


def test_of_listed_goods_facts_are_handed_in_and_a_jump_waits(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    (now,) = goods_sheet.rows_of(of.clerk)
    at = goods_sheet.COLUMNS.index
    now[at("name")], now[at("price")] = "示例黑木耳（秋）", "60"
    data = goods_sheet.workbook([now])
    assert rehearsed(data, of)[0].faults[0][0] == "T2"  # a jump wants its reason
    now[at("reason")] = "收购价上涨"
    loaded(goods_sheet.workbook([now]), of)
    assert db.session.scalars(select(ProductRevision.state).order_by(ProductRevision.id.desc())).first() is (
        RevisionState.CONTENT_CHECK
    )
    assert count(PriceChange) == 1
    shown = reading.sellable_list(for_units=True)[0]
    assert (shown.product_name, shown.pack_price_fen) == ("示例黑木耳", 3_000)
    assert [line.verdict.value for line in rehearsed(goods_sheet.workbook([now]), of)] == ["same"]
    assert product.id == shown.product_id


def test_nobody_changes_anothers_goods_by_a_sheet(of: Staff) -> None:
    loaded(goods_sheet.workbook([row()]), of)
    other = staff.staff(make.supplier())
    assert loaded(goods_sheet.workbook([row(name="别家的")]), other) == ["new"]
    names = db.session.scalars(select(Product.name).order_by(Product.id)).all()
    assert names == ["示例秋木耳", "别家的"]


def test_another_file_is_told_apart(of: Staff) -> None:
    with pytest.raises(Refused, match="goods-sheet-columns"), transaction():
        goods_batches.take(sheets.csv_text(["名字"], [["x"]]), name="别的.csv", by=of.clerk)


def presold() -> dict[str, str]:
    """A pre-sale from next month on, in the sheet's words."""
    return {"ships_from": f"{clock.today() + timedelta(30)}", "presale_until": f"{clock.today() + timedelta(9)}"}


def test_harvests_and_presales_come_and_go_by_the_sheet(of: Staff) -> None:
    first = row(seasons="4-6, 11-2 冬季大棚", **presold())
    loaded(goods_sheet.workbook([first, row(own_code="A002", seasons="")]), of)
    said = goods_sheet.rows_of(of.clerk)
    at = goods_sheet.COLUMNS.index
    assert [one[at("seasons")] for one in said] == ["4-6, 11-2 冬季大棚", ""]
    assert [one[at("ships_from") :] for one in said] == [first[at("ships_from") :], ["", ""]]
    again = rehearsed(goods_sheet.export(of.clerk), of)
    assert [(line.verdict.value, line.faults) for line in again] == [("same", ())] * 2
    said[0][at("seasons")], said[0][at("ships_from")], said[0][at("presale_until")] = "5-6", "", ""
    assert rehearsed(goods_sheet.workbook(said), of)[0].done == ("facts", "price")
    loaded(goods_sheet.workbook(said), of)
    assert [one.verdict.value for one in rehearsed(goods_sheet.workbook(said), of)] == ["same", "same"]


def test_an_export_says_what_is_in_force_and_beside_it_what_waits(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    offer = db.session.scalars(select(Offer).where(Offer.product_id == product.id)).one()
    with transaction():
        products.edit(product.id, replace(staff.draft(), name="示例秋木耳", seasons=(Season(9, 10),)), by=of.clerk)
        revisions.submit(product.id, by=of.clerk)
        version_id = offer.current_version_id or 0
        offers.change_price(offer.id, Price(600_000, 500), seen_version_id=version_id, by=of.clerk, reason="示例歉收")
    data = goods_sheet.export(of.clerk)
    goods, _, waits = (sheet.rows for sheet in sheets.read(data))
    assert (goods[0][-1], goods[1][1], goods[1][10], goods[1][-1]) == ("修改稿", "示例黑木耳", "30.00", "待内容审核")
    assert waits[0] == ["自编货号", "商品名称", "规格名称", "改了什么", "现在", "改为", "状态"]
    assert [row[2:] for row in waits[1:]] == [
        ["", "名称", "示例黑木耳", "示例秋木耳", "待内容审核"],
        ["", "采收月份", "", "9-10", "待内容审核"],
        ["袋", "每件价格（元）", "30.00", "60.00", "待复审"],
    ]
    before = acts("revision-written"), count(PriceChange), count(OfferVersion)
    assert [(line.verdict.value, line.faults) for line in rehearsed(data, of)] == [("same", ())]  # nothing is undone
    with pytest.raises(Refused, match="goods-sheet-nothing"):
        loaded(data, of)
    assert (acts("revision-written"), count(PriceChange), count(OfferVersion)) == before
    assert (
        db.session.scalars(select(ProductRevision.state).order_by(ProductRevision.id.desc())).first() == "content_check"
    )


def test_a_row_that_is_refused_leaves_no_act_in_the_trail(of: Staff) -> None:
    loaded(goods_sheet.workbook([row()]), of)
    before = acts("product-created") + acts("product-edited"), acts("pack-added")
    changed = row(name="示例改名", content="1")  # the name is taken, then the pack refuses
    loaded(goods_sheet.workbook([changed, row(own_code="A002")]), of, skip_bad=True)
    assert db.session.scalars(select(Product.name).order_by(Product.id)).all() == ["示例秋木耳", "示例秋木耳"]
    assert (acts("product-created") + acts("product-edited"), acts("pack-added")) == (before[0] + 1, before[1] + 1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets of more than four rows are long, and done three at a time."""
    monkeypatch.setattr(goods_batches, "AT_ONCE", 4)
    monkeypatch.setattr(goods_batches, "SLICE", 3)
    monkeypatch.setattr(goods_batches, "TOLD_EVERY", 2)


def long_sheet(**last: str) -> bytes:
    """Eight rows of seven products; the two packs of A003 stand apart."""
    rows = [row(own_code=f"A{n:03d}") for n in range(1, 8)]
    other = row(own_code="A003", pack_name="箱", content="5", price="400", tiers="")
    return goods_sheet.workbook([*rows[:-1], row(own_code="A007", **last), other])


def test_a_long_sheet_is_judged_in_parts_and_shown_in_pages(of: Staff, short: None) -> None:
    token = taken(long_sheet(price=""), of)
    job = goods_batches.own(token, by=of.clerk)
    assert (job.state, job.done, job.total) == ("running", 0, 8)
    jobs.run(jobs.due()[0])
    db.session.rollback()
    assert (job.state, job.done) == ("running", 4)  # both packs of A003 in one part
    jobs.run_due()
    db.session.rollback()
    assert (job.state, job.done, count(Product)) == ("done", 8, 0)
    assert job.result["count"] == {"new": 6, "changed": 1, "same": 0, "refused": 1}
    assert [line.row_no for line in goods_batches.page(job, 1, only_faulty=True)[0]] == [8]
    with pytest.raises(Missing):
        goods_batches.own(token, by=staff.staff(make.supplier()).clerk)


def test_a_long_sheet_is_loaded_in_parts_without_its_bad_rows(of: Staff, short: None) -> None:
    token = taken(long_sheet(price=""), of)
    jobs.run_due()
    with transaction():
        goods_batches.load(token, skip_bad=True, by=of.clerk)
    with pytest.raises(Refused, match="goods-sheet-busy"), transaction():
        goods_batches.load(token, skip_bad=True, by=of.clerk)
    jobs.run_due()
    assert (count(Product), count(Offer), acts("goods-sheet-loaded")) == (6, 7, 1)
    assert goods_batches.own(token, by=of.clerk).state == "done"


def test_a_long_sheet_is_loaded_whole_or_not_at_all(of: Staff, short: None) -> None:
    token = taken(long_sheet(), of)
    jobs.run_due()
    with transaction():
        goods_batches.load(token, skip_bad=False, by=of.clerk)
    loaded(goods_sheet.workbook([row(own_code="A005", content="9")]), of)  # meanwhile: its pack holds something else
    jobs.run_due()
    job = goods_batches.own(token, by=of.clerk)
    assert (job.state, job.result["refused"], job.done) == ("failed", "goods-sheet-faulty", 8)
    assert (count(Product), acts("goods-sheet-loaded")) == (1, 1)
    token = taken(long_sheet(), of)
    jobs.run_due()
    with pytest.raises(Refused, match="goods-sheet-faulty"), transaction():
        goods_batches.load(token, skip_bad=False, by=of.clerk)


def test_ten_thousand_rows_are_read_and_one_more_is_refused(of: Staff) -> None:
    first = row()
    rows = [[f"B{n}", *first[1:]] for n in range(goods_sheet.MOST_ROWS + 1)]
    assert len(goods_import.rows_of(sheets.csv_text(goods_sheet.titles(), rows[:-1]))) == 10_000
    with pytest.raises(Refused, match="goods-sheet-long"), transaction():
        goods_batches.take(sheets.csv_text(goods_sheet.titles(), rows), name="长.csv", by=of.clerk)
    assert count(Job) == 0
