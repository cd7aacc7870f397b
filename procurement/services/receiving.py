"""A unit's goods come in: the market's act, the ledger's facts and the envelope in one transaction, or none of them."""

from core import clock
from core.access.actor import Actor
from core.db import db
from market.models.delivery import Acceptance
from market.models.order import Order
from market.rules.order_states import OrderKind, OrderState
from market.services import acceptance, fulfilment
from procurement.queries import signing
from procurement.services import canteen_orders, envelope, inventory, ledger


def accept_delivery(delivery_id: int, *, version: int, by: Actor) -> Acceptance:
    """The second signature under the counts of draft `version`.

    Raises: as `market.services.acceptance.accept`; nothing is written then.
    """
    signed = acceptance.accept(delivery_id, version=version, by=by, policy=signing.policy_of(delivery_id))
    order = db.session.get_one(Order, signed.order_id)
    if order.buyer_id is None:
        return signed
    year = clock.fiscal_year(signed.accepted_on)
    replaced = db.session.get(Acceptance, signed.reverses_id) if signed.reverses_id else None
    years = {year} | ({clock.fiscal_year(replaced.accepted_on)} if replaced else set())
    if order.kind is OrderKind.CANTEEN:  # before the ledger's lock
        envelope.lock_lines(signing.plan_lines(order.id), *((order.buyer_id, one) for one in years))
    if replaced is not None and order.kind is OrderKind.CANTEEN:
        _take_back(replaced, order.buyer_id)
    ledger.post_acceptance(signed.id, by)
    if order.kind is OrderKind.CANTEEN:
        _settle(signed, order, year)
        canteen_orders.free_order(order.id, by=by)
        inventory.take_in(signed.id, by=by)
    return signed


def close_rest(order_id: int, *, reason: str, by: Actor) -> Order:
    """The unit no longer wants what is missing; what it held of the envelope is free again.

    Raises: as `market.services.fulfilment.close_rest`.
    """
    order = fulfilment.close_rest(order_id, reason=reason, by=by)
    db.session.flush()
    canteen_orders.free_order(order.id, by=by)
    return order


def _take_back(replaced: Acceptance, unit_id: int) -> None:
    """What the round before made done is not done any more; by the ledger's judgement of that time."""
    lines = signing.signed_lines(replaced.id)
    eligible = signing.eligible([line.id for line in lines])
    for line in lines:
        envelope.book_done(
            unit_id,
            clock.fiscal_year(replaced.accepted_on),
            eligible_per_scheme={code: -fen for code, fen in eligible[line.id].items()},
            done_fen=-line.amount_fen,
            source="acceptance-replaced",
            source_id=line.id,
            plan_line_id=line.plan_line_id,
        )


def _settle(signed: Acceptance, order: Order, year: int) -> None:
    is_open = order.state is OrderState.CONFIRMED  # an order that is over opens nothing again
    lines = signing.signed_lines(signed.id)
    eligible = signing.eligible([line.id for line in lines])
    for line in lines:
        envelope.settle_acceptance(
            order.buyer_id or 0,
            year,
            plan_line_id=line.plan_line_id,
            eligible_per_scheme=eligible[line.id],
            released_upper_fen=line.released_fen if is_open else max(0, line.released_fen),
            done_fen=line.amount_fen,
            source_id=line.id,
        )
