"""Ticks on the pick list: goods of an order line lie packed. Two people may tick at once; each line has one tick."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from market.models.order import Order, OrderLine
from market.models.shipping import PickMark


def tick(packed: Collection[int], *, undone: Collection[int] = (), by: Actor) -> int:
    """Set a tick on the order lines `packed`, take it off `undone`: only what this person changed on the page, so that
    a page of an hour ago takes nobody else's tick away.

    Lines of other shops are left alone. A tick that somebody else set stays theirs. How many of `packed` lie packed.
    """
    mine = set(
        db.session.scalars(
            sa.select(OrderLine.id)
            .join(Order, Order.id == OrderLine.order_id)
            .join(Supplier, Supplier.id == Order.supplier_id)
            .where(any_of(OrderLine.id, {*packed, *undone}), Supplier.organisation_id.in_(by.scope_ids))
        )
    )
    db.session.execute(sa.delete(PickMark).where(any_of(PickMark.order_line_id, mine & set(undone))))
    if done := sorted(mine & set(packed)):
        rows = [{"order_line_id": line_id, "person_id": by.person_id, "at": clock.now()} for line_id in done]
        db.session.execute(insert(PickMark).values(rows).on_conflict_do_nothing())
    return len(done)


def clear(line_ids: Collection[int]) -> None:
    """Goods have left: what is still to send of these lines is to be packed anew."""
    db.session.execute(sa.delete(PickMark).where(any_of(PickMark.order_line_id, line_ids)))
