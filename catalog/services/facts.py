"""What is said of a product: checked against the law's words, read off the product, written onto it."""

import sqlalchemy as sa

from catalog.models.product import Category, Product, ProductPicture, ProductSeason
from catalog.queries import claims
from catalog.rules.facts import Facts, Season, Shot, check_seasons
from catalog.rules.words import Watched, WordKind
from core.db import db
from core.errors import Refused
from core.places.models import Place, PlaceLevel

MOST_PICTURES = 6


def check(facts: Facts, *, before: Facts | None = None) -> None:
    """Whether this may be said at all.

    Raises: Refused "health-claim" (word), "category-not-leaf", "category-closed", "origin-not-village",
    "pictures-too-many", those of `check_seasons`.
    """
    claim = claims.watched(spoken(facts), WordKind.HEALTH_CLAIM)
    category, place = db.session.get(Category, facts.category_id), db.session.get(Place, facts.origin_code)
    judge(facts, claim, category, place, before=before)


def spoken(facts: Facts) -> str:
    """Every word of it."""
    return f"{facts.name} {facts.description} {' '.join(shot.alt for shot in facts.pictures)}"


def judge(
    facts: Facts, claim: Watched | None, category: Category | None, place: Place | None, *, before: Facts | None = None
) -> None:
    """As `check`, with what was looked up for it. Raises: as that."""
    if claim is not None:
        raise Refused("health-claim", word=claim.word, source=claim.source)
    if category is None or not category.is_leaf:
        raise Refused("category-not-leaf")
    if category.is_closed and (before is None or before.category_id != facts.category_id):
        raise Refused("category-closed", category=category.name)
    if place is None or place.level is PlaceLevel.COUNTY:
        raise Refused("origin-not-village")
    if len(facts.pictures) > MOST_PICTURES:
        raise Refused("pictures-too-many", most=MOST_PICTURES)
    check_seasons(facts.seasons)


def of(product: Product) -> Facts:
    """What is said of a product now."""
    seasons = db.session.scalars(
        sa.select(ProductSeason).where(ProductSeason.product_id == product.id).order_by(ProductSeason.position)
    )
    pictures = db.session.scalars(
        sa.select(ProductPicture).where(ProductPicture.product_id == product.id).order_by(ProductPicture.position)
    )
    return Facts(
        name=product.name,
        category_id=product.category_id,
        origin_code=product.origin_code,
        description=product.description,
        is_wild=product.is_wild,
        seasons=tuple(Season(one.first_month, one.last_month, one.note) for one in seasons),
        pictures=tuple(Shot(one.file_id, one.alt) for one in pictures),
    )


def write(product: Product, facts: Facts) -> None:
    """Say this of a product from now on."""
    product.name, product.category_id, product.origin_code = facts.name, facts.category_id, facts.origin_code
    product.description, product.is_wild = facts.description, facts.is_wild
    product.needs_proof = is_protected(facts)
    db.session.flush()
    for table in (ProductSeason, ProductPicture):
        db.session.execute(sa.delete(table).where(table.product_id == product.id))
    for position, one in enumerate(facts.seasons, start=1):
        db.session.add(
            ProductSeason(
                product_id=product.id,
                position=position,
                first_month=one.first_month,
                last_month=one.last_month,
                note=one.note,
            )
        )
    for position, shot in enumerate(facts.pictures, start=1):
        db.session.add(ProductPicture(product_id=product.id, position=position, file_id=shot.file_id, alt=shot.alt))
    db.session.flush()


def is_protected(facts: Facts) -> bool:
    """Whether goods like these are sold with a proof only: by their leaf, or by a word of the list."""
    by_leaf = db.session.scalar(sa.select(Category.needs_proof).where(Category.id == facts.category_id))
    return bool(by_leaf) or claims.watched(f"{facts.name} {facts.description}", WordKind.PROTECTED) is not None
