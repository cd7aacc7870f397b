"""Coupons in people's hands: taken where they lie open, held by whoever first enters a code; `discounts` uses them."""

import sqlalchemy as sa

from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.models.promotion import Coupon, Promotion
from market.queries import promotions as reading
from market.queries.promotions import Held
from market.rules.promotion import PromotionKind, PromotionState

MOST_CODES = 2_000


def claim(promotion_id: int, *, by: Actor) -> Coupon:
    """Take one of an open coupon. Raises: Missing; Refused "coupon-not-open", "coupon-enough", "coupon-all-gone"."""
    row = _locked(promotion_id)
    if row.kind is not PromotionKind.COUPON or not row.is_open:
        raise Missing("no-such-promotion")
    _open_now(row)
    nth = _next(row, by)
    if row.most_coupons is not None and row.issued >= row.most_coupons:
        raise Refused("coupon-all-gone")
    row.issued += 1
    coupon = Coupon(
        code=codes.new_code("Q", 9), promotion_id=row.id, person_id=by.person_id, nth=nth, created_at=clock.now(),
        claimed_at=clock.now(),
    )  # fmt: skip
    db.session.add(coupon)
    db.session.flush()
    return coupon


def hold(code: str, *, by: Actor) -> Coupon:
    """A code becomes whoever enters it first. Again by the same person: the same coupon.

    Raises: Refused "coupon-unknown", "coupon-taken", "coupon-not-open", "coupon-enough".
    """
    typed = code.strip().upper()
    coupon = db.session.execute(sa.select(Coupon).where(Coupon.code == typed).with_for_update()).scalar_one_or_none()
    if coupon is None:
        raise Refused("coupon-unknown")
    if coupon.person_id == by.person_id:
        return coupon
    if coupon.person_id is not None:
        raise Refused("coupon-taken")
    row = _locked(coupon.promotion_id)
    _open_now(row)
    coupon.person_id, coupon.nth, coupon.claimed_at = by.person_id, _next(row, by), clock.now()
    db.session.flush()
    return coupon


def usable(coupon_id: int, *, by: Actor) -> Held:
    """One's coupon as it may be used now.

    Raises: Refused "coupon-unknown" (not one's own), "coupon-used", "coupon-not-open".
    """
    found = reading.held(by.person_id, coupon_id)
    if not found:
        raise Refused("coupon-unknown")
    if found[0].is_used:
        raise Refused("coupon-used")
    if not found[0].is_usable:
        raise Refused("coupon-not-open")
    return found[0]


def issue_codes(promotion_id: int, number: int, *, by: Actor, right: Right) -> list[str]:
    """Single-use codes to print or send, which nobody holds yet.

    Raises: Missing; Refused "coupon-codes-number", "coupon-all-gone".
    """
    row = _locked(promotion_id)
    if row.kind is not PromotionKind.COUPON:
        raise Missing("no-such-promotion")
    if not 1 <= number <= MOST_CODES:
        raise Refused("coupon-codes-number", most=MOST_CODES)
    if row.most_coupons is not None and row.issued + number > row.most_coupons:
        raise Refused("coupon-all-gone")
    row.issued += number
    made = [codes.new_code("Q", 9) for _ in range(number)]
    rows = [{"code": code, "promotion_id": row.id, "created_at": clock.now()} for code in made]
    db.session.execute(sa.insert(Coupon), rows)
    trail.record(
        Stream.MONEY, "coupon-codes-issued", "promotion", row.id, by=by, right=right, name=row.name, count=number
    )
    return made


def _locked(promotion_id: int) -> Promotion:
    row = db.session.execute(
        sa.select(Promotion).where(Promotion.id == promotion_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise Missing("no-such-promotion")
    return row


def _open_now(row: Promotion) -> None:
    if row.state is not PromotionState.RUNNING or row.ends_at <= clock.now():
        raise Refused("coupon-not-open")


def _next(row: Promotion, by: Actor) -> int:
    """The number of the person's next coupon of the promotion, which is locked. Raises: Refused "coupon-enough"."""
    have = sa.select(sa.func.count()).where(Coupon.promotion_id == row.id, Coupon.person_id == by.person_id)
    count = db.session.scalar(have) or 0
    if count >= row.per_person:
        raise Refused("coupon-enough", most=row.per_person)
    return count + 1
