"""The shop's list: narrowed, counted and ordered by the database, at a pinned cost."""

from datetime import date

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from catalog.models.offer import OfferStock
from catalog.models.product import Category, Product
from catalog.queries.goods import Filters, PriceBand
from catalog.queries.shop import Sort, shop_page
from catalog.rules.certificates import CertificateKind
from catalog.rules.offer import OfferAudience
from catalog.rules.ranking import RUN, spread
from catalog.rules.supplier import SupplierStatus
from core.db import db, transaction
from tests import make
from tests.make.catalog import VILLAGE
from tests.support.statements import statements

DAY = date(2026, 11, 23)
OTHER_TOWN = "220681101200"


def category_id(code: str) -> int:
    return db.session.scalars(select(Category.id).where(Category.code == code)).one()


def names(filters: Filters | None = None, **kw: object) -> list[str]:
    return [card.name for card in shop_page(filters, on=DAY, **kw).cards]  # type: ignore[arg-type]


def stock_of_goods() -> None:
    """Four products: two suppliers, two towns, three bands, one badge, one pack for units."""
    first, second = make.supplier("示例合作社"), make.supplier("示例农场")
    muer = make.product(first, category="fungi-muer", name="示例黑木耳", price_fen_x100=300_000, pack_qty=500)
    make.product(first, category="veg-cabbage", name="示例白菜", price_fen_x100=26_000, pack_qty=5_000)
    make.product(second, category="veg-radish", name="示例萝卜", price_fen_x100=20_000, audience=OfferAudience.UNITS)
    make.product(second, category="fruit-blueberry", name="示例蓝莓", price_fen_x100=1_000_000, pack_qty=500,
                 origin=OTHER_TOWN)  # fmt: skip
    make.certificate(first, CertificateKind.GREEN, muer.product_id)


def test_everything_visible_with_its_card(app: Flask) -> None:
    stock_of_goods()
    page = shop_page(on=DAY, sort=Sort.PRICE)

    assert [c.name for c in page.cards] == ["示例萝卜", "示例白菜", "示例黑木耳", "示例蓝莓"]
    assert (page.total, page.page, page.pages) == (4, 1, 1)
    muer = page.cards[2]
    assert (muer.price_fen, muer.compared_fen, muer.pack_name) == (3_000, 3_000, "箱")
    assert [b.kind for b in muer.badges] == [CertificateKind.GREEN]
    assert page.cards[0].only_units
    assert not page.cards[1].only_units


def test_each_filter_narrows(app: Flask) -> None:
    stock_of_goods()
    assert names(Filters(category_id=category_id("veg")), sort=Sort.PRICE) == ["示例萝卜", "示例白菜"]
    assert names(Filters(category_id=category_id("veg-radish"))) == ["示例萝卜"]
    assert names(Filters(certificate=CertificateKind.GREEN)) == ["示例黑木耳"]
    assert names(Filters(town_code=OTHER_TOWN[:9])) == ["示例蓝莓"]
    assert names(Filters(band=PriceBand.TO_50), sort=Sort.PRICE_DOWN) == ["示例黑木耳", "示例白菜", "示例萝卜"]
    assert names(Filters(band=PriceBand.TO_300)) == ["示例蓝莓"]
    assert names(Filters(units_pack=True)) == ["示例萝卜"]
    assert names(Filters(counts_only=True, village_code=OTHER_TOWN)) == ["示例蓝莓"]


def test_a_facet_is_counted_with_the_others_but_without_its_own(app: Flask) -> None:
    stock_of_goods()
    facets = shop_page(Filters(town_code=OTHER_TOWN[:9], certificate=None), on=DAY).facets
    assert {(c.label, c.count) for c in facets.categories} == {("鲜果", 1)}
    assert sorted(c.count for c in facets.places) == [1, 3]
    facets = shop_page(Filters(category_id=category_id("veg")), on=DAY).facets
    assert {c.label: c.count for c in facets.categories} == {"食用菌": 1, "蔬菜": 2, "鲜果": 1}
    assert {c.value: c.count for c in facets.bands} == {"20-50": 2}
    assert facets.certificates == []
    assert (facets.units_pack, facets.counts) == (1, 2)


def test_facets_of_nothing_chosen_count_everything(app: Flask) -> None:
    stock_of_goods()
    facets = shop_page(on=DAY).facets
    assert [c.value for c in facets.bands] == ["20-50", "100-300"]
    assert [(c.value, c.count) for c in facets.certificates] == [("green", 1)]
    trees = {c.label: [(leaf.label, leaf.count) for leaf in c.children] for c in facets.categories}
    assert trees == {"食用菌": [("黑木耳", 1)], "蔬菜": [("白菜", 1), ("萝卜", 1)], "鲜果": [("蓝莓", 1)]}
    (first, villages), (other, village) = [(c.value, c.children) for c in facets.places]
    assert (first, [(v.value, v.count) for v in villages]) == (VILLAGE[:9], [(VILLAGE, 3)])
    assert (other, [v.value for v in village]) == (OTHER_TOWN[:9], [OTHER_TOWN])


def test_a_leaf_keeps_its_neighbours_in_the_tree_and_a_village_its_own(app: Flask) -> None:
    stock_of_goods()
    facets = shop_page(Filters(category_id=category_id("veg-radish")), on=DAY).facets
    assert [leaf.label for c in facets.categories for leaf in c.children if c.label == "蔬菜"] == ["白菜", "萝卜"]
    facets = shop_page(Filters(town_code=OTHER_TOWN[:9], village_code=OTHER_TOWN), on=DAY).facets
    assert [c.count for c in facets.places] == [3, 1]
    assert [c.count for c in facets.bands] == [1]


def test_the_cost_is_pinned(app: Flask) -> None:
    of = make.supplier()
    for n in range(30):
        make.product(of, name=f"示例{n:02d}")
    scores = dict.fromkeys(db.session.scalars(select(Product.id)), 0.5)
    for found in (None, scores):
        with statements() as sent:
            page = shop_page(on=DAY, scores=found)
        assert (page.total, page.pages, len(page.cards)) == (30, 2, 24)
        assert len(sent) == 7
    assert len(shop_page(on=DAY, page=99).cards) == 6


def test_a_search_orders_by_score_and_shows_only_what_is_visible(app: Flask) -> None:
    stock_of_goods()
    ids = {row.name: row.id for row in db.session.execute(select(Product.name, Product.id))}
    scores = {ids["示例蓝莓"]: 0.9, ids["示例白菜"]: 0.5, 999_999: 1.0}
    page = shop_page(on=DAY, scores=scores)
    assert [c.name for c in page.cards] == ["示例蓝莓", "示例白菜"]
    assert page.total == 2
    assert sum(c.count for c in page.facets.categories) == 2
    assert shop_page(on=DAY, scores={}).total == 0


def test_an_index_that_lags_never_shows_a_suspended_supplier(app: Flask) -> None:
    of = make.supplier(status=SupplierStatus.SUSPENDED)
    offer = make.product(of)
    assert shop_page(on=DAY, scores={offer.product_id: 1.0}).total == 0


def test_sold_out_says_so(app: Flask) -> None:
    make.product(make.supplier(), on_hand=5_000)
    assert not shop_page(on=DAY).cards[0].is_sold_out
    with transaction():
        db.session.execute(update(OfferStock).values(reserved=1))
    assert shop_page(on=DAY).cards[0].is_sold_out


def test_four_households_are_few_and_five_a_number(app: Flask) -> None:
    of = make.supplier()
    make.product(of)
    for _ in range(4):
        make.linkage(of, make.household())
    card = shop_page(on=DAY).cards[0]
    assert card.households.count is None
    assert card.households.is_few
    make.linkage(of, make.household())
    assert shop_page(on=DAY).cards[0].households.count == 5


@given(st.lists(st.integers(1, 4), max_size=40))
def test_no_supplier_stands_four_times_in_a_row_while_others_wait(sellers: list[int]) -> None:
    ranked = list(enumerate(sellers))
    out = spread(ranked)
    assert sorted(out) == [i for i, _ in ranked]
    seller = dict(ranked)
    for start in range(len(out) - RUN):
        window = {seller[i] for i in out[start : start + RUN + 1]}
        if len(window) == 1:
            assert {seller[i] for i in out[start + RUN :]} == window
