"""Promotions as suppliers and the platform make them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Organisation
from market.models.promotion import Promotion
from market.rules.promotion import Bearer, Draft, PromotionKind
from market.services import coupons, promotions
from tests.make.core import actor, organisation, seat, writing


def clerk(of: Supplier, name: str = "店员") -> Actor:
    body = db.session.get_one(Organisation, of.organisation_id)
    return actor(seat(body, Role.SUPPLIER_CLERK, name=name), body, Role.SUPPLIER_CLERK)


def operators(count: int = 2) -> list[Actor]:
    body = organisation(OrganisationKind.PLATFORM)
    return [
        actor(seat(body, Role.PLATFORM_OPERATOR, name=f"运营{n}"), body, Role.PLATFORM_OPERATOR) for n in range(count)
    ]


def draft(kind: PromotionKind = PromotionKind.SHELF, **change: Any) -> Draft:
    now = clock.now()
    plain = Draft(kind, Bearer.SUPPLIER, "示例优惠", now - timedelta(hours=1), now + timedelta(days=9))
    return replace(plain, **({"off_fen": 100} if not {"off_bp", "off_fen"} & set(change) else {}) | change)


def own(by: Actor, kind: PromotionKind = PromotionKind.SHELF, offers: tuple[int, ...] = (), **change: Any) -> Promotion:
    with writing():
        return promotions.make_own(draft(kind, **change), offers, by=by)


def platform(by: Actor, budget_fen: int, kind: PromotionKind = PromotionKind.COUPON, **change: Any) -> Promotion:
    """Out of a budget of exactly so much."""
    with writing():
        account = promotions.open_budget(f"预算{clock.now().timestamp()}", by=by)
        promotions.grant(account.id, budget_fen, "示例文号", by=by)
        wished = draft(kind, **{"bearer": Bearer.PLATFORM, "budget_fen": budget_fen} | change)
        return promotions.make_platform(wished, None, account.id, by=by)


def codes(of: Promotion, number: int, by: Actor) -> list[str]:
    with writing():
        return coupons.issue_codes(of.id, number, by=by, right=Right.SELL)
