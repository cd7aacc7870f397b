"""Orders out of an approved plan: inside it and its tolerance they need no second approval (rule 62).

The plan row is locked while its orders are placed, so that two people never order more together than was planned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.queries import offers
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.trail.models import Stream
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderKind, OrderState
from market.services import ordering
from market.services.ordering import Destination, Wanted
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens, holds, plan_gate
from procurement.queries.canteens import CanteenRow
from procurement.rules.plan import LineChannel, PlannedLine, PlanState, check_inside_plan
from procurement.services import envelope, ledger, order_runs, overdue_orders, plan_releases, plan_rows


@dataclass(frozen=True)
class Taken:
    """What live orders have of a plan line, and whether another one was cancelled."""

    packs: int = 0
    upper_qty: int = 0
    upper_fen: int = 0
    had_cancelled: bool = False


def place(
    token: str, *, by: Actor, packs: Mapping[int, int] | None = None, deliver_on: date | None = None
) -> list[Order]:
    """Order platform lines {plan line id: packs} (None: all that is left), one order per supplier and day.

    `deliver_on` None: each line's own day. Raises: Missing; Refused "plan-not-approved", "order-empty",
    "order-beyond-plan", "order-outside-period", "order-day-past", "offer-gone", "plan-goods-barred", "stock-short",
    "plan-stopped", "order-unit-overdue", "round-next-outside-plan" (the supplier's next run is after the plan).
    """
    plan = plan_rows.seen(token, by, lock=True)
    if plan.state is not PlanState.APPROVED:
        raise Refused("plan-not-approved", plan_no=plan.plan_no)
    overdue_orders.check(plan)
    lines = {one.id: one for one in plan_rows.lines_of(plan) if one.channel is LineChannel.PLATFORM}
    taken = taken_of(plan.id)
    wanted = _wanted(lines, taken, packs)
    canteen = canteens.named(plan.canteen_id)
    today = offers.sellable([lines[i].offer_id or 0 for i in wanted], for_units=True)
    runs = order_runs.Runs(plan, canteen.id, {offer.supplier_id for offer in today.values()})
    by_day: dict[date, list[Wanted]] = {}
    for line_id, count in wanted.items():
        asked = deliver_on or lines[line_id].deliver_on or plan.period_from
        day = runs.day_of(today.get(lines[line_id].offer_id or 0), asked)
        one = _checked(plan, lines[line_id], count, day, today, taken.get(line_id, Taken()), canteen)
        by_day.setdefault(day, []).append(one)
    orders = [
        order
        for day in sorted(by_day)
        for order in ordering.place(by_day[day], _destination(plan, canteen, day, by), by=by)
    ]
    runs.stop(orders)
    _hold_again(plan, lines, orders, taken)
    ledger.post_ordered([order.id for order in orders], by)
    for order in orders:
        _record("canteen-order-placed", order, by, upper_fen=order.upper_fen)
    return orders


def cancel(token: str, *, reason: str, by: Actor) -> Order:
    """Call an order off before anything of it was sent; its goods and its part of the envelope are free again.

    Raises: Missing; Refused "reason-needed", "order-already-sent", "state-forbids-act".
    """
    order = _mine(token, by)
    ordering.cancel(order, party="unit", reason=reason, by=by)
    db.session.flush()
    free_order(order.id, by=by)
    _record("canteen-order-cancelled", order, by, reason=reason.strip())
    return order


def free_order(order_id: int, *, by: Actor | None = None) -> None:
    """Free what an order that ended still holds in the envelope, and tell the ledger what it never brought.

    May be called again; does nothing for a live one.
    """
    over = Order.state.in_([OrderState.CANCELLED, OrderState.FULFILLED, OrderState.CLOSED])
    left = holds.left_of_orders(Order.id == order_id, over)
    if not left:
        return
    envelope.release_lines({line_id: (plan_line, fen) for line_id, plan_line, fen in left if fen}, "order-over")
    ledger.post_released([order_id], by)


def free_of_plan(plan_id: int) -> None:
    """As `free_order`, for the plan's orders that ended by their supplier's act and wait for the clock.

    To be called before it is read what the plan's lines hold: else what such an order holds is taken for another's.
    """
    for order_id in holds.over_and_held(Order.plan_id == plan_id):
        free_order(order_id)


def taken_of(plan_id: int) -> dict[int, Taken]:
    """What orders of the plan have taken of its lines. One statement."""
    live = Order.state != OrderState.CANCELLED
    rows = db.session.execute(
        sa.select(
            OrderLine.plan_line_id,
            sa.func.coalesce(sa.func.sum(OrderLine.packs).filter(live), 0),
            sa.func.coalesce(sa.func.sum(OrderLine.upper_qty).filter(live), 0),
            sa.func.coalesce(sa.func.sum(OrderLine.upper_fen).filter(live), 0),
            sa.func.bool_or(~live),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.plan_id == plan_id)
        .group_by(OrderLine.plan_line_id)
    )
    return {row[0]: Taken(int(row[1]), int(row[2]), int(row[3]), bool(row[4])) for row in rows if row[0] is not None}


def _wanted(
    lines: Mapping[int, PlanLine], taken: Mapping[int, Taken], packs: Mapping[int, int] | None
) -> dict[int, int]:
    if packs is None:
        packs = {i: (line.packs or 0) - taken.get(i, Taken()).packs for i, line in lines.items()}
    wanted = {line_id: count for line_id, count in packs.items() if count > 0}
    if not wanted:
        raise Refused("order-empty")
    if not wanted.keys() <= lines.keys():
        raise Missing("no-such-plan-line")
    return wanted


def _checked(
    plan: Plan,
    line: PlanLine,
    count: int,
    day: date,
    today: Mapping[int, offers.SellableOffer],
    taken: Taken,
    canteen: CanteenRow,
) -> Wanted:
    offer = today.get(line.offer_id or 0)
    if offer is None:
        raise Refused("offer-gone", goods=line.goods)
    document = offer.barred_for(canteen.kind.value)
    if document:
        raise Refused("plan-goods-barred", goods=offer.product_name, document=document)
    if day < clock.today():
        raise Refused("order-day-past", goods=line.goods)
    one = Wanted(offer, count, line.id)
    planned = PlannedLine(line.upper_qty, line.upper_fen, taken.upper_qty, taken.upper_fen)
    priced = one.priced
    period = (plan.period_from, plan.period_to)
    check_inside_plan(planned, upper_qty=priced.upper_qty, upper_fen=priced.upper_fen, on=day, period=period)
    return one


def _destination(plan: Plan, canteen: CanteenRow, day: date, by: Actor) -> Destination:
    return Destination(
        kind=OrderKind.CANTEEN,
        buyer_id=canteen.unit_id,
        canteen_id=canteen.id,
        deliver_on=day,
        receiver=f"{canteen.name} {by.name}"[:60],
        phone=canteen.phone,
        address=canteen.address,
        plan_id=plan.id,
    )


def _hold_again(plan: Plan, lines: Mapping[int, PlanLine], orders: Sequence[Order], taken: Mapping[int, Taken]) -> None:
    """A cancelled order freed its part of the envelope; an order that takes its place holds it again, by the gate."""
    freed = [line_id for line_id, one in taken.items() if one.had_cancelled]
    if not freed:
        return
    db.session.flush()
    free_of_plan(plan.id)
    envelope.lock_lines(freed)
    held, needed = holds.open_of(freed), holds.live_of_plan(plan.id)
    newest = db.session.execute(
        sa.select(OrderLine.plan_line_id, OrderLine.id, OrderLine.upper_fen).where(
            OrderLine.order_id.in_([order.id for order in orders]), OrderLine.plan_line_id.in_(freed)
        )
    )
    for line_id, order_line_id, upper_fen in newest:
        if line_id is None:
            continue
        short = min(upper_fen, needed.get(line_id, 0) - held.get(line_id, 0))
        if short <= 0:
            continue
        line = lines[line_id]
        year = (line.deliver_on or plan.period_from).year
        locked = {year: envelope.lock(plan.unit_id, year)}
        found = plan_gate.of_part(plan, line, short, locked=locked)
        if found.stops:
            raise plan_releases.stopped(found)
        envelope.recommit(plan, line, short, source_id=order_line_id)


def _mine(token: str, by: Actor) -> Order:
    mine = sa.select(Organisation.id).where(canteens.within(by))
    order = db.session.scalars(
        sa.select(Order)
        .where(Order.token == token, Order.canteen_id.in_(mine))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise Missing("no-such-order")
    return order


def _record(act: str, order: Order, by: Actor, **facts: Any) -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "purchase_order", order.id),
        by=by,
        right=Right.PLAN,
        after={"state": order.state.value},
        order_no=order.order_no,
        **facts,
    )
