"""Ten thousand goods, revisions and prices that wait: lists of clerks and checkers, the quick page, last pages."""

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import Offer, OfferStock, OfferVersion, StockMove
from catalog.models.product import Product
from catalog.models.revision import PriceChange, ProductRevision
from catalog.queries import desk, revisions, shelf
from catalog.rules.listing import ProductState
from catalog.rules.pricing import Price
from catalog.services import goods_sheet, offers, products
from catalog.services import revisions as revising
from core.db import db, transaction
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalogue_staff import Staff
from tests.support.copies import beside, copied, number
from tests.support.hygiene import faults
from tests.support.statements import statements
from tests.support.timing import seconds

ROWS = 10_000
SECONDS = 0.5
"""Far above what a page takes alone; a missing index or a statement per row would break it."""


def many() -> Staff:
    """One supplier's goods, a third of them on the shelf with a revision and a price that wait, a third with the
    township, a third with the platform.
    """
    make.village_is_exited()
    of = staff.staff()
    product = staff.brought_to_shelf(of)
    offer = db.session.scalars(sa.select(Offer).where(Offer.product_id == product.id)).one()
    with transaction():
        products.edit(product.id, replace(staff.draft(), name="示例秋木耳"), by=of.clerk)
        revision = revising.submit(product.id, by=of.clerk)
        asked = offers.change_price(offer.id, Price(900_000, 500), seen_version_id=offer.current_version_id or 0,
                                    by=of.clerk, reason="示例涨价")  # fmt: skip
        states = [ProductState.LISTED, ProductState.ORIGIN_CHECK, ProductState.CONTENT_CHECK]
        state = sa.case(*((number() % 3 == n, one.value) for n, one in enumerate(states)))
        minutes = sa.func.make_interval(0, 0, 0, 0, 0, number())
        goods = copied(
            Product, product.id, ROWS, sku=sa.func.concat("L", number()), own_code=sa.func.concat("A", number()),
            name=sa.func.concat("示例木耳", number()), state=state, updated_at=Product.updated_at + minutes,
        )  # fmt: skip
        packs = copied(Offer, offer.id, ROWS, product_id=beside(goods), current_version_id=None)
        versions = copied(OfferVersion, offer.current_version_id or 0, ROWS, offer_id=beside(packs))
        db.session.execute(
            sa.insert(OfferStock).from_select(
                ["offer_id", "on_hand", "reserved"],
                sa.select(sa.func.unnest(sa.literal(packs, sa.ARRAY(sa.BigInteger))), 10_000, 500),
            )
        )
        db.session.execute(
            sa.update(Offer)
            .values(current_version_id=OfferVersion.id)
            .where(OfferVersion.offer_id == Offer.id, Offer.current_version_id.is_(None))
        )
        move = db.session.scalars(sa.select(StockMove.id).where(StockMove.offer_id == offer.id)).first() or 0
        copied(StockMove, move, ROWS, offer_id=beside(packs))
        copied(ProductRevision, revision.id, ROWS, product_id=beside(goods))
        copied(PriceChange, asked.id, ROWS, offer_id=beside(packs), base_version_id=beside(versions))
    return of


def timed(act: Callable[[], object]) -> tuple[float, int]:
    with statements() as sent:
        act()
    return seconds(act, times=2), len(sent)


def test_ten_thousand_goods_stay_quick(app: Flask) -> None:
    of = many()
    clerk, township, operator = of.clerk, of.township, of.operator
    last = ROWS // 3 // desk.PAGE
    acts: dict[str, Callable[[], object]] = {
        "own": lambda: desk.own_products(clerk),
        "own, last page": lambda: desk.own_products(clerk, page=ROWS // desk.PAGE),
        "own, one state": lambda: desk.own_products(clerk, ProductState.RETURNED),
        "own, counts": lambda: desk.own_counts(clerk),
        "township": lambda: desk.waiting(township),
        "township, last page": lambda: desk.waiting(township, page=last),
        "platform": lambda: desk.waiting(operator),
        "platform, last page": lambda: desk.waiting(operator, page=last),
        "changed": lambda: revisions.waiting(operator),
        "changed, last page": lambda: revisions.waiting(operator, page=ROWS // revisions.PAGE),
        "prices": revisions.prices_waiting,
        "prices, last page": lambda: revisions.prices_waiting(page=ROWS // revisions.PAGE),
        "counts": lambda: desk.to_check_counts(operator),
        "all": lambda: desk.everything("木耳99"),
        "all, last page": lambda: desk.everything(page=ROWS // desk.PAGE),
        "all, count": lambda: desk.everything_count("木耳99"),
        "quick": lambda: shelf.rows(clerk),
        "quick, words": lambda: shelf.rows(clerk, words="木耳 99"),
        "quick, last page": lambda: shelf.rows(clerk, page=ROWS // shelf.PAGE),
        "moves": lambda: shelf.moves(clerk),
        "moves, last page": lambda: shelf.moves(clerk, page=ROWS // 50),
    }
    found = {name: timed(act) for name, act in acts.items()}
    assert {name: took for name, (took, _) in found.items() if took > SECONDS} == {}
    assert {name: count for name, (_, count) in found.items()} == {
        "own": 3, "own, last page": 3, "own, one state": 2, "own, counts": 2, "township": 2, "township, last page": 2,
        "platform": 2, "platform, last page": 2, "changed": 1, "changed, last page": 1, "prices": 1,
        "prices, last page": 1, "counts": 3, "all": 2, "all, last page": 2, "all, count": 1, "quick": 3,
        "quick, words": 3, "quick, last page": 3, "moves": 3, "moves, last page": 3,
    }  # fmt: skip
    assert desk.to_check_counts(operator) == {
        desk.CheckList.GOODS: 3_333, desk.CheckList.CHANGED: ROWS + 1, desk.CheckList.PRICES: ROWS + 1,
    }  # fmt: skip
    with statements() as sent:
        assert len(goods_sheet.rows_of(clerk)) == ROWS + 1
    assert len(sent) == 5
    client = app.test_client()
    make.log_in(client, of.operator_person)
    pages = {
        "goods": (67, "3333 件"),
        "changed": (201, "10001 件"),
        "prices": (201, "10001 件"),
        "nonsense": (1, "3333 件"),
    }
    for name, (page, total) in pages.items():
        shown = client.get(f"/operator/products?list={name}&page={page}").text
        assert f"共 {total}" in shown and faults(shown) == [], name
