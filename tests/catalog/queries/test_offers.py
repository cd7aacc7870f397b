"""What can be ordered on a day: visibility is law, and an order line gets everything it freezes."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.queries import offers, villages
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.listing import ListingClass, ProductState
from catalog.rules.offer import OfferAudience
from catalog.rules.supplier import SupplierStatus
from core import settings
from core.db import db, transaction
from tests import make
from tests.support.statements import statements

DAY = date(2026, 11, 23)


def seen(offer_id: int, *, on: date = DAY, for_units: bool = True) -> offers.SellableOffer | None:
    return offers.sellable([offer_id], for_units=for_units, on=on).get(offer_id)


def test_an_order_line_gets_all_that_it_freezes(app: Flask) -> None:
    of = make.supplier("示例合作社")
    offer = make.product(of, category="fungi-muer", name="示例黑木耳")
    green = make.certificate(of, CertificateKind.GREEN, offer.product_id)

    row = seen(offer.id)

    assert row is not None
    assert (row.product_name, row.pack_name, row.category_name) == ("示例黑木耳", "箱", "黑木耳")
    assert (row.price_fen_x100, row.basis_qty, row.pack_price_fen, row.pack_qty) == (26_000, 500, 2_600, 5_000)
    assert row.offer_version_id == offer.current_version_id
    assert (row.supplier_id, row.supplier_name) == (of.id, "示例合作社")
    assert row.origin_code == "220681103200"
    assert row.origin_full.count(" ") == 1
    assert row.certificate == f"绿色食品 {green.number}"
    assert row.is_eligible
    assert row.is_exited


def test_four_statements_whatever_the_number(app: Flask) -> None:
    of = make.supplier()
    ids = [make.product(of, name=f"示例{n}").id for n in range(7)]
    for some in (ids[:1], ids):
        with statements() as sent:
            assert len(offers.sellable(some, for_units=True, on=DAY)) == len(some)
        assert len(sent) == 5


@pytest.mark.parametrize("state", [s for s in ProductState if s is not ProductState.LISTED])
def test_only_listed_goods(app: Flask, state: ProductState) -> None:
    offer = make.product(make.supplier())
    with transaction():
        db.session.execute(update(Product).values(state=state))
    assert seen(offer.id) is None


@pytest.mark.parametrize("status", [s for s in SupplierStatus if s is not SupplierStatus.ACTIVE])
def test_only_active_suppliers(app: Flask, status: SupplierStatus) -> None:
    offer = make.product(make.supplier(status=status))
    assert seen(offer.id) is None


def test_a_supplier_sells_to_the_last_day_of_its_licence(app: Flask) -> None:
    offer = make.product(make.supplier(licence_valid_to=DAY))
    assert seen(offer.id) is not None
    assert seen(offer.id, on=date(2026, 11, 24)) is None


@pytest.mark.parametrize(
    ("category", "kind"), [("grain-rice", CertificateKind.SC), ("meat-pork", CertificateKind.QUARANTINE)]
)
def test_a_licence_that_selling_needs_unlists_the_day_after_it_ends(
    app: Flask, category: str, kind: CertificateKind
) -> None:
    of = make.supplier()
    offer = make.product(of, category=category)
    assert seen(offer.id) is None
    make.certificate(of, kind, valid_to=DAY)
    assert seen(offer.id) is not None
    assert seen(offer.id, on=date(2026, 11, 24)) is None


def test_a_badge_is_on_to_its_last_day_and_takes_certified_goods_with_it(app: Flask) -> None:
    of = make.supplier()
    ginseng = make.product(of, category="herb-ginseng")
    make.certificate(of, CertificateKind.GI, ginseng.product_id, valid_to=DAY)

    row = seen(ginseng.id)
    assert row is not None
    assert row.listing_class is ListingClass.CERTIFIED
    assert row.certificate
    assert not row.is_eligible
    assert seen(ginseng.id, on=date(2026, 11, 24)) is None


def test_counted_goods_stay_without_their_badge(app: Flask) -> None:
    of = make.supplier()
    offer = make.product(of)
    make.certificate(of, CertificateKind.GREEN, offer.product_id, valid_to=DAY)

    row = seen(offer.id, on=date(2026, 11, 24))
    assert row is not None
    assert row.certificate == ""


def test_a_badge_of_another_supplier_or_a_suspended_one_is_none(app: Flask) -> None:
    of, other = make.supplier(), make.supplier()
    offer = make.product(of, category="herb-ginseng")
    make.certificate(other, CertificateKind.GI, offer.product_id)
    make.certificate(of, CertificateKind.GREEN, offer.product_id, status=CertificateStatus.SUSPENDED)
    assert seen(offer.id) is None


def test_ordinary_local_goods_only_where_the_dated_setting_allows_them(app: Flask) -> None:
    offer = make.product(make.supplier(), exited=False)
    assert seen(offer.id) is None
    with transaction():
        settings.put("listing.local", True, valid_from=DAY, reason="试点", author_id=None)
    row = seen(offer.id)
    assert row is not None
    assert row.listing_class is ListingClass.LOCAL
    assert seen(offer.id, on=date(2026, 11, 22)) is None


def test_the_household_route_makes_goods_of_another_village_count(app: Flask) -> None:
    of = make.supplier()
    offer = make.product(of, exited=False)
    make.linkage(of, make.household())
    row = seen(offer.id)
    assert row is not None
    assert row.is_eligible
    assert not row.is_exited


def test_residents_do_not_see_packs_for_units(app: Flask) -> None:
    offer = make.product(make.supplier(), audience=OfferAudience.UNITS)
    assert seen(offer.id, for_units=False) is None
    assert seen(offer.id, for_units=True) is not None


def test_what_a_school_may_not_buy_names_its_document(app: Flask) -> None:
    of = make.supplier()
    offer = make.product(of, category="fungi-zhenmo")
    row = seen(offer.id)
    assert row is not None
    assert row.barred_for("school") == "学校食品安全与营养健康管理规定"
    assert row.barred_for("hospital") is None


def test_the_list_filters_by_branch_words_and_eligibility(app: Flask) -> None:
    of = make.supplier()
    cabbage = make.product(of, name="示例白菜")
    make.product(of, category="fungi-muer", name="示例木耳")
    with transaction():
        db.session.execute(update(Supplier).values(story=""))
    every = offers.sellable_list(for_units=True, on=DAY)
    assert len(every) == 2
    assert [r.offer_id for r in offers.sellable_list(for_units=True, on=DAY, words="大白菜")] == [cabbage.id]
    leaf = every[0].branch_id
    assert len(offers.sellable_list(for_units=True, on=DAY, category_id=leaf)) == 1
    assert len(offers.sellable_list(for_units=True, on=DAY, eligible_only=True)) == 2


def test_a_village_is_what_the_newest_decision_of_the_day_says(app: Flask) -> None:
    code = "220681103200"
    make.village_is_exited(code, since=date(2026, 1, 1))
    make.village_is_exited(code, since=date(2026, 6, 1), exited=False)

    assert not villages.eligible_on(code, date(2025, 12, 31)).is_exited
    assert villages.eligible_on(code, date(2026, 5, 31)).is_exited
    assert not villages.eligible_on(code, date(2026, 6, 1)).is_exited
    assert not villages.eligible_on("220681103", DAY).is_exited
