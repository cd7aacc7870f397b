"""A product's page: what a buyer looks at, at a pinned cost."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from catalog.models.product import Product
from catalog.queries.product_page import product_page
from catalog.rules.certificates import CertificateKind
from catalog.rules.offer import SaleMode
from catalog.rules.supplier import SupplierStatus
from core.db import db
from core.quantity import BaseUnit
from tests import make
from tests.support.statements import statements

DAY = date(2026, 11, 23)


def sku_of(product_id: int) -> str:
    return db.session.scalars(select(Product.sku).where(Product.id == product_id)).one()


def test_the_page_shows_packs_papers_and_who_made_it(app: Flask) -> None:
    of = make.supplier("示例合作社")
    offer = make.product(of, name="示例蓝莓", category="fruit-blueberry", on_hand=12_000)
    make.product(of, name="示例草莓", category="fruit-strawberry")
    make.product(of, name="示例白菜", category="veg-cabbage")
    make.certificate(of, CertificateKind.ORGANIC, offer.product_id)
    make.certificate(of, CertificateKind.SC)
    make.certificate(of, CertificateKind.GREEN, valid_to=date(2026, 11, 22))
    for _ in range(6):
        make.linkage(of, make.household())
    sku = sku_of(offer.product_id)

    with statements() as sent:
        page = product_page(sku, on=DAY)

    assert len(sent) == 11  # two for the public figures of the county, kept for a minute outside tests
    assert page is not None
    assert (page.name, page.supplier_name, page.households.count) == ("示例蓝莓", "示例合作社", 6)
    assert [p.kind for p in page.papers] == [CertificateKind.ORGANIC, CertificateKind.SC]
    assert [(p.price_fen, p.compared_fen, p.free_packs) for p in page.packs] == [(2_600, 260, 2)]
    assert [c.name for c in page.similar] == ["示例草莓"]
    assert page.pictures == []
    assert page.art == "blueberry"


def test_a_piece_is_compared_by_the_piece(app: Flask) -> None:
    offer = make.product(
        make.supplier(),
        category="meat-egg",
        base_unit=BaseUnit.PIECE,
        sale_mode=SaleMode.BY_PACK,
        price_fen_x100=12_000,
        basis_qty=1,
        pack_qty=30,
    )
    page = product_page(sku_of(offer.product_id), on=DAY)
    assert page is not None
    assert (page.packs[0].price_fen, page.packs[0].compared_fen) == (3_600, 120)


def test_what_may_not_be_seen_has_no_page(app: Flask) -> None:
    gone = make.product(make.supplier(status=SupplierStatus.SUSPENDED))
    draft = make.product(make.supplier(), listed=False)
    assert product_page(sku_of(gone.product_id), on=DAY) is None
    assert product_page(sku_of(draft.product_id), on=DAY) is None
    assert product_page("NOSUCH", on=DAY) is None
