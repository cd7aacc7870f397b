"""Shops that take no residents' orders: a decision of the platform against them is not paid yet."""

from collections.abc import Collection

import sqlalchemy as sa

from core.db import db
from market.models.after_sale import AfterSale
from market.rules.after_sale import AfterSaleState


def is_blocked(supplier_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition, for queries over suppliers."""
    return sa.exists().where(
        AfterSale.supplier_id == supplier_id,
        AfterSale.decided_at.is_not(None),
        AfterSale.state.in_((AfterSaleState.REFUNDING, AfterSaleState.FAILED)),
    )


def blocked(supplier_ids: Collection[int]) -> frozenset[int]:
    """Which of the shops are closed to residents now. One statement."""
    query = sa.select(AfterSale.supplier_id).where(
        AfterSale.supplier_id.in_(supplier_ids),
        AfterSale.decided_at.is_not(None),
        AfterSale.state.in_((AfterSaleState.REFUNDING, AfterSaleState.FAILED)),
    )
    return frozenset(db.session.scalars(query.distinct()))
