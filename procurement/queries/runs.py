"""Delivery rounds beside a plan's lines: which run comes next, and what to tell about orders that were placed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from core import clock
from core.db import any_of, db
from core.organisations.models import Organisation
from core.settings.calendar import current
from market.models.order import Order
from market.models.shipping import DeliveryRound, RoundStop
from market.queries import rounds
from market.rules.order_states import OrderState
from market.rules.rounds import Run, next_run
from procurement.models.plan import Plan, PlanLine


@dataclass(frozen=True)
class NextRun:
    """What an order of a line placed now would go with."""

    run: Run
    asked_on: date
    cutoff_at: datetime

    @property
    def is_moved(self) -> bool:
        """Whether the day asked for is missed."""
        return self.run.on != self.asked_on


@dataclass(frozen=True)
class Told:
    """A placed order and its run: moved to a later one, or below the least that the van stops for."""

    order_no: str
    supplier_name: str
    run_on: date
    wanted_on: date
    stop_fen: int
    min_stop_fen: int

    @property
    def is_moved(self) -> bool:
        return self.run_on != self.wanted_on

    @property
    def is_small(self) -> bool:
        return self.stop_fen < self.min_stop_fen


def ahead(plan: Plan, lines: Collection[PlanLine], place: str | None) -> dict[int, NextRun]:
    """{plan line id: its next run}, of platform lines whose supplier drives rounds there. Four statements."""
    offers = {line.offer_id for line in lines if line.offer_id}
    rows = db.session.execute(
        sa.select(Offer.id, Product.supplier_id)
        .join(Product, Product.id == Offer.product_id)
        .where(any_of(Offer.id, offers))
    )
    supplier_of = {row.id: row.supplier_id for row in rows}
    known = rounds.of_suppliers(set(supplier_of.values()))
    if not known:
        return {}
    calendar, now, found = current(), clock.now(), {}
    for line in lines:
        own = known.get(supplier_of.get(line.offer_id or 0, 0), [])
        asked = max(line.deliver_on or plan.period_from, clock.today())
        run = next_run(own, town=place, not_before=asked, now=now, calendar=calendar)
        if run is not None:
            rule = next(one for one in own if one.id == run.round_id)
            found[line.id] = NextRun(run, asked, rule.cutoff_at(run.on))
    return found


def told(order_ids: Collection[int]) -> list[Told]:
    """What the orderer should know of orders just placed: other days, stops below the least. One statement."""
    other, seller = sa.orm.aliased(Order), sa.orm.aliased(Organisation)
    beside = sa.orm.aliased(RoundStop)
    stop_fen = (
        sa.select(sa.func.coalesce(sa.func.sum(other.total_fen), 0))
        .join(beside, beside.order_id == other.id)
        .where(
            beside.round_id == RoundStop.round_id,
            beside.run_on == RoundStop.run_on,
            other.canteen_id == Order.canteen_id,
            other.state != OrderState.CANCELLED,
        )
        .correlate(RoundStop, Order)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            *(Order.order_no, seller.name, RoundStop.run_on, RoundStop.wanted_on, stop_fen),
            DeliveryRound.min_stop_fen,
        )
        .join(RoundStop, RoundStop.order_id == Order.id)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .where(any_of(Order.id, order_ids))
        .order_by(Order.id)
    )
    return [
        Told(order_no, supplier, run_on, wanted_on, int(stop_total), least)
        for order_no, supplier, run_on, wanted_on, stop_total, least in rows
    ]


def place_of(canteen_id: int) -> str | None:
    """Where a canteen lies: its own place, else its unit's."""
    unit = sa.orm.aliased(Organisation)
    return db.session.scalar(
        sa.select(sa.func.coalesce(Organisation.place_code, unit.place_code))
        .outerjoin(unit, unit.id == Organisation.parent_id)
        .where(Organisation.id == canteen_id)
    )
