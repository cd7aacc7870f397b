"""The canteen's line, step by step through the services that its people use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO

import sqlalchemy as sa

import config
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from demo.cast import word, words
from demo.world import Kitchen, Pack, World
from market.models.delivery import Acceptance, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.settlement import Transfer
from market.rules.counting import Counts, LineCount
from market.rules.transfer import ConfirmedBy
from market.services import acceptance, fulfilment, settlement
from market.services.fulfilment import ShipLine, Van
from market.services.lots import NewLot
from procurement.models.plan import Plan
from procurement.rules.plan import PlanState
from procurement.services import canteen_orders, payments, plan_lines, plans, receiving

Goods = Mapping[str, int]
"""Product name → packs."""


@contextmanager
def morning(world: World, hour: int, minute: int = 0) -> Iterator[None]:
    """One act of today at that hour, or at the demo's start where that is earlier."""
    with clock.frozen(world.days.at(world.days.today, hour, minute)), transaction():
        yield


def pack_of(world: World, name: str) -> Pack:
    """The pack of a product by its name."""
    return next(pack for pack in world.packs if pack.name == name)


def draft(world: World, kitchen: Kitchen, goods: Goods, *, first: date | None = None, days: int = 7) -> Plan:
    """A plan with these goods, each on its first day."""
    begin, by = first or world.days.today, world.orderer(kitchen)
    plan = plans.start(kitchen.canteen_id, period_from=begin, period_to=begin + timedelta(days=days - 1), by=by)
    for name, packs in goods.items():
        offer_id = pack_of(world, name).offer_id
        plan_lines.add_offer(
            plan.token, version=plan.version, offer_id=offer_id, packs=packs, by=by, deliver_on=begin
        )  # fmt: skip
    return plan


def submitted(world: World, kitchen: Kitchen, goods: Goods, **period: date) -> Plan:
    """The same, handed in."""
    plan = draft(world, kitchen, goods, first=period.get("first"))
    return plans.submit(plan.token, version=plan.version, by=world.orderer(kitchen))


def ordered(world: World, kitchen: Kitchen, goods: Goods, **period: date) -> list[Order]:
    """The same, approved by another person and ordered, one order for each supplier."""
    plan = submitted(world, kitchen, goods, **period)
    if plan.state is PlanState.SUBMITTED:
        approver = world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
        plans.approve(plan.token, version=plan.version, by=approver)
    return canteen_orders.place(plan.token, by=world.orderer(kitchen))


def clerk_of(world: World, supplier_id: int) -> Actor:
    """The clerk of the supplier with this id."""
    key = next(key for key, made in world.suppliers.items() if made == supplier_id)
    return world.actor(key, Role.SUPPLIER_CLERK)


def shipped(world: World, order: Order) -> Delivery:
    """Confirmed and sent whole, in lots of yesterday with their papers."""
    clerk, today = clerk_of(world, order.supplier_id), clock.today()
    fulfilment.confirm_order(order.id, by=clerk)
    rows = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    lines = [
        ShipLine(
            order_line_id=row.id, qty=row.qty, lot=NewLot(harvested_on=today - timedelta(days=1)),
            commitment_no=f"DEMO-HGZ-{today:%y%m%d}-{row.id:06d}", quarantine_no=f"DEMO-JY-{today:%y%m%d}-{row.id:06d}",
            inspection_no=f"DEMO-RP-{today:%y%m%d}-{row.id:06d}",
        )
        for row in rows
    ]  # fmt: skip
    van = Van(driver=words()["driver"]["names"][order.id % 3])
    return fulfilment.ship(order.id, lines, van=van, arrives_on=today, by=clerk)


def signed(world: World, kitchen: Kitchen, delivery: Delivery) -> Acceptance:
    """Counted by one with a photo, signed by another."""
    first, second = world.actor(kitchen.unit.key, Role.RECEIVER), world.actor(kitchen.unit.key, "receiver2")
    rows = db.session.scalars(
        sa.select(DeliveryLine).where(DeliveryLine.delivery_id == delivery.id).order_by(DeliveryLine.id)
    )
    counts = Counts(tuple(LineCount(row.id, row.qty) for row in rows), photo_ids=(_photo(first),))
    drafted = acceptance.count(delivery.id, counts, by=first)
    return receiving.accept_delivery(delivery.id, version=drafted.version, by=second)


def _photo(by: Actor) -> int:
    picture = (config.ROOT / "static" / "art" / "produce.webp").read_bytes()
    kept = files.take_picture(
        BytesIO(picture), name=word("paper", "photo") + ".webp", purpose="acceptance", by=by, audience=Audience.PARTIES,
        owner_id=by.office_id,
    )  # fmt: skip
    return kept.id


def declared(world: World, kitchen: Kitchen, accepted: Acceptance) -> Transfer:
    """Invoiced, and its payment declared by the payer."""
    payer = world.actor(kitchen.unit.key, Role.UNIT_PAYER)
    number = f"{clock.today():%y}96{accepted.id:016d}"
    payments.record_invoice(
        number, [accepted.id], issued_on=clock.today(), total_fen=accepted.amount_fen, by=payer
    )  # fmt: skip
    transfer = settlement.prepare({accepted.id: None}, by=payer)
    return settlement.declare(
        transfer.id, bank_day_on=clock.today(), bank_serial=f"DEMO{clock.today():%Y%m%d}9{transfer.id:05d}", by=payer
    )


def confirmed(world: World, transfer: Transfer) -> Transfer:
    """The supplier has the money."""
    return payments.confirm_transfer(transfer.id, by=clerk_of(world, transfer.supplier_id), word=ConfirmedBy.SUPPLIER)
