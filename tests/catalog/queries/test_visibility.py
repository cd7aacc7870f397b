"""The conditions in SQL say what the rules say, for every mix of facts."""

import itertools
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.standing import standings
from catalog.queries.visibility import visible
from catalog.rules.certificates import CertificateKind, CertificateStatus, Held
from catalog.rules.listing import Goods, ProductState, hidden, listing_class
from catalog.rules.supplier import SupplierStatus
from core import settings
from core.db import db, transaction
from tests import make
from tests.make.catalog import VILLAGE

DAY = date(2026, 11, 23)
ELSEWHERE = "220681101200"
CATEGORIES = {  # code: (is it food, the licence it needs)
    "veg-cabbage": (True, None),
    "grain-rice": (True, CertificateKind.SC),
    "meat-pork": (True, CertificateKind.QUARANTINE),
    "herb-ginseng": (False, None),
    "juice-blueberry": (False, CertificateKind.SC),
}
PAPERS = {
    "none": None,
    "today": (DAY, CertificateStatus.ACTIVE),
    "ended": (DAY - timedelta(days=1), CertificateStatus.ACTIVE),
    "suspended": (DAY, CertificateStatus.SUSPENDED),
    "pending": (DAY, CertificateStatus.PENDING),
}
START = date(2024, 1, 1)


def held(kind: CertificateKind, paper: str) -> list[Held]:
    found = PAPERS[paper]
    return [] if found is None else [Held(kind, START, found[0], found[1])]


def test_sql_and_rules_agree_on_class_and_on_what_is_hidden(app: Flask) -> None:
    expected: dict[int, Goods] = {}
    with transaction():
        make.village_is_exited()
        checkers = (make.person("镇"), make.person("平台"))
        sellers = [make.supplier(status=status) for status in (SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED)]
        for code, paper, badge in itertools.product(CATEGORIES, PAPERS, PAPERS):
            is_food, licence = CATEGORIES[code]
            of = make.supplier()
            papers = held(licence, paper) if licence else []
            for one in papers:
                make.certificate(of, one.kind, valid_from=START, valid_to=one.valid_to, status=one.status)
            for village in (VILLAGE, ELSEWHERE):
                offer = make.product(of, category=code, origin=village, exited=False, checkers=checkers)
                badges = held(CertificateKind.GREEN, badge)
                for one in badges:
                    make.certificate(
                        of, one.kind, offer.product_id, valid_from=START, valid_to=one.valid_to, status=one.status
                    )
                goods = Goods(
                    ProductState.LISTED, SupplierStatus.ACTIVE, is_food, village == VILLAGE, licence,
                    (*papers, *badges),
                )  # fmt: skip
                expected[offer.product_id] = goods
        for seller, state in itertools.product(sellers, (ProductState.LISTED, ProductState.WITHDRAWN)):
            offer = make.product(seller, checkers=checkers, exited=False)
            db.session.get_one(Product, offer.product_id).state = state
            expected[offer.product_id] = Goods(state, seller.status, is_ingredient=True, origin_eligible=True)
        settings.put("listing.local", True, valid_from=DAY + timedelta(days=1), reason="试点", author_id=None)

    for on, is_open in ((DAY, False), (DAY + timedelta(days=1), True)):
        found = standings(list(expected), on=on)
        for product_id, goods in expected.items():
            standing = found[product_id]
            assert standing.listing_class == listing_class(goods, on, local_is_open=is_open), goods
            assert standing.hidden == hidden(goods, on, local_is_open=is_open), goods
        seen = {i for i, goods in expected.items() if hidden(goods, on, local_is_open=is_open) is None}
        query = sa.select(Product.id).join(Category, Category.id == Product.category_id)
        assert (
            set(db.session.scalars(query.join(Supplier, Supplier.id == Product.supplier_id).where(visible(on)))) == seen
        )
