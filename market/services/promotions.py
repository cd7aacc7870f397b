"""Making promotions: a supplier's at its own cost, the platform's out of a budget; stopping, approving them."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.queries import suppliers
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.promotion import BudgetAccount, BudgetGrant, Promotion, PromotionApproval, PromotionOffer
from market.rules.promotion import (
    PROMOTION,
    Bearer,
    Draft,
    PromotionAct,
    PromotionKind,
    PromotionState,
    Terms,
    check,
    is_below_floor,
)

MOST_OFFERS = 200


def make_own(draft: Draft, offer_ids: Collection[int], *, by: Actor) -> Promotion:
    """A supplier's promotion on its own goods (no offers: all of them), at its own cost.

    Raises: Missing (a foreign offer); Refused "promotion-too-deep" (a price would fall below 70 % and no approval is
    asked for), and as `rules.promotion.check`.
    """
    mine = suppliers.own(by)
    return _make(draft, mine.id, None, offer_ids, by, Right.SELL)


def make_platform(
    draft: Draft, supplier_id: int | None, account_id: int, *, by: Actor, offer_ids: Collection[int] = ()
) -> Promotion:
    """A promotion out of one of the platform's budgets, on one supplier's goods or everybody's.

    Raises: Missing; Refused "promotion-over-budget" (more than is left) and as `make_own`.
    """
    account = db.session.get(BudgetAccount, account_id)
    if account is None or (supplier_id is not None and db.session.get(Supplier, supplier_id) is None):
        raise Missing("no-such-budget")
    if draft.budget_fen is not None and draft.budget_fen > account.limit_fen - account.used_fen:
        raise Refused("promotion-over-budget", left_fen=account.limit_fen - account.used_fen)
    return _make(draft, supplier_id, account, offer_ids, by, Right.PROMOTE)


def _make(
    draft: Draft,
    supplier_id: int | None,
    account: BudgetAccount | None,
    offers: Collection[int],
    by: Actor,
    right: Right,
) -> Promotion:
    check(draft)
    _check_offers(offers, supplier_id)
    row = Promotion(
        kind=draft.kind, bearer=draft.bearer, name=draft.name, supplier_id=supplier_id,
        state=PromotionState.WAITING if draft.is_deep else PromotionState.RUNNING,
        budget_account_id=account.id if account else None, starts_at=draft.starts_at, ends_at=draft.ends_at,
        off_fen=draft.off_fen, off_bp=draft.off_bp, cap_fen=draft.cap_fen, least_fen=draft.least_fen,
        budget_fen=draft.budget_fen, used_fen=0, per_person=draft.per_person, most_coupons=draft.most_coupons,
        issued=0, is_open=draft.is_open, is_deep=draft.is_deep, made_by_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    if draft.kind is PromotionKind.SHELF and not draft.is_deep:
        _check_depth(row, offers, supplier_id)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(PromotionOffer(promotion_id=row.id, offer_id=offer_id) for offer_id in sorted(set(offers)))
    _record("promotion-made", row, by, right)
    return row


def _check_offers(offers: Collection[int], supplier_id: int | None) -> None:
    if len(offers) > MOST_OFFERS:
        raise Refused("promotion-offers-too-many", most=MOST_OFFERS)
    mine = sa.select(sa.func.count()).select_from(Offer).join(Product, Product.id == Offer.product_id)
    mine = mine.where(Offer.id.in_(set(offers)))
    if supplier_id is not None:
        mine = mine.where(Product.supplier_id == supplier_id)
    if offers and db.session.scalar(mine) != len(set(offers)):
        raise Missing("no-such-offer")


def _check_depth(row: Promotion, offers: Collection[int], supplier_id: int | None) -> None:
    """No price of today falls below the floor by it; a price that changes later is held by the floor itself."""
    terms = Terms(0, row.kind, row.bearer, off_fen=row.off_fen, off_bp=row.off_bp)
    query = (
        sa.select(Product.name, OfferVersion.pack_price_fen)
        .join(Offer, Offer.product_id == Product.id)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .where(Offer.is_active)
    )
    if supplier_id is not None:
        query = query.where(Product.supplier_id == supplier_id)
    if offers:
        query = query.where(Offer.id.in_(set(offers)))
    for name, price_fen in db.session.execute(query.order_by(OfferVersion.pack_price_fen).limit(1000)):
        if is_below_floor(terms, price_fen):
            raise Refused("promotion-too-deep", name=name, price_fen=price_fen)


def approve(promotion_id: int, reason: str, *, by: Actor) -> Promotion:
    """A second person of who bears it lets lines fall below 70 %.

    Raises: Missing; Refused "promotion-own-approval", "reason-needed", "state-forbids-act".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    row = own(promotion_id, by=by)
    if row.made_by_id == by.person_id:
        raise Refused("promotion-own-approval")
    state = advance(PROMOTION, row.state, PromotionAct.APPROVE, "second")
    db.session.add(
        PromotionApproval(
            promotion_id=row.id, made_by_id=row.made_by_id, person_id=by.person_id, reason=reason.strip(),
            at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    row.state = state
    db.session.flush()
    _record("promotion-approved", row, by, Right.PROMOTION_APPROVE, reason=reason.strip())
    return row


def stop(promotion_id: int, *, by: Actor, right: Right) -> Promotion:
    """End it now; orders placed keep what they were given. Raises: Missing; Refused "state-forbids-act"."""
    row = own(promotion_id, by=by)
    row.state = advance(PROMOTION, row.state, PromotionAct.STOP, "bearer")
    _record("promotion-stopped", row, by, right)
    return row


def open_budget(name: str, *, by: Actor) -> BudgetAccount:
    """A new budget with nothing in it. Raises: Refused "budget-name"."""
    taken = sa.select(BudgetAccount.id).where(BudgetAccount.name == name)
    if not name or db.session.scalar(taken) is not None:
        raise Refused("budget-name")
    account = BudgetAccount(name=name, created_at=clock.now())
    db.session.add(account)
    db.session.flush()
    trail.record(Stream.MONEY, "budget-opened", "budget", account.id, by=by, right=Right.PROMOTE, name=name)
    return account


def grant(account_id: int, amount_fen: int, document: str, *, by: Actor) -> BudgetGrant:
    """Put money into a budget, by a document. Raises: Missing; Refused "budget-amount", "budget-document"."""
    account = db.session.get(BudgetAccount, account_id)
    if account is None:
        raise Missing("no-such-budget")
    if amount_fen <= 0:
        raise Refused("budget-amount")
    if not document:
        raise Refused("budget-document")
    row = BudgetGrant(
        account_id=account_id, amount_fen=amount_fen, document=document, person_id=by.person_id, at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    db.session.refresh(account)
    trail.record(
        Stream.MONEY, "budget-granted", "budget", account_id, by=by, right=Right.PROMOTE,
        name=account.name, amount_fen=amount_fen, document=document,
    )  # fmt: skip
    return row


def own(promotion_id: int, *, by: Actor) -> Promotion:
    """A promotion that the actor's body bears, locked. Raises: Missing."""
    row = db.session.execute(
        sa.select(Promotion).where(Promotion.id == promotion_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise Missing("no-such-promotion")
    if row.bearer is Bearer.PLATFORM:
        own = by.organisation_kind is OrganisationKind.PLATFORM
    else:
        supplier = db.session.get(Supplier, row.supplier_id)
        own = supplier is not None and supplier.organisation_id in by.scope_ids
    if not own:
        raise Missing("no-such-promotion")
    return row


def _record(action: str, row: Promotion, by: Actor, right: Right, **facts: Any) -> None:
    trail.record(
        Stream.MONEY, action, "promotion", row.id, by=by, right=right, after={"state": row.state.value}, name=row.name,
        **facts,
    )  # fmt: skip
