"""Ten thousand products, suppliers and certificates: the API's lists and their last pages, the office's register."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.models.supplier import Supplier
from catalog.queries import certificate_register
from catalog.queries.certificate_register import Narrowed
from catalog.rules.certificates import CertificateKind, CertificateLife
from core.db import any_of, db, transaction
from core.organisations.models import Organisation
from tests import make
from tests.support.cleaning import Cleaner
from tests.support.copies import beside, copied, number
from tests.support.statements import statements
from tests.support.timing import seconds

ROWS = 10_000
SECONDS = 1.0
"""Far above what a page takes alone; a missing index or a statement per row would break it."""


@pytest.fixture
def county(app: Flask, cleaner: Cleaner) -> Flask:
    """As many suppliers as products as certificates, each product with a pack, a stock and a green badge."""
    of = make.supplier("示例山货合作社")
    first = make.product(of)
    paper = make.certificate(of, CertificateKind.GREEN, first.product_id)
    with transaction():
        bodies = copied(Organisation, of.organisation_id, ROWS, name=sa.func.concat("示例社", number()), code=None)
        sellers = copied(Supplier, of.id, ROWS, organisation_id=beside(bodies), code=sa.func.concat("S", number()))
        goods = copied(Product, first.product_id, ROWS, supplier_id=beside(sellers), sku=sa.func.concat("L", number()))
        packs = copied(Offer, first.id, ROWS, product_id=beside(goods), current_version_id=None)
        copied(OfferVersion, first.current_version_id or 0, ROWS, offer_id=beside(packs))
        papers = copied(
            Certificate, paper.id, ROWS, supplier_id=beside(sellers), code=sa.func.concat("C", number()),
            number=sa.func.concat("SLX", number()), valid_to=Certificate.valid_to + number() % 900,
        )  # fmt: skip
        db.session.execute(
            sa.insert(CertificateProduct),
            [{"certificate_id": c, "product_id": p} for c, p in zip(papers, goods, strict=True)],
        )
        db.session.execute(sa.insert(OfferStock), [{"offer_id": one, "on_hand": 5_000, "reserved": 0} for one in packs])
        db.session.execute(
            sa.update(Offer)
            .values(current_version_id=OfferVersion.id)
            .where(OfferVersion.offer_id == Offer.id, any_of(Offer.id, packs))
        )
    cleaner.connection.execute("ANALYZE")  # as a server knows its tables
    return app


PATHS = {
    "/products": 9, "/products?page=417": 9, "/products?certificate=green&sort=price": 7, "/suppliers": 3,
    "/suppliers?page=417": 3, "/suppliers?q=社99": 3, "/villages": 3, "/certificates": 5, "/certificates?page=417": 5,
    "/certificates?kind=green&page=400": 5, "/certificates/C77": 5, "/suppliers/S77": 2, "/products/L77": 11,
}  # fmt: skip
REGISTER = {
    "register": lambda: certificate_register.register(Narrowed()),
    "last page": lambda: certificate_register.register(Narrowed(), page=9_999),
    "words": lambda: certificate_register.register(Narrowed(None, None, "示例社 99")),
    "active": lambda: certificate_register.register(Narrowed(CertificateLife.ACTIVE)),
}


def test_lists_of_ten_thousand_answer_in_time(county: Flask) -> None:
    client = county.test_client()
    acts = {path: _get(client, path) for path in PATHS} | REGISTER
    found = {name: _timed(act) for name, act in acts.items()}
    assert {name: took for name, (took, _) in found.items() if took > SECONDS} == {}
    assert {name: count for name, (_, count) in found.items()} == PATHS | dict.fromkeys(REGISTER, 4)
    last = client.get("/api/v1/products?size=100&page=101").get_json()
    assert (last["total"], len(last["items"])) == (ROWS + 1, 1)


def _get(client: FlaskClient, path: str) -> Callable[[], object]:
    def act() -> None:
        answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text

    return act


def _timed(act: Callable[[], object]) -> tuple[float, int]:
    with statements() as sent:
        act()
    return seconds(act, times=2), len(sent)
