"""A canteen's answer to what a supplier asks. Other goods get their own plan line, envelope and facts, or none of them.

Locks: the order, then the plan, then the envelopes.
"""

import sqlalchemy as sa

from catalog.queries import offers
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.organisations.models import Organisation
from market.models.order import Order
from market.models.shipping import OrderAsk
from market.queries.offer_terms import terms_of
from market.rules.asks import GOODS
from market.services import answering, frozen
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens, plan_gate
from procurement.rules.gate import Gate
from procurement.rules.plan import ApprovalLevel, GeneralReason, Limits
from procurement.services import canteen_orders, envelope, ledger, plan_lines, plan_releases


def within(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that an order is one of the actor's canteens'."""
    return Order.canteen_id.in_(sa.select(Organisation.id).where(canteens.within(by)))


def agree(ask_id: int, *, by: Actor) -> OrderAsk:
    """The buyer's tap.

    Raises: Missing; as `answering.take` and `answering.settle`; for goods also Refused "ask-price-changed",
    "plan-goods-barred", "extra-above-limit" (the plan would need a collective decision), "plan-stopped",
    "stock-short", "packs-too-few".
    """
    ask, order = answering.take(ask_id, mine=within(by), by=by)
    if ask.kind in GOODS:
        _take_goods(ask, order, by)
    else:
        answering.settle(ask, order, by=by)
    db.session.flush()
    canteen_orders.free_order(order.id, by=by)
    return ask


def decline(ask_id: int, *, reason: str, by: Actor) -> OrderAsk:
    """The order stays as it was. Raises: Missing; Refused "state-forbids-act"."""
    return answering.decline(ask_id, mine=within(by), reason=reason, by=by)


def _take_goods(ask: OrderAsk, order: Order, by: Actor) -> None:
    offer = offers.sellable([ask.offer_id or 0], for_units=True).get(ask.offer_id or 0)
    if offer is None or offer.offer_version_id != ask.offer_version_id:
        raise Refused("ask-price-changed", order_no=order.order_no)
    packs = ask.packs or 0
    priced = terms_of(offer).of(packs)
    plan = db.session.get(Plan, order.plan_id, with_for_update=True, populate_existing=True) if order.plan_id else None
    planned = _planned(plan, order, ask, offer, packs) if plan is not None else None
    row = frozen.line(
        *(order.id, 0, offer, packs),
        amount_fen=priced.amount_fen,
        upper_qty=priced.upper_qty,
        upper_fen=priced.upper_fen,
        plan_line_id=planned.id if planned is not None else None,
    )
    line_id = answering.add_line(ask, order, row, by=by)
    if plan is not None and planned is not None:
        _hold(plan, planned, line_id, by)
    ledger.post_ordered([order.id], by)


def _planned(plan: Plan, order: Order, ask: OrderAsk, offer: offers.SellableOffer, packs: int) -> PlanLine:
    """The goods' own line in the plan; the approver's tap approves it, up to the head's limit."""
    line = plan_lines.add_extra(plan, offer, packs, on=order.deliver_on or clock.today())
    line.general_reason, line.general_note = GeneralReason.QUANTITY, ask.reason
    canteen = canteens.named(plan.canteen_id)
    level = Limits(canteen.rule_limit_fen, canteen.head_limit_fen).level(plan.upper_fen)
    if level is ApprovalLevel.COLLECTIVE and plan.approval_level is not ApprovalLevel.COLLECTIVE:
        raise Refused("extra-above-limit", plan_no=plan.plan_no)
    return line


def _hold(plan: Plan, line: PlanLine, order_line_id: int, by: Actor) -> None:
    """The gate is asked and the envelope holds the line, as at the plan's own approval (rule 96)."""
    year = (line.deliver_on or plan.period_from).year
    found = plan_gate.of_part(plan, line, line.upper_fen, locked={year: envelope.lock(plan.unit_id, year)})
    if found.stops:
        raise plan_releases.stopped(found)
    if found.level is Gate.REASON:
        plan_releases.release_by_reason(plan, [line], found, by)
    envelope.recommit(plan, line, line.upper_fen, source_id=order_line_id)
