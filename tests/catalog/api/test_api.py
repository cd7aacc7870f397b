"""The open catalogue for machines: what it answers, what it refuses, what it never tells."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.supplier import Supplier
from catalog.rules.certificates import CertificateKind, CertificateStatus
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalog import TOWN, VILLAGE
from tests.support.statements import statements

PROBLEM = "application/problem+json"


@pytest.fixture
def shop(app: Flask) -> Supplier:
    """A supplier with two listed products, one of them with a badge, and a household behind it."""
    of = make.supplier("示例山货合作社")
    make.linkage(of, make.household("H-SECRET-1"))
    first = make.product(of, name="示例白菜")
    make.product(of, name="示例萝卜")
    make.certificate(of, CertificateKind.GREEN, first.product_id)
    make.certificate(of, CertificateKind.SC, status=CertificateStatus.PENDING)
    return of


def got(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    found: dict[str, Any] = answer.get_json()
    return found


def test_products_are_listed_found_and_shown_alone(client: FlaskClient, shop: Supplier) -> None:
    listed = got(client, "/products?size=1")
    assert (listed["total"], listed["pages"], len(listed["items"])) == (2, 2, 1)
    badged = got(client, "/products?certificate=green")["items"]
    assert [item["name"] for item in badged] == ["示例白菜"]
    assert badged[0]["supplier"] == {"code": shop.code, "name": "示例山货合作社"}
    assert badged[0]["price"]["price_fen"] == 2_600
    one = got(client, f"/products/{badged[0]['sku']}")
    assert [pack["price_fen"] for pack in one["packs"]] == [2_600]
    assert one["badges"][0]["kind"] == "green"


@pytest.mark.parametrize(
    ("query", "count"),
    [("town=220681103", 2), ("village=220681103200", 2), ("village=220681103201", 0), ("category=veg-cabbage", 2),
     ("category=nothing", 0), ("supplier=SZZZZZZ", 0), ("least_fen=2601", 0), ("most_fen=2600", 2), ("counts=true", 2),
     ("page=9", 0)],
)  # fmt: skip
def test_filters_narrow_and_a_page_beyond_the_end_is_empty(
    client: FlaskClient, shop: Supplier, query: str, count: int
) -> None:
    assert len(got(client, f"/products?{query}")["items"]) == count


def test_suppliers_villages_and_certificates(client: FlaskClient, shop: Supplier) -> None:
    (seller,) = got(client, f"/suppliers?town={TOWN}&q=山货")["items"]
    assert got(client, f"/suppliers/{shop.code}") == seller and seller["products"] == 2
    assert got(client, f"/villages/{VILLAGE}")["is_exited"] is True
    assert VILLAGE in {item["code"] for item in got(client, f"/villages?town={TOWN}&exited=true")["items"]}
    (paper,) = got(client, f"/certificates?supplier={shop.code}")["items"]
    assert (paper["kind"], paper["standing"], len(paper["covers"])) == ("green", "active", 1)
    assert got(client, f"/certificates/{paper['code']}") == paper
    page = client.get(paper["url"])
    assert page.status_code == 200 and paper["number"] in page.text


def test_a_revoked_certificate_is_told_and_a_pending_one_never(client: FlaskClient, app: Flask) -> None:
    of = make.supplier()
    revoked = make.certificate(of, CertificateKind.GREEN, status=CertificateStatus.REVOKED)
    pending = make.certificate(of, CertificateKind.SC, status=CertificateStatus.PENDING)
    assert got(client, f"/certificates/{revoked.code}")["standing"] == "revoked"
    assert client.get(f"/api/v1/certificates/{pending.code}").status_code == 404
    assert client.get(f"/certificates/{pending.code}").status_code == 404


def test_no_household_and_no_account_is_told(client: FlaskClient, shop: Supplier) -> None:
    paths = ("/products", "/suppliers", "/villages", "/certificates", f"/suppliers/{shop.code}", f"/villages/{VILLAGE}")
    told = "".join(client.get(f"/api/v1{path}").text for path in paths)
    for secret in ("H-SECRET", "household", shop.bank_account_no, shop.legal_person + '"', "bank", "phone"):
        assert secret not in told


def test_who_has_it_already_gets_304(client: FlaskClient, shop: Supplier) -> None:
    first = client.get("/api/v1/products")
    tag = first.headers["ETag"]
    again = client.get("/api/v1/products", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert "max-age=60" in first.headers["Cache-Control"] and "public" in first.headers["Cache-Control"]
    make.product(shop, name="示例大葱")
    assert client.get("/api/v1/products", headers={"If-None-Match": tag}).status_code == 200
    assert client.get("/api/v1/products", headers={"If-None-Match": '"\\x00,,W/'}).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"), ("page=999999999999999999999999", "page"), ("page=1e3", "page"), ("page=", "page"),
        ("page=１", "page"), ("size=101", "size"), ("size=-1", "size"), ("q=%00", "q"), ("q=a%0Ab", "q"),
        ("q=" + "x" * 81, "q"), ("sort=worst", "sort"), ("counts=1", "counts"),
        ("town=22068110", "town"), ("village=%F0%9F%8D%84", "village"), ("pages=1", "pages"), ("page=1&page=2", "page"),
        ("least_fen=9223372036854775808", "least_fen"), ("supplier=%27--", "supplier"), ("%00=1", "\x00"),
    ],
)  # fmt: skip
def test_hostile_parameters_get_400_with_the_fault_named(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/products?{query}")
    assert (answer.status_code, answer.mimetype) == (400, PROBLEM)
    body = answer.get_json()
    assert [fault["parameter"] for fault in body["faults"]] == [parameter]
    assert body["status"] == 400 and body["detail"].endswith("faults。")


@pytest.mark.parametrize(
    "path", ["/products/%00", "/products/../x", "/villages/1", "/suppliers/%F0%9F%8D%84", "/products/" + "9" * 99]
)
def test_hostile_codes_get_400_or_404(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code in {400, 404}
    assert answer.mimetype == PROBLEM


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nothing", "GET", 404), ("/products", "POST", 405), ("/products/NONE", "GET", 404)]
)
def test_failures_are_problems_in_chinese(client: FlaskClient, path: str, method: str, status: int) -> None:
    answer = client.open(f"/api/v1{path}", method=method)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.get_json()["detail"].endswith("。")
    assert status != 405 or "GET" in answer.headers["Allow"]


def test_lists_cost_the_same_however_long(client: FlaskClient, shop: Supplier) -> None:
    def cost(path: str) -> int:
        with statements() as seen:
            got(client, path)
        return len(seen)

    paths = ("/products", "/suppliers", "/villages", "/certificates")
    before = [cost(path) for path in paths]
    for _ in range(5):
        other = make.supplier()
        offer = make.product(other)
        make.certificate(other, CertificateKind.ORGANIC, offer.product_id)
    assert [cost(path) for path in paths] == before


def test_the_page_and_the_description_say_the_same(client: FlaskClient) -> None:
    described = got(client, "/openapi.json")
    page = client.get("/api/v1").text
    assert described["openapi"].startswith("3.1")
    for path, item in described["paths"].items():
        assert f"/api/v1{path}" in page
        (operation,) = item.values()
        assert all(param["name"] in page for param in operation["parameters"])
        assert all(param["description"] != param["name"] for param in operation["parameters"])


def test_a_scan_behind_the_badge_is_shown_once_an_office_opened_it(client: FlaskClient, app: Flask) -> None:
    of = staff.staff()
    made = make.certificate(of.supplier, CertificateKind.GREEN)
    assert "扫描件没有公开" in client.get(f"/certificates/{made.code}").text
