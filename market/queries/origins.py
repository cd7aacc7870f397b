"""Where a supplier's goods may come from, as the township confirmed it."""

import sqlalchemy as sa

from catalog.models.product import Product
from core.db import db


def confirmed(supplier_id: int, category_id: int) -> set[str]:
    """Codes of the villages confirmed for a supplier's goods of a category."""
    return set(
        db.session.scalars(
            sa.select(Product.origin_code).where(
                Product.supplier_id == supplier_id,
                Product.category_id == category_id,
                Product.origin_confirmed_by_id.is_not(None),
            )
        )
    )
