"""Taking hold of accepted goods that are to be paid: all of one supplier and one unit, their orders locked."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from market.models.delivery import Acceptance
from market.models.order import Order
from market.queries import payables
from market.queries.payables import Claim
from market.services import holding


def take(acceptance_ids: Sequence[int], by: Actor) -> list[Claim]:
    """The claims of these acceptances, all of the actor's unit, or (for a supplier's
    invoice) of the actor's shop.

    Raises: Missing; Refused "claims-empty", "claims-two-suppliers".
    """
    if not acceptance_ids:
        raise Refused("claims-empty")
    lock_orders(acceptance_ids)
    mine: sa.ColumnElement[bool] = Order.buyer_id.in_(by.scope_ids)
    if by.organisation_kind is OrganisationKind.SUPPLIER:
        mine = holding.sells(by, Order.supplier_id)
    found = payables.claims(Acceptance.id.in_(acceptance_ids), mine)
    if {one.acceptance_id for one in found} != set(acceptance_ids):
        raise Missing("no-such-acceptance")
    if len({(one.supplier_id, one.buyer_id) for one in found}) > 1:
        raise Refused("claims-two-suppliers")
    return found


def lock_orders(acceptance_ids: Sequence[int]) -> list[Order]:
    """The orders behind acceptances, in the order of their ids, held until the transaction ends."""
    mine = sa.select(Acceptance.order_id).where(Acceptance.id.in_(acceptance_ids))
    return list(
        db.session.scalars(
            sa.select(Order)
            .where(Order.id.in_(mine))
            .order_by(Order.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
