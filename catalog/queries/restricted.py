"""The table of what canteens may not buy (rule 70), as finance and agriculture keep it and as a supplier is warned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category, CategoryRestriction
from catalog.queries.offers import restrictions_of
from catalog.rules.restrictions import Restriction
from core.db import db
from core.people.models import Person


@dataclass(frozen=True)
class RestrictionRow:
    """One row of the table. `category_name` "" : all goods."""

    id: int
    category_name: str
    is_branch: bool
    only_wild: bool
    canteen_kind: str
    document: str
    valid_from: date
    valid_to: date | None
    author: str

    def holds(self, on: date) -> bool:
        """Both ends inclusive."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def listed() -> list[RestrictionRow]:
    """The whole table: what has no end first."""
    rows = db.session.execute(
        sa.select(
            CategoryRestriction.id, sa.func.coalesce(Category.name, ""), sa.func.coalesce(~Category.is_leaf, sa.true()),
            CategoryRestriction.only_wild, CategoryRestriction.canteen_kind, CategoryRestriction.document,
            CategoryRestriction.valid_from, CategoryRestriction.valid_to, sa.func.coalesce(Person.name, ""),
        )
        .outerjoin(Category, Category.id == CategoryRestriction.category_id)
        .outerjoin(Person, Person.id == CategoryRestriction.author_id)
        .order_by(CategoryRestriction.valid_to.is_not(None), Category.position, CategoryRestriction.id)
    )  # fmt: skip
    return [RestrictionRow(*row) for row in rows]


def warnings(category_id: int, *, is_wild: bool, on: date) -> dict[str, list[str]]:
    """Which canteens may not buy goods of a kind: kinds of canteen by document."""
    category = db.session.get(Category, category_id)
    if category is None:
        return {}
    path = {category.id, category.parent_id or category.id}
    found: Iterable[Restriction] = {row for rows in restrictions_of(path, on).values() for row in rows}
    out: dict[str, list[str]] = {}
    for row in sorted(found, key=lambda one: (one.document, one.canteen_kind)):
        if (is_wild or category.is_wild or not row.only_wild) and row.canteen_kind not in out.get(row.document, []):
            out.setdefault(row.document, []).append(row.canteen_kind)
    return out
