"""A listed product is changed by a revision: the shop shows the old until somebody approved the new."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.product import Product, SearchDirty
from catalog.models.revision import ProductRevision
from catalog.queries import offers as reading
from catalog.queries import revisions as views
from catalog.rules.facts import Season
from catalog.rules.listing import ProductState
from catalog.rules.revision import RevisionState
from catalog.services import products, revisions
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.catalogue_staff import Staff
from tests.support.threads import at_once

ELSEWHERE = "220681103203"


@pytest.fixture
def of(app: Flask) -> Staff:
    make.village_is_exited()
    return staff.staff()


def changed(of: Staff, product: Product, **what: object) -> None:
    with transaction():
        products.edit(product.id, replace(staff.draft(), **what), by=of.clerk)  # type: ignore[arg-type]


def shown() -> str:
    db.session.expire_all()
    return reading.sellable_list(for_units=True)[0].product_name


def state() -> RevisionState:
    return db.session.scalars(select(ProductRevision.state).order_by(ProductRevision.id.desc())).all()[0]


def test_the_shop_shows_the_old_until_the_new_is_approved(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例秋木耳", seasons=(Season(9, 10),))
    assert (shown(), state()) == ("示例黑木耳", RevisionState.DRAFT)
    with transaction():
        revisions.submit(product.id, by=of.clerk)
    assert (shown(), state()) == ("示例黑木耳", RevisionState.CONTENT_CHECK)  # the origin stays: no township
    view = views.of_product(product.id)
    assert view is not None
    assert [row.field for row in view.rows] == ["name", "seasons"]
    dirty = db.session.scalars(select(SearchDirty.rev)).one()
    with transaction():
        revisions.approve(product.id, by=of.operator)
    assert shown() == "示例秋木耳"
    assert db.session.scalars(select(SearchDirty.rev)).one() == dirty + 1
    assert [version.fields for version in views.history(product.id)] == [["name", "seasons"], []]


def test_only_a_new_origin_is_the_townships_matter(of: Staff) -> None:
    make.village_is_exited(ELSEWHERE)
    product = staff.brought_to_shelf(of)
    changed(of, product, origin_code=ELSEWHERE)
    with transaction():
        revisions.submit(product.id, by=of.clerk)
    assert state() is RevisionState.ORIGIN_CHECK
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        revisions.approve(product.id, by=of.operator)
    other = make.actor(
        make.person(), make.organisation(OrganisationKind.TOWNSHIP, place_code="220681101"), Role.TOWNSHIP_CLERK
    )
    with pytest.raises(Missing), transaction():
        revisions.confirm_origin(product.id, by=other)
    with transaction():
        revisions.confirm_origin(product.id, by=of.township)
    with transaction():
        revisions.approve(product.id, by=of.operator)
    row = db.session.get_one(Product, product.id, populate_existing=True)
    assert (row.origin_code, row.origin_confirmed_by_id) == (ELSEWHERE, of.township.person_id)


def test_the_two_checkers_are_two_people_here_too(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例秋木耳")
    with transaction():
        revisions.submit(product.id, by=of.clerk)
    body = make.organisation(OrganisationKind.PLATFORM)
    both = make.actor(of.township_person, body, Role.PLATFORM_OPERATOR)
    with pytest.raises(Refused, match="product-same-checker"), transaction():
        revisions.approve(product.id, by=both)
    assert (shown(), state()) == ("示例黑木耳", RevisionState.CONTENT_CHECK)


def test_sent_back_with_a_reason_it_is_worked_on_again(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例秋木耳")
    with transaction():
        revisions.submit(product.id, by=of.clerk)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        revisions.send_back(product.id, "", by=of.operator)
    with transaction():
        revisions.send_back(product.id, "名称不实", by=of.operator)
    assert state() is RevisionState.RETURNED
    changed(of, product, name="示例黑木耳（秋）")
    assert state() is RevisionState.DRAFT
    with transaction():
        revisions.drop(product.id, by=of.clerk)
    assert (shown(), state()) == ("示例黑木耳", RevisionState.DROPPED)


def test_a_revision_that_says_the_same_is_not_handed_in(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例黑木耳")
    with pytest.raises(Refused, match="revision-same"), transaction():
        revisions.submit(product.id, by=of.clerk)


def test_who_takes_the_product_off_the_shelf_keeps_what_was_written(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例秋木耳")
    with transaction():
        products.withdraw(product.id, "过季", by=of.clerk)
    row = db.session.get_one(Product, product.id, populate_existing=True)
    assert (row.state, row.name, state()) == (ProductState.WITHDRAWN, "示例秋木耳", RevisionState.DROPPED)


def test_a_health_claim_in_a_revision_writes_nothing(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    with pytest.raises(Refused, match="health-claim") as refusal, transaction():
        products.edit(product.id, replace(staff.draft(), description="长期食用抗癌"), by=of.clerk)
    assert refusal.value.facts["word"] == "抗癌"
    assert views.of_product(product.id) is None


def test_two_operators_approve_once(of: Staff, app: Flask) -> None:
    product = staff.brought_to_shelf(of)
    changed(of, product, name="示例秋木耳")
    with transaction():
        revisions.submit(product.id, by=of.clerk)
    product_id = product.id

    def approve() -> str:
        with transaction():
            return revisions.approve(product_id, by=of.operator).name

    answers = at_once(app, approve, approve)
    assert sorted(isinstance(one, Refused | Missing) for one in answers) == [False, True]
    count = select(func.count()).where(ProductRevision.state == RevisionState.APPROVED)
    assert db.session.scalar(count) == 2  # the listing and this one


def test_pictures_change_places_and_words_by_the_same_way(of: Staff) -> None:
    product = staff.brought_to_shelf(of)
    with pytest.raises(Refused, match="picture-unknown"), transaction():
        products.set_pictures(product.id, [(1, "没有的图")], by=of.clerk)
    assert views.of_product(product.id) is None


def test_a_copy_is_a_draft_without_stock(of: Staff) -> None:
    from catalog.services import offers

    product = staff.brought_to_shelf(of)
    with transaction():
        made = products.copy(product.id, by=of.clerk)
        offers.copy_packs(product.id, made.id, by=of.clerk)
    row = db.session.get_one(Product, made.id)
    assert (row.state, row.name, row.own_code) == (ProductState.DRAFT, "示例黑木耳", None)
    assert row.sku != product.sku
