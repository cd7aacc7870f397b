"""The agriculture bureau says how much of a purchase is net income, per category, from a day on."""

from datetime import date

from catalog.models.linkage import MarginCoefficient
from catalog.models.product import Category
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


def put(category_id: int, margin_bp: int, *, valid_from: date, document: str, by: Actor) -> MarginCoefficient:
    """A margin from the first day of a quarter on, by a document; what was scored stays as it is.

    Raises: Missing; Refused "margin-bounds", "category-not-leaf".
    """
    category = db.session.get(Category, category_id)
    if category is None:
        raise Missing("no-such-category")
    if not category.is_leaf:
        raise Refused("category-not-leaf")
    if not 0 <= margin_bp <= 10_000:
        raise Refused("margin-bounds")
    made = MarginCoefficient(
        category_id=category.id,
        margin_bp=margin_bp,
        valid_from=valid_from,
        document=document,
        person_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "margin-set", "margin_coefficient", made.id, by=by, right=Right.MARGIN_SET,
        category=category.name, margin_bp=margin_bp, valid_from=valid_from, document=document,
    )  # fmt: skip
    return made
