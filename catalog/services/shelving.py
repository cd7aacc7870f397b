"""Is it yours: one product, locked until the transaction ends; and its next version, told to search and trail."""

from typing import Any

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.queries import suppliers
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.trail.models import Stream

Words = dict[str, Any]


def locked(product_id: int) -> Product:
    """Any product. Raises: Missing."""
    query = sa.select(Product).where(Product.id == product_id).with_for_update()
    product = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if product is None:
        raise Missing("no-such-product")
    return product


def own(product_id: int, *, by: Actor) -> Product:
    """One's own product. Raises: Missing."""
    seller, product = suppliers.own(by), locked(product_id)
    if product.supplier_id != seller.id:
        raise Missing("no-such-product")
    return product


def of_town(product_id: int, *, by: Actor) -> Product:
    """A product whose origin lies in the actor's town. Raises: Missing."""
    product = locked(product_id)
    if not by.place_code or product.origin_code[:9] != by.place_code:
        raise Missing("no-such-product")
    return product


def changed(
    action: str, product: Product, right: Right, by: Actor, *, before: Words | None = None, after: Words | None = None,
    **facts: object,
) -> None:  # fmt: skip
    """The product's next version: written, told to the search index, and recorded."""
    product.version += 1
    product.updated_at = clock.now()
    db.session.flush()
    search_index.mark([product.id])
    record(action, product, right, by, before=before, after=after, **facts)


def record(
    action: str, product: Product, right: Right, by: Actor, *, before: Words | None = None, after: Words | None = None,
    **facts: object,
) -> None:  # fmt: skip
    """An act on a product that the shop does not show."""
    state = {"state": product.state.value, "version": product.version}
    trail.record(
        Stream.CATALOGUE,
        action,
        "product",
        product.id,
        by=by,
        right=right,
        before=before,
        after={**state, **(after or {})},
        name=product.name,
        sku=product.sku,
        **facts,
    )
