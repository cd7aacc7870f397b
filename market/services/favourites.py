"""Goods and shops that a resident keeps in sight. Keeping twice is keeping once; letting go of nothing is no fault."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.product import Product
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from market.models.favourite import Favourite
from market.queries import favourites

MOST = 2_000


def keep_product(product_id: int, *, by: Actor) -> None:
    """Raises: Missing for what was never listed; Refused "favourites-full"."""
    if not db.session.scalar(sa.select(sa.exists().where(Product.id == product_id, Product.listed_at.is_not(None)))):
        raise Missing("no-such-product")
    _keep({"product_id": product_id}, by)


def keep_shop(supplier_id: int, *, by: Actor) -> None:
    """Raises: Missing; Refused "favourites-full"."""
    if not db.session.scalar(sa.select(sa.exists().where(Supplier.id == supplier_id))):
        raise Missing("no-such-supplier")
    _keep({"supplier_id": supplier_id}, by)


def let_go(*, product_id: int | None = None, supplier_id: int | None = None, by: Actor) -> None:
    """Take one out of the list, sold or not."""
    what = Favourite.product_id == product_id if product_id is not None else Favourite.supplier_id == supplier_id
    db.session.execute(sa.delete(Favourite).where(Favourite.person_id == by.person_id, what))


def _keep(what: Mapping[str, int], by: Actor) -> None:
    if sum(favourites.counts(for_=by)) >= MOST and not favourites.is_kept(for_=by, **what):
        raise Refused("favourites-full", most=MOST)
    row = insert(Favourite).values(person_id=by.person_id, kept_at=clock.now(), **what)
    db.session.execute(row.on_conflict_do_nothing())
