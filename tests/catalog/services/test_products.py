"""From a draft to the shop: two checkers, reasons, and nobody touches another's goods."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.offer import OfferVersion
from catalog.models.product import Product, SearchDirty
from catalog.queries import offers as offer_queries
from catalog.queries import standing
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import Hidden, ListingClass, ProductState
from catalog.rules.offer import SaleMode
from catalog.services import offers, products
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.trail.models import AuditEvent
from tests import make
from tests.make import catalogue_staff as staff


def state_of(product_id: int) -> ProductState:
    return db.session.scalars(select(Product.state).where(Product.id == product_id)).one()


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_a_product_of_an_exited_village_comes_to_the_shelf_and_counts(app: Flask) -> None:
    make.village_is_exited()
    product = staff.brought_to_shelf(staff.staff())

    row = offer_queries.sellable_list(for_units=False)[0]
    assert row.product_id == product.id
    assert row.listing_class is ListingClass.COUNTS
    assert row.free_packs == 20
    assert row.pack_price_fen == 3_000
    actions = list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))
    assert actions == ["product-created", "pack-added", "product-submitted", "origin-confirmed", "product-approved"]
    assert db.session.scalar(select(func.count()).select_from(SearchDirty)) == 1


def test_a_village_that_is_not_exited_has_no_place(app: Flask) -> None:
    product = staff.brought_to_shelf(staff.staff())
    assert offer_queries.sellable_list(for_units=False) == []
    found = standing.standings([product.id], on=clock.today())[product.id]
    assert (found.listing_class, found.hidden) == (None, Hidden.CLASS)


@pytest.mark.parametrize("said", ["治疗三高", "可 治 病", "療效顯著", "长期食用抗癌"])
def test_goods_that_promise_health_are_refused(app: Flask, said: str) -> None:
    of = staff.staff()
    with pytest.raises(Refused, match="health-claim"), transaction():
        products.create(replace(staff.draft(), description=said), by=of.clerk)
    assert db.session.scalar(select(func.count(Product.id))) == 0


def test_without_a_pack_nothing_is_submitted(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
    written = events()
    with pytest.raises(Refused, match="product-without-pack"), transaction():
        products.submit(product.id, by=of.clerk)
    assert state_of(product.id) is ProductState.DRAFT
    assert events() == written


def test_rice_needs_a_production_licence_before_it_is_submitted(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft("示例大米", "grain-rice"), by=of.clerk)
        offers.add_pack(product.id, staff.pack(), by=of.clerk)
    with pytest.raises(Refused, match="licence-missing") as refusal, transaction():
        products.submit(product.id, by=of.clerk)
    assert refusal.value.facts["kind"] is CertificateKind.SC


def test_a_returned_product_carries_its_reason_and_can_be_handed_in_again(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
        offers.add_pack(product.id, staff.pack(), by=of.clerk)
        products.submit(product.id, by=of.clerk)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        products.send_back(product.id, "", by=of.township)
    with transaction():
        products.send_back(product.id, "产地照片看不清", by=of.township)
    assert db.session.get_one(Product, product.id).state_reason == "产地照片看不清"
    with transaction():
        products.submit(product.id, by=of.clerk)
    assert state_of(product.id) is ProductState.ORIGIN_CHECK
    assert db.session.get_one(Product, product.id).state_reason == ""


def test_the_two_checkers_are_two_people(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
        offers.add_pack(product.id, staff.pack(), by=of.clerk)
        products.submit(product.id, by=of.clerk)
        products.confirm_origin(product.id, by=of.township)
    body = make.organisation(OrganisationKind.PLATFORM)
    both = make.actor(of.township_person, body, Role.PLATFORM_OPERATOR)
    with pytest.raises(Refused, match="product-same-checker"), transaction():
        products.approve(product.id, by=both)
    assert state_of(product.id) is ProductState.CONTENT_CHECK


def test_nobody_touches_anothers_goods(app: Flask) -> None:
    of, other = staff.staff(), staff.staff(make.supplier())
    elsewhere = make.actor(
        make.person(), make.organisation(OrganisationKind.TOWNSHIP, place_code="220681101"), Role.TOWNSHIP_CLERK
    )
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
        offer = offers.add_pack(product.id, staff.pack(), by=of.clerk)
        products.submit(product.id, by=of.clerk)
    acts = [
        lambda: products.edit(product.id, staff.draft("抢来的"), by=other.clerk),
        lambda: products.withdraw(product.id, "", by=other.clerk),
        lambda: offers.change_terms(offer.id, staff.terms(), by=other.clerk),
        lambda: offers.count_stock(offer.id, 5, by=other.clerk),
        lambda: offers.stop_pack(offer.id, by=other.clerk),
        lambda: products.confirm_origin(product.id, by=elsewhere),
        lambda: products.send_back(product.id, "不对", by=elsewhere),
    ]
    for act in acts:
        with pytest.raises(Missing), transaction():
            act()
    assert state_of(product.id) is ProductState.ORIGIN_CHECK


def test_a_withdrawn_product_is_gone_at_once(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    product = staff.brought_to_shelf(of)
    with transaction():
        products.withdraw(product.id, "卖完了", by=of.clerk)
    assert offer_queries.sellable_list(for_units=True) == []


def test_a_new_price_is_a_new_version_and_a_jump_is_looked_at(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    product = staff.brought_to_shelf(of)
    offer_id = offer_queries.sellable_list(for_units=True)[0].offer_id
    with transaction():
        offers.change_terms(offer_id, staff.terms(360_000), by=of.clerk)
    assert state_of(product.id) is ProductState.LISTED
    with pytest.raises(Refused, match="price-jump-needs-reason"), transaction():
        offers.change_terms(offer_id, staff.terms(360_001), by=of.clerk)
    with transaction():
        offers.change_terms(offer_id, staff.terms(400_000), by=of.clerk, reason="收购价上涨")
    assert state_of(product.id) is ProductState.LISTED
    assert db.session.scalar(select(func.count(OfferVersion.id))) == 2


def test_small_steps_add_up_within_a_week_but_not_beyond(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    start = datetime(2026, 11, 1, 2, tzinfo=UTC)
    with clock.frozen(start):
        product = staff.brought_to_shelf(of)
        offer_id = offer_queries.sellable_list(for_units=True)[0].offer_id
    with clock.frozen(start + timedelta(days=3)), transaction():
        offers.change_terms(offer_id, staff.terms(350_000), by=of.clerk)
    with clock.frozen(start + timedelta(days=6)), pytest.raises(Refused, match="price-jump"), transaction():
        offers.change_terms(offer_id, staff.terms(370_000), by=of.clerk)
    with clock.frozen(start + timedelta(days=10, minutes=1)), transaction():
        offers.change_terms(offer_id, staff.terms(370_000), by=of.clerk)
    assert state_of(product.id) is ProductState.LISTED


def test_a_count_changes_stock_but_not_what_is_promised(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
        offer = offers.add_pack(product.id, staff.pack(), by=of.clerk, packs_on_hand=3)
    with transaction():
        assert offers.count_stock(offer.id, 12, by=of.clerk) == 9 * 500
        assert offers.count_stock(offer.id, 12, by=of.clerk) == 0


def test_a_pack_sold_by_the_piece_has_no_tolerance(app: Flask) -> None:
    of = staff.staff()
    with transaction():
        product = products.create(staff.draft(), by=of.clerk)
    with pytest.raises(Refused, match="tolerance-of-pack"), transaction():
        offers.add_pack(product.id, staff.pack(terms=staff.terms(tol_bp=100)), by=of.clerk)
    with transaction():
        weighed = offers.add_pack(product.id, staff.pack(sale_mode=SaleMode.BY_WEIGHT), by=of.clerk)
    version = db.session.get_one(OfferVersion, weighed.current_version_id)
    assert version.tol_bp == 200
