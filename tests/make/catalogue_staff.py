"""The three who bring a product to the shelf: its clerk, the township, the operator."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.pricing import Price
from catalog.services import offers, products
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import BaseUnit
from tests.make.catalog import TOWN, VILLAGE, supplier
from tests.make.core import actor, organisation, seat

SC_NUMBER = "SC11522068101237"
GREEN_NUMBER = "LB-20-2611071234A"


@dataclass(frozen=True)
class Staff:
    """People with their seats, as services see them (`clerk`, …) and as they log in (`clerk_person`, …)."""

    supplier: Supplier
    clerk: Actor
    township: Actor
    operator: Actor
    clerk_person: Person
    township_person: Person
    operator_person: Person


def staff(of: Supplier | None = None) -> Staff:
    """A supplier's clerk, the clerk of its town, an operator."""
    seller = of or supplier("示例山货合作社")
    shop = db.session.get_one(Organisation, seller.organisation_id)
    town = organisation(OrganisationKind.TOWNSHIP, place_code=TOWN)
    platform = organisation(OrganisationKind.PLATFORM)
    clerk, official, operator = (
        seat(shop, Role.SUPPLIER_CLERK),
        seat(town, Role.TOWNSHIP_CLERK),
        seat(platform, Role.PLATFORM_OPERATOR),
    )
    return Staff(
        seller,
        actor(clerk, shop, Role.SUPPLIER_CLERK),
        actor(official, town, Role.TOWNSHIP_CLERK),
        actor(operator, platform, Role.PLATFORM_OPERATOR),
        clerk,
        official,
        operator,
    )


def category(code: str) -> int:
    """The id of a category."""
    return db.session.scalars(sa.select(Category.id).where(Category.code == code)).one()


def draft(name: str = "示例黑木耳", code: str = "fungi-muer", origin: str = VILLAGE) -> products.Draft:
    return products.Draft(name=name, category_id=category(code), origin_code=origin, description="肉厚无根")


def terms(yuan_x100_per_jin: int = 300_000, **rest: int) -> offers.Terms:
    return offers.Terms(price=Price(yuan_x100_per_jin, 500), **rest)  # type: ignore[arg-type]


def pack(**rest: object) -> offers.PackDraft:
    given: dict[str, object] = {
        "pack_name": "袋",
        "pack_qty": 500,
        "base_unit": BaseUnit.G,
        "sale_mode": SaleMode.BY_PACK,
        "audience": OfferAudience.EVERYBODY,
        "terms": terms(),
    }
    return offers.PackDraft(**{**given, **rest})  # type: ignore[arg-type]


def brought_to_shelf(of: Staff, name: str = "示例黑木耳", code: str = "fungi-muer") -> Product:
    """A product through the services that people use: written, origin confirmed, approved."""
    with transaction():
        product = products.create(draft(name, code), by=of.clerk)
        offers.add_pack(product.id, pack(), by=of.clerk, packs_on_hand=20)
        products.submit(product.id, by=of.clerk)
    with transaction():
        products.confirm_origin(product.id, by=of.township)
    with transaction():
        products.approve(product.id, by=of.operator)
    return product
