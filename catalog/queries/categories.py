"""Reading the goods tree."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.rules.listing import ProductState
from catalog.rules.returns import ReturnPolicy
from core.db import db


@dataclass(frozen=True)
class CategoryRow:
    """One category; a branch has no parent."""

    id: int
    code: str
    name: str
    parent_id: int | None
    is_leaf: bool
    is_ingredient: bool
    art: str
    is_closed: bool
    aliases: str
    return_policy: ReturnPolicy = ReturnPolicy.SEVEN_DAYS


def listed() -> list[CategoryRow]:
    """The whole tree in its order."""
    columns = (
        Category.id,
        Category.code,
        Category.name,
        Category.parent_id,
        Category.is_leaf,
        Category.is_ingredient,
        Category.art,
        Category.is_closed,
        Category.aliases,
        Category.return_policy,
    )
    return [CategoryRow(*list(row)) for row in db.session.execute(sa.select(*columns).order_by(Category.position))]


def branches() -> list[CategoryRow]:
    """The shop's first row."""
    return [row for row in listed() if row.parent_id is None]


def goods_by_leaf() -> dict[int, int]:
    """How many products that are not withdrawn each leaf has."""
    rows = db.session.execute(
        sa.select(Product.category_id, sa.func.count())
        .where(Product.state != ProductState.WITHDRAWN)
        .group_by(Product.category_id)
    )
    return {row[0]: row[1] for row in rows}
