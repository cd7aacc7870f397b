"""A unit's goods come in: the market's act, the ledger's facts and the envelope in one transaction, or none of them."""

from core import clock
from core.access.actor import Actor
from core.db import db
from market.models.delivery import Acceptance
from market.models.order import Order
from market.rules.order_states import OrderKind
from market.services import acceptance, fulfilment
from procurement.queries import signing
from procurement.services import canteen_orders, envelope, ledger


def accept_delivery(delivery_id: int, *, version: int, by: Actor) -> Acceptance:
    """The second signature under the counts of draft `version`.

    Raises: as `market.services.acceptance.accept`; nothing is written then.
    """
    signed = acceptance.accept(delivery_id, version=version, by=by, policy=signing.policy_of(delivery_id))
    order = db.session.get_one(Order, signed.order_id)
    if order.buyer_id is None:
        return signed
    year = clock.fiscal_year(signed.accepted_on)
    if order.kind is OrderKind.CANTEEN:
        envelope.lock_lines(signing.plan_lines(order.id), (order.buyer_id, year))  # before the ledger's lock
    ledger.post_acceptance(signed.id, by)
    if order.kind is OrderKind.CANTEEN:
        _settle(signed, order.buyer_id, year)
        canteen_orders.free_order(order.id, by=by)
    return signed


def close_rest(order_id: int, *, reason: str, by: Actor) -> Order:
    """The unit no longer wants what is missing; what it held of the envelope is free again.

    Raises: as `market.services.fulfilment.close_rest`.
    """
    order = fulfilment.close_rest(order_id, reason=reason, by=by)
    db.session.flush()
    canteen_orders.free_order(order.id, by=by)
    return order


def _settle(signed: Acceptance, unit_id: int, year: int) -> None:
    lines = signing.signed_lines(signed.id)
    eligible = signing.eligible([line.id for line in lines])
    for line in lines:
        envelope.settle_acceptance(
            unit_id,
            year,
            plan_line_id=line.plan_line_id,
            eligible_per_scheme=eligible[line.id],
            released_upper_fen=line.released_fen,
            done_fen=line.amount_fen,
            source_id=line.id,
        )
