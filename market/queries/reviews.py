"""Reading reviews: those shown of a product with the true average, a shop's own, and all of them for the platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.order import Order, OrderLine
from market.models.review import Review, ReviewAnswer, ReviewHiding, ReviewPhoto
from market.rules.order_states import OrderState
from market.rules.review import LegalBasis, average_x10


@dataclass(frozen=True)
class Shown:
    """One review; the buyer by the first character of the name only."""

    id: int
    stars: int
    text: str
    at: datetime
    buyer: str
    product_name: str
    sku: str
    pack_name: str
    supplier_name: str
    answer: str | None
    answered_at: datetime | None
    basis: LegalBasis | None
    note: str | None
    photos: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Score:
    """All shown reviews of a product, none bought away: tenths of a star and how many."""

    average_x10: int | None
    count: int


def _newest() -> sa.Select[int]:
    return sa.select(sa.func.max(ReviewHiding.id)).group_by(ReviewHiding.review_id)


def _visible() -> sa.ColumnElement[bool]:
    hidden = sa.orm.aliased(ReviewHiding)
    return ~sa.exists().where(hidden.review_id == Review.id, hidden.id.in_(_newest()), hidden.basis.is_not(None))


def is_hidden(review_id: int) -> bool:
    """Whether the newest word about it is a hiding."""
    basis = sa.select(ReviewHiding.basis).where(ReviewHiding.review_id == review_id)
    return db.session.scalar(basis.order_by(ReviewHiding.id.desc()).limit(1)) is not None


def score(product_id: int) -> Score:
    """The product's average and count. One statement."""
    total, count = db.session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Review.stars), 0), sa.func.count()).where(
            Review.product_id == product_id, _visible()
        )
    ).one()
    return Score(average_x10(int(total), int(count)), int(count))


def of_product(product_id: int, *, before: int | None = None, size: int = 20) -> list[Shown]:
    """Reviews shown of a product, newest first. Two statements."""
    where = [Review.product_id == product_id, _visible()]
    return _listed([*where, Review.id < before] if before else where, size)


def of_shop(*, for_: Actor, before: int | None = None, size: int = 30) -> list[Shown]:
    """Every review of the actor's shop, the hidden ones too. Two statements."""
    shops = sa.select(Supplier.id).where(Supplier.organisation_id.in_(for_.scope_ids))
    where = [Review.supplier_id.in_(shops)]
    return _listed([*where, Review.id < before] if before else where, size)


def every(*, before: int | None = None, size: int = 30) -> list[Shown]:
    """All reviews, newest first, for the platform. Two statements."""
    return _listed([Review.id < before] if before else [], size)


def unanswered(*, for_: Actor) -> int:
    """How many reviews the actor's shop has not answered."""
    shops = sa.select(Supplier.id).where(Supplier.organisation_id.in_(for_.scope_ids))
    answered = sa.exists().where(ReviewAnswer.review_id == Review.id)
    query = sa.select(sa.func.count(Review.id)).where(Review.supplier_id.in_(shops), ~answered)
    return db.session.scalar(query) or 0


def of_order(order_id: int) -> dict[int, int]:
    """Stars that the buyer gave: {order line: stars}."""
    rows = sa.select(Review.order_line_id, Review.stars).join(OrderLine, OrderLine.id == Review.order_line_id)
    return {line: stars for line, stars in db.session.execute(rows.where(OrderLine.order_id == order_id))}  # noqa: C416


def line_to_review(order_line_id: int, *, for_: Actor) -> OrderLine | None:
    """The actor's own received line."""
    return db.session.scalar(
        sa.select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id == order_line_id, Order.person_id == for_.person_id)
        .where(Order.state.in_((OrderState.RECEIVED, OrderState.CLOSED)))
    )


def _listed(where: Sequence[sa.ColumnElement[bool]], size: int) -> list[Shown]:
    newest = sa.orm.aliased(ReviewHiding)
    rows = db.session.execute(
        sa.select(
            *(Review.id, Review.stars, Review.text, Review.at, Person.name, Product.name, Product.sku),
            *(OrderLine.pack_name, Organisation.name, ReviewAnswer.text, ReviewAnswer.at, newest.basis, newest.note),
        )
        .join(Person, Person.id == Review.person_id)
        .join(Product, Product.id == Review.product_id)
        .join(OrderLine, OrderLine.id == Review.order_line_id)
        .join(Supplier, Supplier.id == Review.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(ReviewAnswer, ReviewAnswer.review_id == Review.id)
        .outerjoin(newest, sa.and_(newest.review_id == Review.id, newest.id.in_(_newest())))
        .where(*where)
        .order_by(Review.id.desc())
        .limit(size)
    ).all()
    found = {
        row[0]: Shown(row[0], row[1], row[2], row[3], f"{row[4][:1]}**", *row[5:])  # type: ignore[call-arg]
        for row in rows
    }
    photos = db.session.execute(
        sa.select(ReviewPhoto.review_id, StoredFile.token)
        .join(StoredFile, StoredFile.id == ReviewPhoto.file_id)
        .where(ReviewPhoto.review_id.in_(found))
        .order_by(ReviewPhoto.file_id)
    )
    for review_id, token in photos:
        found[review_id].photos.append(token)
    return list(found.values())
