"""Freight by region, a pick-up point, a supplier's discount and coupon, the platform's coupon out of its budget."""

from datetime import timedelta

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.rules.freight import DeliveryWay, Tariff, Zone
from catalog.services import freight
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.places.models import Place, PlaceLevel
from demo.cast import words
from demo.line import clerk_of
from demo.world import World
from market.models.payment import MerchantAccount
from market.rules.promotion import Bearer, Draft, PromotionKind
from market.services import coupons, promotions


def tell(world: World) -> None:
    """In the name of those who would do it."""
    said = words()["promotions"]
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    sellers = list(db.session.scalars(sa.select(MerchantAccount.supplier_id).order_by(MerchantAccount.id).limit(3)))
    village = db.session.scalar(sa.select(Place.code).where(Place.level == PlaceLevel.VILLAGE).order_by(Place.code))
    db.session.rollback()
    with transaction():
        point = freight.open_point(
            village or "", said["point"], said["point_address"], said["point_phone"], said["hours"], by=operator
        )
        point_id = point.id
    for place, supplier_id in enumerate(sellers):
        with transaction():
            _ways(clerk_of(world, supplier_id), point_id, said)
            _offers(clerk_of(world, supplier_id), supplier_id, said, place)
    with transaction():
        _platform(operator, said, world.residents)


def _ways(clerk: Actor, point_id: int, said: dict[str, str]) -> None:
    far = Zone(DeliveryWay.PARCEL, ("650000", "540000"), None, said["far_reason"], said["far"])
    north = Zone(
        DeliveryWay.PARCEL, ("220000", "210000", "230000"), Tariff(600, 9900, 1000, 1000, 150), "", said["north"]
    )
    van = Zone(DeliveryWay.LOCAL, ("220681",), Tariff(300, 5900), "", said["van"], said["van_days"], 2000)
    for zone in (far, north, van):
        freight.add_zone(zone, by=clerk)
    freight.serve_point(point_id, Tariff(0), said["van_days"], by=clerk)


def _offers(clerk: Actor, supplier_id: int, said: dict[str, str], place: int) -> None:
    first = sa.select(Offer.id).join(Product, Product.id == Offer.product_id)
    offer_id = db.session.scalar(
        first.where(Product.supplier_id == supplier_id, Offer.is_active).order_by(Offer.id).limit(1)
    )
    now = clock.now()
    shelf = Draft(
        PromotionKind.SHELF, Bearer.SUPPLIER, said["shelf"], now, now + timedelta(days=20 + place), off_bp=1_000
    )
    if offer_id:
        promotions.make_own(shelf, [offer_id], by=clerk)
    coupon = Draft(
        PromotionKind.COUPON, Bearer.SUPPLIER, said["coupon"], now, now + timedelta(days=30), off_fen=500,
        least_fen=5000, most_coupons=200,
    )  # fmt: skip
    promotions.make_own(coupon, [], by=clerk)


def _platform(operator: Actor, said: dict[str, str], residents: list[Actor]) -> None:
    now = clock.now()
    account = promotions.open_budget(said["budget"], by=operator)
    promotions.grant(account.id, 3_000_000, said["document"], by=operator)
    draft = Draft(
        PromotionKind.COUPON, Bearer.PLATFORM, said["platform"], now, now + timedelta(days=38), off_fen=1000,
        least_fen=9900, budget_fen=2_000_000, most_coupons=2000,
    )  # fmt: skip
    row = promotions.make_platform(draft, None, account.id, by=operator)
    deep = Draft(
        PromotionKind.COUPON, Bearer.PLATFORM, said["deep"], now, now + timedelta(days=9), off_bp=4_000, cap_fen=3000,
        least_fen=0, budget_fen=200_000, is_deep=True, is_open=False,
    )  # fmt: skip
    promotions.make_platform(deep, None, account.id, by=operator)
    for who in residents[:2]:
        coupons.claim(row.id, by=who)
