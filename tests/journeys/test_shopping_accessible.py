"""Pages around the cart at both widths: favourites, orders, coupons, addresses, checkout; the desks behind them."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Category, Product
from catalog.rules.returns import ReturnPolicy
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market.gateways.ports import Payee
from market.rules.promotion import PromotionKind
from market.services import carts, favourites
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.make import promotions as promo
from tests.make import shop
from tests.support.browser import DESK, PHONE

WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


@WIDTHS
def test_shopping(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    make.village_is_exited()
    seller = make.supplier()
    shop.merchant(seller, Payee("2088000000000001"))
    offer = make.product(seller, name="示例木耳")
    clerk = promo.clerk(seller)
    promo.own(clerk, PromotionKind.SHELF, off_fen=2_00)
    promo.own(clerk, PromotionKind.COUPON, off_fen=5_00, least_fen=20_00)
    person, by = shop.resident()
    home = shop.address(person)
    group = shop.checked_out(by, home, (offer, 1), price_fen=26_00)
    with transaction():
        category = db.session.get_one(Category, db.session.get_one(Product, offer.product_id).category_id)
        category_id, policy, category.return_policy = category.id, category.return_policy, ReturnPolicy.CONFIRMED
        favourites.keep_product(offer.product_id, by=by)
        favourites.keep_shop(seller.id, by=by)
        carts.add(carts.open_cart(person_id=by.person_id, token=None), offer.id, 2)
    sku, token = db.session.get_one(Product, offer.product_id).sku, group.token
    db.session.rollback()
    crew = Crew(new_page)
    page = crew.at(person.phone or "", device=device)
    paths = ("/favourites", "/favourites?kind=shops", "/orders", "/orders?tab=after_sale", "/coupons", "/addresses")
    for path in (
        *paths,
        "/products",
        f"/products/{sku}",
        f"/suppliers/{seller.id}",
        "/cart",
        "/checkout",
        f"/pay/{token}",
    ):
        page.goto(path)
        steps.clean(page)
    page.goto("/orders")
    page.get_by_role("link", name="详情").first.click()
    steps.clean(page)
    with transaction():
        db.session.execute(sa.update(Category).where(Category.id == category_id).values(return_policy=policy))


@WIDTHS
def test_the_desks_behind_them(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    seller = make.supplier()
    organisation = db.session.get_one(Organisation, seller.organisation_id)
    clerk = make.seat(organisation, Role.SUPPLIER_CLERK)
    promo.own(promo.clerk(seller), PromotionKind.SHELF, off_fen=2_00)
    operator = make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR)
    rooms = (
        (clerk, ("/supplier/promotions", "/supplier/promotions/new", "/supplier/freight")),
        (operator, ("/platform/promotions", "/operator/categories")),
    )
    crew = Crew(new_page)
    for who, paths in rooms:
        page = crew.at(who.phone or "", device=device)
        for path in paths:
            page.goto(path)
            steps.clean(page)
