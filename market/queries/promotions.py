"""Reading promotions: what holds now, coupons in a person's hands, what was given and who bears it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from market.models.order import Order
from market.models.promotion import (
    BudgetAccount,
    BudgetGrant,
    Coupon,
    Promotion,
    PromotionApproval,
    PromotionOffer,
    PromotionUse,
)
from market.rules.promotion import Bearer, PromotionKind, PromotionState, Terms

_OFFERS = (
    sa.select(sa.func.array_agg(PromotionOffer.offer_id, type_=ARRAY(sa.BigInteger)))
    .where(PromotionOffer.promotion_id == Promotion.id)
    .correlate(Promotion)
    .scalar_subquery()
)
_LEFT = sa.func.least(Promotion.budget_fen - Promotion.used_fen, BudgetAccount.limit_fen - BudgetAccount.used_fen)
"""What may still be given; PostgreSQL's LEAST leaves out what is not limited."""


def running(at: datetime) -> sa.ColumnElement[bool]:
    """The condition that a promotion holds at a moment."""
    return sa.and_(Promotion.state == PromotionState.RUNNING, Promotion.starts_at <= at, Promotion.ends_at > at)


def _terms() -> sa.Select[Any, Any, Any, Any]:
    return (
        sa.select(Promotion, _OFFERS, _LEFT, PromotionApproval.id)
        .outerjoin(BudgetAccount, BudgetAccount.id == Promotion.budget_account_id)
        .outerjoin(PromotionApproval, PromotionApproval.promotion_id == Promotion.id)
    )


def terms_of(row: Promotion, offers: Collection[int] | None, left: int | None, approval_id: int | None) -> Terms:
    """The terms that a row keeps."""
    return Terms(
        id=row.id,
        kind=row.kind,
        bearer=row.bearer,
        off_fen=row.off_fen,
        off_bp=row.off_bp,
        cap_fen=row.cap_fen,
        least_fen=row.least_fen,
        supplier_id=row.supplier_id,
        offer_ids=frozenset(offers or ()),
        approval_id=approval_id,
        left_fen=left,
    )


def shelf(supplier_ids: Collection[int]) -> list[Terms]:
    """Shelf discounts that hold now for these suppliers' goods. One statement."""
    own = sa.or_(Promotion.supplier_id.is_(None), Promotion.supplier_id.in_(supplier_ids))
    query = _terms().where(running(clock.now()), Promotion.kind == PromotionKind.SHELF, own).order_by(Promotion.id)
    return [terms_of(*row) for row in db.session.execute(query.limit(500))]


@dataclass(frozen=True)
class Held:
    """A coupon in somebody's hands."""

    coupon: Coupon
    promotion: Promotion
    terms: Terms
    supplier_name: str

    @property
    def is_used(self) -> bool:
        """Whether a checkout has it."""
        return self.coupon.group_id is not None

    @property
    def is_over(self) -> bool:
        """Whether its days are past, or it was stopped."""
        return self.promotion.state is not PromotionState.RUNNING or self.promotion.ends_at <= clock.now()

    @property
    def is_ahead(self) -> bool:
        """Whether its days are still to come."""
        return self.promotion.starts_at > clock.now()

    @property
    def is_usable(self) -> bool:
        """Whether it can be used now."""
        return not (self.is_used or self.is_over or self.is_ahead)


def held(person_id: int, coupon_id: int | None = None) -> list[Held]:
    """A person's coupons, the first to end first; one of them, if named. One statement."""
    query = (
        sa.select(Coupon, Promotion, _OFFERS, _LEFT, PromotionApproval.id, sa.func.coalesce(Organisation.name, ""))
        .join(Promotion, Promotion.id == Coupon.promotion_id)
        .outerjoin(BudgetAccount, BudgetAccount.id == Promotion.budget_account_id)
        .outerjoin(PromotionApproval, PromotionApproval.promotion_id == Promotion.id)
        .outerjoin(Supplier, Supplier.id == Promotion.supplier_id)
        .outerjoin(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Coupon.person_id == person_id)
        .order_by(Coupon.group_id.is_not(None), Promotion.ends_at, Coupon.id)
        .limit(200)
    )
    if coupon_id is not None:
        query = query.where(Coupon.id == coupon_id)
    return [
        Held(coupon, promotion, terms_of(promotion, offers, left, approval), name)
        for coupon, promotion, offers, left, approval, name in db.session.execute(query)
    ]


@dataclass(frozen=True)
class Open:
    """A coupon that anybody may take, with how many of it the person has."""

    promotion: Promotion
    supplier_name: str
    mine: int

    @property
    def is_free(self) -> bool:
        """Whether the person may take one more."""
        row = self.promotion
        return self.mine < row.per_person and (row.most_coupons is None or row.issued < row.most_coupons)


def open_coupons(person_id: int | None, limit: int = 50) -> list[Open]:
    """Coupons that may be taken now, the first to end first."""
    mine = (
        sa.select(sa.func.count())
        .where(Coupon.promotion_id == Promotion.id, Coupon.person_id == person_id)
        .correlate(Promotion)
        .scalar_subquery()
    )
    query = (
        sa.select(Promotion, sa.func.coalesce(Organisation.name, ""), mine)
        .outerjoin(Supplier, Supplier.id == Promotion.supplier_id)
        .outerjoin(Organisation, Organisation.id == Supplier.organisation_id)
        .where(running(clock.now()), Promotion.kind == PromotionKind.COUPON, Promotion.is_open)
        .order_by(Promotion.ends_at, Promotion.id)
        .limit(limit)
    )
    return [Open(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Row:
    """A promotion on a desk: whose, and how often it was used."""

    promotion: Promotion
    supplier_name: str
    maker_id: int
    offers: int
    orders: int
    used_coupons: int
    approval: PromotionApproval | None


def listed(by: Actor, *, bearer: Bearer, limit: int = 50, before: int | None = None) -> list[Row]:
    """A supplier's own promotions, or the platform's; the newest first. One statement."""
    used = sa.func.count(sa.distinct(PromotionUse.order_id))
    orders = sa.select(used).where(PromotionUse.promotion_id == Promotion.id, PromotionUse.act == "use")
    spent = sa.select(sa.func.count()).where(Coupon.promotion_id == Promotion.id, Coupon.group_id.is_not(None))
    offers = sa.select(sa.func.count()).where(PromotionOffer.promotion_id == Promotion.id)
    query = (
        sa.select(
            Promotion,
            sa.func.coalesce(Organisation.name, ""),
            Promotion.made_by_id,
            *(each.correlate(Promotion).scalar_subquery() for each in (offers, orders, spent)),
            PromotionApproval,
        )
        .outerjoin(Supplier, Supplier.id == Promotion.supplier_id)
        .outerjoin(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(PromotionApproval, PromotionApproval.promotion_id == Promotion.id)
        .where(Promotion.bearer == bearer)
        .order_by(Promotion.id.desc())
        .limit(limit)
    )
    if bearer is Bearer.SUPPLIER:
        query = query.where(Supplier.organisation_id.in_(by.scope_ids))
    if before is not None:
        query = query.where(Promotion.id < before)
    return [Row(*row) for row in db.session.execute(query)]


def waiting(by: Actor, bearer: Bearer) -> int:
    """How many of them wait for another person's word, who is not this one."""
    query = (
        sa.select(sa.func.count())
        .select_from(Promotion)
        .outerjoin(Supplier, Supplier.id == Promotion.supplier_id)
        .where(
            Promotion.bearer == bearer,
            Promotion.state == PromotionState.WAITING,
            Promotion.made_by_id != by.person_id,
        )
    )
    if bearer is Bearer.SUPPLIER:
        query = query.where(Supplier.organisation_id.in_(by.scope_ids))
    return db.session.scalar(query) or 0


def budgets() -> list[BudgetAccount]:
    """The platform's budgets."""
    return list(db.session.scalars(sa.select(BudgetAccount).order_by(BudgetAccount.id)))


def grants(account_id: int) -> list[BudgetGrant]:
    """What was put into one, oldest first."""
    query = sa.select(BudgetGrant).where(BudgetGrant.account_id == account_id).order_by(BudgetGrant.id)
    return list(db.session.scalars(query))


def codes(promotion_id: int, limit: int = 1000) -> list[Coupon]:
    """Codes of a promotion that nobody holds yet."""
    query = sa.select(Coupon).where(Coupon.promotion_id == promotion_id, Coupon.person_id.is_(None))
    return list(db.session.scalars(query.order_by(Coupon.id).limit(limit)))


@dataclass(frozen=True)
class Given:
    """What one promotion took off an order."""

    name: str
    bearer: Bearer
    fen: int


def given(order_id: int) -> list[Given]:
    """The promotions that an order used, as they were used; a later return of the coupon changes nothing here."""
    query = (
        sa.select(Promotion.name, Promotion.bearer, PromotionUse.amount_fen)
        .join(Promotion, Promotion.id == PromotionUse.promotion_id)
        .where(PromotionUse.order_id == order_id, PromotionUse.act == "use")
        .order_by(PromotionUse.id)
    )
    return [Given(*row) for row in db.session.execute(query)]


def borne(supplier_id: int, first: date, last: date) -> dict[Bearer, int]:
    """Fen given by promotions on a supplier's orders in these days, by who bears it; what came back is taken off.

    The platform's part is what its budget owes the supplier; the supplier's is his own discount.
    """
    query = (
        sa.select(Promotion.bearer, sa.func.sum(PromotionUse.amount_fen))
        .join(Promotion, Promotion.id == PromotionUse.promotion_id)
        .join(Order, Order.id == PromotionUse.order_id)
        .where(
            Order.supplier_id == supplier_id,
            PromotionUse.at >= clock.day_start(first),
            PromotionUse.at < clock.day_start(date.fromordinal(last.toordinal() + 1)),
        )
        .group_by(Promotion.bearer)
    )
    return {bearer: int(fen) for bearer, fen in db.session.execute(query)}
