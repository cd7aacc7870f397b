"""The goods tree, restricted goods, watched words, proofs and reference prices, as those keep them who may."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catalog.models.product import Category, CategoryRestriction, SearchDirty
from catalog.models.reference import ReferenceImport, ReferencePrice
from catalog.queries import claims, restricted
from catalog.queries import offers as reading
from catalog.rules.certificates import CertificateKind
from catalog.rules.words import WordKind
from catalog.services import goods_tree, offers, products, proofs, reference_prices, restrictions
from catalog.services.restrictions import NewRow
from core import clock, sheets
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalogue_staff import Staff


@pytest.fixture
def of(app: Flask) -> Staff:
    make.village_is_exited()
    return staff.staff()


@pytest.fixture
def officer(app: Flask) -> Actor:
    body = make.organisation(OrganisationKind.AGRICULTURE)
    return make.actor(make.seat(body, Role.AGRICULTURE_OFFICER), body, Role.AGRICULTURE_OFFICER)


# --- the tree ------------------------------------------------------------------------------------------


def test_an_alias_leads_to_one_leaf_only_and_search_is_told(of: Staff) -> None:
    staff.brought_to_shelf(of)
    leaf = staff.category("fungi-muer")
    before = db.session.scalars(select(SearchDirty.rev)).one()
    with transaction():
        goods_tree.add_alias(leaf, "黑菜", by=of.operator)
    assert "黑菜" in db.session.get_one(Category, leaf).aliases.split()
    assert db.session.scalars(select(SearchDirty.rev)).one() == before + 1
    for taken in ("黑菜", "蘑菇", "香菇"):
        with pytest.raises(Refused, match="category-name-taken"), transaction():
            goods_tree.add_alias(staff.category("fungi-houtou"), taken, by=of.operator)
    with transaction():
        goods_tree.drop_alias(leaf, "黑菜", by=of.operator)
    assert "黑菜" not in db.session.get_one(Category, leaf).aliases.split()


def test_a_closed_leaf_takes_no_new_goods_and_keeps_the_old(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    with transaction():
        goods_tree.close(staff.category("fungi-muer"), by=of.operator)
    assert len(reading.sellable_list(for_units=True)) == 1
    with pytest.raises(Refused, match="category-closed"), transaction():
        products.create(staff.draft(), by=of.clerk)
    with transaction():
        products.edit(product.id, replace(staff.draft(), description="肉厚"), by=of.clerk)


def test_a_leaf_moves_and_a_new_one_is_named_once(of: Staff) -> None:
    veg = staff.category("veg")
    with transaction():
        leaf = goods_tree.add_leaf(veg, "veg-celery", "芹菜", by=of.operator)
        goods_tree.move(leaf.id, staff.category("wild"), by=of.operator)
    assert db.session.get_one(Category, leaf.id).parent_id == staff.category("wild")
    for code, name in (("veg-celery", "西芹"), ("Veg", "西芹"), ("veg-x", "芹菜")):
        with pytest.raises(Refused, match=r"category-(code|name-taken)"), transaction():
            goods_tree.add_leaf(veg, code, name, by=of.operator)


# --- rule 70 --------------------------------------------------------------------------------------------


def test_a_row_bars_at_once_and_is_ended_not_changed(of: Staff, officer: Actor) -> None:
    staff.brought_to_shelf(of)
    leaf = staff.category("fungi-muer")
    assert reading.sellable_list(for_units=True)[0].barred_for("hospital") is None
    with transaction():
        row = restrictions.add(NewRow(leaf, False, "hospital", "示例文件1号", clock.today()), by=officer)
    assert reading.sellable_list(for_units=True)[0].barred_for("hospital") == "示例文件1号"
    assert restricted.warnings(leaf, is_wild=False, on=clock.today()) == {"示例文件1号": ["hospital"]}
    with pytest.raises(Refused, match="restriction-known"), transaction():
        restrictions.add(NewRow(leaf, False, "hospital", "示例文件2号", clock.today()), by=officer)
    with transaction():
        restrictions.end(row.id, clock.today() - timedelta(days=1), by=officer)
    assert reading.sellable_list(for_units=True)[0].barred_for("hospital") is None
    with pytest.raises(Refused, match="restriction-ended"), transaction():
        restrictions.end(row.id, clock.today(), by=officer)


def test_goods_that_grow_wild_are_barred_whatever_their_leaf(of: Staff, officer: Actor) -> None:
    product = staff.brought_to_shelf(of)
    assert reading.sellable_list(for_units=True)[0].barred_for("school") is None  # cultivated
    with transaction():
        products.withdraw(product.id, "", by=of.clerk)
        products.edit(product.id, replace(staff.draft(), is_wild=True), by=of.clerk)
        products.submit(product.id, by=of.clerk)
    with transaction():
        products.confirm_origin(product.id, by=of.township)
    with transaction():
        products.approve(product.id, by=of.operator)
    offer = reading.sellable_list(for_units=True)[0]
    assert offer.is_wild
    assert offer.barred_for("school")
    assert offer.barred_for("bureau") is None
    with transaction():
        restrictions.add(NewRow(None, True, "bureau", "示例文件3号", clock.today()), by=officer)
    assert reading.sellable_list(for_units=True)[0].barred_for("bureau") == "示例文件3号"


def test_a_restriction_is_about_something_and_never_in_the_past(of: Staff, officer: Actor) -> None:
    count = db.session.scalar(select(func.count(CategoryRestriction.id)))
    for row, code in (
        (NewRow(None, False, "any", "x", clock.today()), "restriction-about-nothing"),
        (NewRow(staff.category("veg"), False, "any", "x", date(2020, 1, 1)), "day-past"),
    ):
        with pytest.raises(Refused, match=code), transaction():
            restrictions.add(row, by=officer)
    assert db.session.scalar(select(func.count(CategoryRestriction.id))) == count


def test_a_word_is_watched_from_its_day_and_no_longer(of: Staff) -> None:
    with transaction():
        made = restrictions.add_word(WordKind.HEALTH_CLAIM, "排毒养颜", "示例公告", by=of.operator)
    with pytest.raises(Refused, match="health-claim") as refusal, transaction():
        products.create(replace(staff.draft(), description="排 毒養颜"), by=of.clerk)
    assert refusal.value.facts == {"word": "排毒养颜", "source": "示例公告"}
    with pytest.raises(Refused, match="word-known"), transaction():
        restrictions.add_word(WordKind.HEALTH_CLAIM, "排毒养颜", "示例公告", by=of.operator)
    with transaction():
        restrictions.end_word(made.id, by=of.operator)
    assert claims.watched("排毒养颜", WordKind.HEALTH_CLAIM) is None


def test_a_protected_species_needs_its_proof_and_leaves_the_shelf_with_it(of: Staff) -> None:
    with transaction():
        product = products.create(staff.draft("示例红景天", "herb-wuweizi"), by=of.clerk)
        offers.add_pack(product.id, staff.pack(), by=of.clerk, packs_on_hand=3)
    with pytest.raises(Refused, match="proof-missing"), transaction():
        products.submit(product.id, by=of.clerk)
    today = clock.today()
    paper = proofs.Proof("人工培植证明", "SL-1", "示例林业局", today, today + timedelta(days=5))
    with transaction():
        proof = proofs.add(product.id, paper, by=of.clerk)
        products.submit(product.id, by=of.clerk)
    with transaction():
        products.confirm_origin(product.id, by=of.township)
    with transaction():
        products.approve(product.id, by=of.operator)
    make.certificate(of.supplier, CertificateKind.GREEN, product.id)  # no ingredient: a badge gives it its place
    assert len(reading.sellable_list(for_units=True)) == 1
    assert reading.sellable_list(for_units=True, on=today + timedelta(days=6)) == []
    with pytest.raises(Refused, match="proof-known"), transaction():
        proofs.add(product.id, paper, by=of.clerk)
    with transaction():
        proofs.withdraw(proof.id, by=of.operator)
    assert reading.sellable_list(for_units=True) == []


# --- reference prices ------------------------------------------------------------------------------------


def file(*rows: tuple[str, ...]) -> bytes:
    return sheets.csv_text(reference_prices.titles(), rows)


TODAY_ROW = ("黑木耳", "临江市", "25", "斤", clock.today().isoformat(), "示例采价")


def test_the_same_file_twice_adds_nothing(of: Staff, officer: Actor) -> None:
    data = file(TODAY_ROW, ("木耳", "吉林省", "48", "公斤", clock.today().isoformat(), "示例采价"))
    with transaction():
        taken = reference_prices.load(data, file_name="a.csv", by=officer)
        assert (taken.added, taken.known) == (2, 0)
    with pytest.raises(Refused, match="reference-nothing-new") as refusal, transaction():
        reference_prices.load(data, file_name="a.csv", by=officer)
    assert refusal.value.facts == {"known": 2}
    assert db.session.scalar(select(func.count(ReferencePrice.id))) == 2
    assert db.session.scalar(select(func.count(ReferenceImport.id))) == 1


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [(0, "外星菜", "A2"), (1, "火星", "B2"), (2, "1.23456", "C2"), (2, "", "C2"), (3, "筐", "D2"),
     (4, "2999-01-01", "E2"), (4, "昨天", "E2"), (5, "", "F2")],
)  # fmt: skip
def test_each_fault_names_its_cell(of: Staff, column: int, value: str, cell: str) -> None:
    row = tuple(value if n == column else one for n, one in enumerate(TODAY_ROW))
    (line,) = reference_prices.preview(file(row))
    assert (line.verdict.value, line.cell) == ("refused", cell)
    assert line.problem


def test_another_price_of_the_same_source_is_no_silent_change(of: Staff, officer: Actor) -> None:
    with transaction():
        reference_prices.load(file(TODAY_ROW), file_name="a.csv", by=officer)
    other = (*TODAY_ROW[:2], "26", *TODAY_ROW[3:])
    kilos = (*TODAY_ROW[:2], "50", "公斤", *TODAY_ROW[4:])
    refused, same = reference_prices.preview(file(other, kilos))
    assert (refused.verdict.value, same.verdict.value) == ("refused", "same")


def test_dear_goods_are_flagged_by_the_nearest_and_newest(of: Staff, officer: Actor) -> None:
    staff.brought_to_shelf(of)  # 30 yuan a 斤
    day = clock.today().isoformat()
    with transaction():
        reference_prices.load(
            file(("黑木耳", "全国", "10", "斤", day, "示例"), ("黑木耳", "临江市", "25", "斤", day, "示例")),
            file_name="a.csv", by=officer,
        )  # fmt: skip
    (offer,) = reading.compared(reading.sellable_list(for_units=True))
    assert offer.reference is not None
    assert (offer.reference.area, offer.is_dear) == ("220681", False)  # 1.2 × exactly
    with transaction():
        reference_prices.load(file(("黑木耳", "临江市", "24.99", "斤", day, "示例二")), file_name="b.csv", by=officer)
    (offer,) = reading.compared(reading.sellable_list(for_units=True))
    assert offer.is_dear


# --- pages ---------------------------------------------------------------------------------------------------


def test_the_pages_open_for_those_who_keep_them(client: FlaskClient, of: Staff) -> None:
    make.log_in(client, of.operator_person)
    assert "黑木耳" in client.get("/operator/categories").text
    leaf = staff.category("fungi-muer")
    assert client.post(f"/operator/categories/{leaf}/alias", data={"alias": "黑菜"}).status_code == 303
    assert client.post(f"/operator/categories/{leaf}/alias", data={"alias": "黑菜"}).status_code == 409
    assert "抗癌" in client.get("/operator/words").text
    assert client.get("/goods/restrictions").status_code == 403
    body = make.organisation(OrganisationKind.AGRICULTURE)
    person = make.seat(body, Role.AGRICULTURE_OFFICER)
    make.log_in(client, person)
    page = client.get("/goods/restrictions")
    assert "学校食品安全与营养健康管理规定" in page.text
    row = {"category": leaf, "canteen_kind": "school", "document": "示例文件", "valid_from": clock.today().isoformat()}
    assert client.post("/goods/restrictions", data=row).status_code == 303
    upload = {"file": (io.BytesIO(file(TODAY_ROW)), "a.csv")}
    preview = client.post("/goods/reference-prices/preview", data=upload, content_type="multipart/form-data")
    token = preview.text.split('name="token" value="')[1].split('"')[0]
    assert client.post("/goods/reference-prices/load", data={"token": token}).status_code == 303
    assert "示例采价" in client.get("/goods/reference-prices").text
