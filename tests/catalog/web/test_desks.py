"""The desks of the catalogue as people use them: a clerk, the township, the operator; hygiene of their pages."""

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Certificate, Product, ProductPicture
from catalog.models.supplier import FreightRule, Supplier
from catalog.queries import offers as offer_queries
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.listing import ProductState
from catalog.rules.supplier import SupplierStatus
from core import clock
from core.db import db
from core.files.models import StoredFile
from core.people.models import Person
from tests import make
from tests.make import catalogue_staff
from tests.make.catalog import VILLAGE
from tests.make.catalogue_staff import Staff
from tests.support.statements import statements


@pytest.fixture
def staff(app: Flask) -> Staff:
    make.village_is_exited()
    return catalogue_staff.staff()


def at(client: FlaskClient, who: Person) -> FlaskClient:
    make.log_in(client, who)
    return client


def photo() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "green").save(out, "JPEG")
    out.seek(0)
    return out


def product_form(**given: object) -> dict[str, object]:
    form = {"name": "示例黑木耳", "category": catalogue_staff.category("fungi-muer"), "origin": VILLAGE}
    return {**form, "description": "肉厚无根", **given}


PACK = {
    "pack_name": "袋", "content": "0.5", "unit": "kg", "sale_mode": "by_pack", "price": "30", "per": "pack",
    "tolerance": "2", "min_packs": "1", "tax_mode": "exempt", "audience": "everybody", "on_hand": "20",
}  # fmt: skip


def only(model: type) -> object:
    db.session.expire_all()
    return db.session.scalars(select(model)).one()


def written(client: FlaskClient) -> int:
    """A product with a picture and a pack, through the clerk's forms; its id."""
    form = product_form(pictures=(photo(), "a.jpg"))
    answer = client.post("/supplier/products/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    assert client.post(answer.location, data=PACK).status_code == 303
    return int(re.findall(r"products/(\d+)", answer.location)[0])


def test_three_people_bring_a_product_to_the_shop(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    assert 'form="submit"' in client.get(f"/supplier/products/{product_id}").text
    assert client.post(f"/supplier/products/{product_id}/submit").status_code == 303
    assert 'form="submit"' not in client.get(f"/supplier/products/{product_id}").text

    at(client, staff.township_person)
    assert "示例黑木耳" in client.get("/township/products").text
    assert "商品产地等待核实" in client.get("/desk").text
    assert client.post(f"/township/products/{product_id}/confirm").status_code == 303

    at(client, staff.operator_person)
    assert "示例黑木耳" in client.get("/operator/products").text
    assert client.post(f"/operator/products/{product_id}/approve").status_code == 303

    client.post("/logout")
    assert "示例黑木耳" in client.get("/products").text
    offer = offer_queries.sellable_list(for_units=False)[0]
    assert (offer.pack_price_fen, offer.pack_qty, offer.free_packs) == (3_000, 500, 20)
    assert db.session.scalars(select(ProductPicture.position)).all() == [1]


def test_a_price_can_be_typed_per_jin_kilo_piece_or_pack(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    for price, per, weight, expected in (
        ("2.6", "jin", "5", 2_600),
        ("5.2", "kg", "5", 2_600),
        ("26", "pack", "5", 2_600),
    ):
        form = {
            **PACK,
            "pack_name": f"箱{per}",
            "content": weight,
            "price": price,
            "per": per,
            "sale_mode": "by_weight",
        }
        assert client.post(f"/supplier/products/{product_id}/packs/new", data=form).status_code == 303
        version = db.session.scalars(select(OfferVersion).order_by(OfferVersion.id.desc())).first()
        assert version is not None
        assert (version.pack_price_fen, version.tol_bp) == (expected, 200)


def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_written(client: FlaskClient, staff: Staff) -> None:
    at(client, staff.clerk_person)
    answer = client.post("/supplier/products/new", data=product_form(name=""))
    assert answer.status_code == 409
    assert "请填写这一项" in answer.text
    assert db.session.scalars(select(Product)).all() == []
    for wrong in ({"category": 1}, {"category": ""}, {"origin": "220681"}):
        answer = client.post("/supplier/products/new", data=product_form(**wrong))
        assert answer.status_code == 409
        assert "field__error" in answer.text
        assert "Not a valid" not in answer.text
    product_id = written(client)
    for wrong in (
        {"price": "1.23456"},
        {"price": "0"},
        {"content": "abc"},
        {"tolerance": "11", "sale_mode": "by_weight"},
    ):
        answer = client.post(f"/supplier/products/{product_id}/packs/new", data={**PACK, **wrong})
        assert answer.status_code == 409, wrong
    assert len(db.session.scalars(select(Offer)).all()) == 1


def test_price_stock_and_stop(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    offer = only(Offer)
    assert isinstance(offer, Offer)
    here = f"/supplier/products/{product_id}/packs/{offer.id}"
    terms = {"price": "33", "per": "pack", "tolerance": "", "min_packs": "2", "tax_mode": "exempt", "reason": ""}
    assert client.post(here, data=terms).status_code == 303
    assert client.post(here, data={**terms, "price": "50"}).status_code == 303  # nobody has seen it on the shelf
    seen = {**terms, "price": "51", "seen": "1"}
    late = client.post(here, data=seen)
    assert late.status_code == 409
    assert "刚才已被改为" in late.text
    assert client.post(f"{here}/stock", data={"packs": "7"}).status_code == 303
    assert "其中可售 7 件" in client.get(here).text
    stock = only(OfferStock)
    assert isinstance(stock, OfferStock)
    assert stock.on_hand == 7 * 500
    assert client.post(f"{here}/stop").status_code == 303
    assert client.get(here).status_code == 404


def test_the_township_returns_with_a_reason_and_the_clerk_reads_it(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    client.post(f"/supplier/products/{product_id}/submit")
    at(client, staff.township_person)
    assert client.post(f"/township/products/{product_id}/return", data={"reason": ""}).status_code == 409
    assert client.post(f"/township/products/{product_id}/return", data={"reason": "村码不对"}).status_code == 303
    at(client, staff.clerk_person)
    assert "被退回的商品" in client.get("/desk").text
    assert "村码不对" in client.get(f"/supplier/products/{product_id}").text


def test_a_certificate_comes_in_with_its_scan_and_is_verified(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    form = {
        "kind": "green", "number": "lb-20-2611071234a", "issuer": "示例中心", "valid_from": "2024-01-01",
        "valid_to": "2099-01-01", "products": str(product_id), "scan": (photo(), "证书.jpg"),
    }  # fmt: skip
    answer = client.post("/supplier/certificates/new", data={**form, "number": "x"}, content_type="multipart/form-data")
    assert answer.status_code == 409
    form["scan"] = (photo(), "证书.jpg")
    answer = client.post("/supplier/certificates/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    made = only(Certificate)
    assert isinstance(made, Certificate)
    assert (made.number, made.status) == ("LB-20-2611071234A", CertificateStatus.PENDING)
    token = db.session.scalars(select(StoredFile.token).where(StoredFile.id == made.file_id)).one()
    at(client, staff.township_person)
    assert client.get(f"/files/{token}").status_code == 404
    at(client, staff.operator_person)
    with client.get(f"/files/{token}") as scan:
        assert scan.status_code == 200
    assert "LB-20-2611071234A" in client.get("/register/certificates").text
    assert client.post(f"/register/certificates/{made.id}/verify").status_code == 303
    assert only(Certificate).status is CertificateStatus.ACTIVE  # type: ignore[attr-defined]


def test_a_paper_that_ends_soon_waits_in_the_inbox(client: FlaskClient, staff: Staff) -> None:
    at(client, staff.clerk_person)
    make.certificate(staff.supplier, CertificateKind.SC, valid_to=clock.today() + timedelta(days=181))
    assert "快到期" not in client.get("/desk").text
    make.certificate(staff.supplier, CertificateKind.GREEN, valid_to=clock.today() + timedelta(days=90))
    assert "快到期" in client.get("/desk").text


def test_the_operator_suspends_a_supplier_and_its_page_is_gone(client: FlaskClient, staff: Staff) -> None:
    at(client, staff.operator_person)
    page = f"/suppliers/{staff.supplier.id}"
    assert client.get(page).status_code == 200
    here = f"/operator/suppliers/{staff.supplier.id}"
    assert client.post(here, data={"act": "suspend", "reason": ""}).status_code == 409
    assert client.post(here, data={"act": "admit", "reason": "x"}).status_code == 409
    assert client.post(here, data={"act": "suspend", "reason": "质量投诉"}).status_code == 303
    assert db.session.get_one(Supplier, staff.supplier.id).status is SupplierStatus.SUSPENDED
    assert client.get(page).status_code == 404


def test_the_storefront_is_ones_own(client: FlaskClient, staff: Staff) -> None:
    at(client, staff.clerk_person)
    answer = client.post("/supplier/storefront", data={"story": "带动<b>五户", "base": "8", "free_above": "99"})
    assert answer.status_code == 303
    rule = db.session.get_one(FreightRule, staff.supplier.id)
    assert (rule.base_fen, rule.free_above_fen) == (800, 9_900)
    assert "带动&lt;b&gt;五户" in client.get(f"/suppliers/{staff.supplier.id}").text


def test_foreign_ids_are_alike_404(client: FlaskClient, staff: Staff) -> None:
    other = catalogue_staff.staff(make.supplier())
    product_id = written(at(client, other.clerk_person))
    offer_id = db.session.scalars(select(Offer.id)).one()
    at(client, staff.clerk_person)
    for path in ("", "/edit", "/withdraw", "/packs/new", f"/packs/{offer_id}"):
        assert client.get(f"/supplier/products/{product_id}{path}").status_code == 404, path
    for path, data in (
        ("/submit", {}), ("/withdraw", {}), ("/edit", product_form()), ("/packs/new", PACK),
        ("/pictures", {"place-1": "1"}), ("/copy", {}), ("/revision/submit", {}), ("/revision/drop", {}),
        (f"/packs/{offer_id}/stock", {"packs": "1"}), (f"/packs/{offer_id}/stop", {}),
    ):  # fmt: skip
        assert client.post(f"/supplier/products/{product_id}{path}", data=data).status_code == 404, path
    assert client.get("/supplier/products/99999999999999999999").status_code in {400, 404}
    assert client.get("/operator/products").status_code == 403
    at(client, staff.township_person)
    assert client.get(f"/township/products/{product_id}").status_code == 404  # a draft is nobody's to check
    assert db.session.get_one(Product, product_id).state is ProductState.DRAFT


def test_the_village_page_publishes_only_from_five_households_on(client: FlaskClient, staff: Staff) -> None:
    households = [make.household() for _ in range(4)]
    for one in households:
        make.linkage(staff.supplier, one)
    assert "少于5户" in client.get(f"/villages/{VILLAGE}").text
    make.linkage(staff.supplier, make.household())
    assert "带动 5 户" in client.get(f"/villages/{VILLAGE}").text
    # the only village below five in its town hides the next smallest as well
    make.linkage(staff.supplier, make.household(village="220681103201"))
    assert "户数不公布" in client.get(f"/villages/{VILLAGE}").text
    assert client.get("/villages/000000000000").status_code == 404


def test_lists_cost_the_same_however_long(client: FlaskClient, staff: Staff) -> None:
    costs = []
    for more in (1, 6):
        for _ in range(more):
            make.product(staff.supplier)
        at(client, staff.clerk_person)
        with statements() as sent:
            assert client.get("/supplier/products").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_every_page_is_clean(client: FlaskClient, staff: Staff) -> None:
    product_id = written(at(client, staff.clerk_person))
    client.post(f"/supplier/products/{product_id}/submit")
    offer_id = db.session.scalars(select(Offer.id)).one()
    mine = f"/supplier/products/{product_id}"
    paper = make.certificate(staff.supplier, CertificateKind.GREEN, product_id, valid_to=date(2025, 1, 1))
    make.certificate(staff.supplier, CertificateKind.SC)
    pages = {
        staff.clerk_person: (
            "/supplier/products", "/supplier/products/new", mine, f"{mine}/withdraw", f"{mine}/packs/new",
            f"{mine}/packs/{offer_id}", f"{mine}/edit", "/supplier/certificates", "/supplier/certificates/new",
            f"/supplier/certificates/{paper.id}",
            "/supplier/storefront",
        ),
        staff.township_person: ("/township/products", f"/township/products/{product_id}"),
        staff.operator_person: (
            "/operator/products", "/operator/products/all?q=木耳&state=draft", "/operator/products/all",
            f"/operator/products/{product_id}", "/register/certificates", f"/register/certificates/{paper.id}",
            "/operator/suppliers",
            f"/operator/suppliers/{staff.supplier.id}", f"/suppliers/{staff.supplier.id}", f"/villages/{VILLAGE}",
        ),
    }  # fmt: skip
    for who, paths in pages.items():
        at(client, who)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            hygiene(answer.text, path)


def hygiene(page: str, path: str) -> None:
    """A title, one main heading, ids once, labelled fields, no stray template words."""
    assert re.search(r"<title>[^<]+</title>", page), path
    assert len(re.findall(r"<h1", page)) == 1, path
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids)), (path, [i for i in ids if ids.count(i) > 1])
    labelled = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', page))
    fields = re.findall(r'<(?:input|select|textarea)\b[^>]*class="input[^>]*\bid="([^"]+)"', page)
    assert set(fields) <= labelled, (path, set(fields) - labelled)
    assert "None" not in re.sub(r"<[^>]+>", "", page), path
