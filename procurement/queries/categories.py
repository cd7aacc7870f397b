"""Goods that a spending statement is broken down by."""

import sqlalchemy as sa

from catalog.models.product import Category
from core.db import db


def choices() -> list[tuple[int, str]]:
    """(id, name) of the tree in its order; leaves are set in, so that a whole branch may be stated as one line."""
    rows = db.session.execute(sa.select(Category.id, Category.name, Category.is_leaf).order_by(Category.position))
    return [(row.id, f"\u3000{row.name}" if row.is_leaf else row.name) for row in rows]
