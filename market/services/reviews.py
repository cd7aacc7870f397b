"""Reviews: only by buyers of the line, answered by the shop, hidden only with a logged basis in law (rule 86)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.supplier import Supplier
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files import services as files
from core.files.models import Audience, StoredFile
from core.files.services import Upload
from core.organisations.models import Membership
from core.trail.models import Stream
from market.models.order import Order, OrderLine
from market.models.review import Review, ReviewAnswer, ReviewHiding, ReviewPhoto
from market.queries import reviews as reading
from market.rules import review as rules
from market.rules.after_sale import MOST_PHOTOS
from market.rules.order_states import OrderKind, OrderState
from market.rules.review import LegalBasis
from market.services import holding

_HAD = (OrderState.RECEIVED, OrderState.CLOSED)


def write(order_line_id: int, *, stars: int, text: str, photos: Sequence[Upload] = (), by: Actor) -> Review:
    """A buyer's word about a line that was received; once, and not about one's own shop.

    Raises: Missing; Refused "review-not-received", "review-own-shop", "review-twice", "review-stars",
    "review-too-long", "too-many-photos".
    """
    line, order = _line(order_line_id, by)
    if order.state not in _HAD:
        raise Refused("review-not-received")
    if _own_shop(order.supplier_id, by):
        raise Refused("review-own-shop")
    rules.check(stars, text.strip())
    if len(photos) > MOST_PHOTOS:
        raise Refused("too-many-photos", most=MOST_PHOTOS)
    values = {
        "order_line_id": line.id, "product_id": line.product_id, "supplier_id": order.supplier_id,
        "person_id": by.person_id, "stars": stars, "text": text.strip(), "at": clock.now(),
    }  # fmt: skip
    made = db.session.execute(insert(Review).values(**values).on_conflict_do_nothing().returning(Review.id)).scalar()
    if made is None:
        raise Refused("review-twice")
    for photo in photos:
        kept = files.take_picture(
            photo.stream, name=photo.name, purpose="review", by=by, audience=Audience.PUBLIC, owner_id=None
        )
        db.session.add(ReviewPhoto(review_id=made, file_id=kept.id))
    trail.record(Stream.MONEY, "review-written", "review", made, by=by, right=Right.SHOP, stars=stars)
    return db.session.get_one(Review, made)


def _line(order_line_id: int, by: Actor) -> tuple[OrderLine, Order]:
    found = db.session.execute(
        sa.select(OrderLine, Order)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id == order_line_id, Order.person_id == by.person_id, Order.kind == OrderKind.RESIDENT)
    ).one_or_none()
    if found is None:
        raise Missing("no-such-order")
    return found[0], found[1]


def _own_shop(supplier_id: int, by: Actor) -> bool:
    """Whether the person works for the shop (rule 88), in whatever seat they sit now."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    Supplier.id == supplier_id,
                    Membership.organisation_id == Supplier.organisation_id,
                    Membership.person_id == by.person_id,
                    Membership.ended_at.is_(None),
                )
            )
        )
    )


def answer(review_id: int, *, text: str, by: Actor) -> ReviewAnswer:
    """The shop's answer, once. Raises: Missing; Refused "reason-needed", "review-too-long", "review-answered"."""
    found = db.session.scalar(sa.select(Review).where(Review.id == review_id, holding.sells(by, Review.supplier_id)))
    if found is None:
        raise Missing("no-such-review")
    if not text.strip():
        raise Refused("reason-needed")
    rules.check(found.stars, text.strip())
    row = insert(ReviewAnswer).values(review_id=review_id, text=text.strip(), person_id=by.person_id, at=clock.now())
    if db.session.execute(row.on_conflict_do_nothing().returning(ReviewAnswer.review_id)).scalar() is None:
        raise Refused("review-answered")
    trail.record(Stream.MONEY, "review-answered", "review", review_id, by=by, right=Right.SELL)
    return db.session.get_one(ReviewAnswer, review_id)


def hide(review_id: int, basis: LegalBasis, *, note: str, by: Actor) -> ReviewHiding:
    """Hide a review for a reason of law, which is kept. Raises: Missing; Refused "reason-needed", "review-hidden"."""
    return _set(review_id, basis, note, by)


def show_again(review_id: int, *, note: str, by: Actor) -> ReviewHiding:
    """Show it again. Raises: Missing; Refused "reason-needed", "review-shown"."""
    return _set(review_id, None, note, by)


def _set(review_id: int, basis: LegalBasis | None, note: str, by: Actor) -> ReviewHiding:
    review = db.session.get(Review, review_id)
    if review is None:
        raise Missing("no-such-review")
    if not note.strip():
        raise Refused("reason-needed")
    if reading.is_hidden(review_id) is (basis is not None):
        raise Refused("review-hidden" if basis else "review-shown")
    made = ReviewHiding(
        review_id=review_id, basis=basis, note=note.strip()[:200], person_id=by.person_id, at=clock.now()
    )
    db.session.add(made)
    photos = sa.select(ReviewPhoto.file_id).where(ReviewPhoto.review_id == review_id)
    audience = Audience.OWNER if basis else Audience.PUBLIC
    db.session.execute(sa.update(StoredFile).where(StoredFile.id.in_(photos)).values(audience=audience))
    act = "review-hidden" if basis else "review-shown"
    trail.record(
        *(Stream.MONEY, act, "review", review_id),
        by=by, right=Right.ARBITRATE, basis=basis.value if basis else "", note=made.note,
    )  # fmt: skip
    return made
