"""One supply of a canteen, from its plan to its confirmed order, as rows that its services would have left."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from catalog.rules.offer import SaleMode
from core import codes
from core.access.rights import Right
from core.access.roles import Role
from core.quantity import BaseUnit, upper_qty
from core.trail.models import Stream
from demo.sheaf import Sheaf
from demo.slots import Slot, Wanted
from demo.world import Kitchen, World
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderEvent, OrderLine
from market.models.settlement import Invoice
from market.rules.lines import Terms
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.rules.payable import accepted_amount
from procurement.models.plan import Plan, PlanLine
from procurement.rules.plan import ApprovalLevel, LineChannel, PlanState


@dataclass(frozen=True)
class Line:
    """One line on its way through the documents: ids, quantities in base units, fen."""

    wanted: Wanted
    plan_line_id: int
    order_line_id: int
    delivery_line_id: int
    acceptance_line_id: int
    qty: int
    upper_qty: int
    amount_fen: int
    upper_fen: int
    sent: int
    rejected: int
    accepted_fen: int


@dataclass(frozen=True)
class Numbered:
    """A document's id, and its number on paper."""

    id: int
    no: str = ""


@dataclass(frozen=True)
class Supply:
    """One supply with everything that its rows are made of; the documents' numbers are drawn ahead."""

    world: World
    sheaf: Sheaf
    kitchen: Kitchen
    slot: Slot
    lines: tuple[Line, ...]
    plan: Numbered
    order: Numbered
    delivery: Numbered
    acceptance: Numbered
    invoice: Numbered

    @property
    def on(self) -> date:
        """The day of the delivery."""
        return self.slot.on

    @property
    def seller(self) -> str:
        """The supplier's key; one supply has one."""
        return self.lines[0].wanted.pack.supplier

    @property
    def supplier_id(self) -> int:
        return self.world.suppliers[self.seller]

    @property
    def accepted_fen(self) -> int:
        """What two people signed for."""
        return sum(line.accepted_fen for line in self.lines)

    @property
    def upper_fen(self) -> int:
        """What it may cost at most."""
        return sum(line.upper_fen for line in self.lines)

    @property
    def goods_fen(self) -> int:
        """What was agreed."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def is_paid(self) -> bool:
        """Whether its money has come by the demo's start."""
        return is_due(self.slot.bank_on, self.world)


def is_due(bank_on: date, world: World) -> bool:
    """Whether money of that day has come: before today, or today where the year has only just begun."""
    today = world.days.today
    return bank_on < today or (bank_on == today and (today.month, today.day) <= (1, 4))


def begin(world: World, sheaf: Sheaf, kitchen: Kitchen, slot: Slot, goods: list[Wanted]) -> Supply:
    """Draw the numbers and weigh the goods; plan and order are written down."""
    lines, on = tuple(_line(world.dice, sheaf, one) for one in goods), slot.on
    ids = sheaf.ids
    invoice_id = ids.take(Invoice)
    supply = Supply(
        world, sheaf, kitchen, slot, lines,
        plan=Numbered(ids.take(Plan)),
        order=Numbered(*ids.numbered(Order, "XC", on - timedelta(days=2))),
        delivery=Numbered(*ids.numbered(Delivery, "PS", on)),
        acceptance=Numbered(*ids.numbered(Acceptance, "YS", on)),
        invoice=Numbered(invoice_id, f"{on:%y}95{invoice_id:016d}"),
    )  # fmt: skip
    _plan(supply)
    _order(supply)
    return supply


def _line(dice: Random, sheaf: Sheaf, wanted: Wanted) -> Line:
    pack, mode = wanted.pack, SaleMode(wanted.pack.mode)
    terms = Terms(mode, pack.pack_qty, 1, pack.price_fen_x100, pack.basis_qty, pack.pack_price_fen, pack.tol_bp)
    priced = terms.of(wanted.packs)
    weighed = mode is SaleMode.BY_WEIGHT
    sent = priced.qty * dice.randint(985, 1030) // 1000 // 50 * 50 if weighed else priced.qty
    sent = min(sent, upper_qty(priced.qty, pack.tol_bp))
    rejected = min(1500, sent // 20 // 50 * 50) if weighed and dice.random() < 0.06 else 0
    fen = accepted_amount(
        sent - rejected, sale_mode=mode, price_fen_x100=pack.price_fen_x100, basis_qty=pack.basis_qty,
        pack_qty=pack.pack_qty, pack_price_fen=pack.pack_price_fen,
    )  # fmt: skip
    take = sheaf.ids.take
    return Line(
        wanted, plan_line_id=take(PlanLine), order_line_id=take(OrderLine), delivery_line_id=take(DeliveryLine),
        acceptance_line_id=take(AcceptanceLine), qty=priced.qty, upper_qty=priced.upper_qty,
        amount_fen=priced.amount_fen, upper_fen=priced.upper_fen, sent=sent, rejected=rejected, accepted_fen=fen,
    )  # fmt: skip


def _plan(supply: Supply) -> None:
    world, kitchen, on, sheaf = supply.world, supply.kitchen, supply.on, supply.sheaf
    author, head = world.orderer(kitchen), world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
    written, handed, decided = (world.days.at(on - timedelta(days=3), hour) for hour in (14, 15, 16))
    sheaf.add(
        Plan, id=supply.plan.id, plan_no=codes.new_code("JH"), token=codes.token(), unit_id=kitchen.unit_id,
        canteen_id=kitchen.canteen_id, period_from=on - timedelta(days=2), period_to=on + timedelta(days=4),
        state=PlanState.CLOSED, version=4, total_fen=supply.goods_fen, upper_fen=supply.upper_fen,
        approval_level=ApprovalLevel.HEAD, gate=None, author_id=author.person_id, created_at=written,
        decided_by_id=head.person_id, submitted_at=handed, decided_at=decided,
    )  # fmt: skip
    for position, line in enumerate(supply.lines, start=1):
        pack = line.wanted.pack
        sheaf.add(
            PlanLine, id=line.plan_line_id, plan_id=supply.plan.id, position=position, channel=LineChannel.PLATFORM,
            offer_id=pack.offer_id, offer_version_id=pack.version_id, category_id=pack.category_id, goods=pack.name,
            base_unit=BaseUnit(pack.unit), packs=line.wanted.packs, price_fen_x100=pack.price_fen_x100,
            basis_qty=pack.basis_qty, qty=line.qty, upper_qty=line.upper_qty, amount_fen=line.amount_fen,
            upper_fen=line.upper_fen, deliver_on=on, eligibility=pack.eligibility[on.year], vendor="",
        )  # fmt: skip


def _order(supply: Supply) -> None:
    world, kitchen, days, sheaf = supply.world, supply.kitchen, supply.world.days, supply.sheaf
    buyer, clerk = world.orderer(kitchen), world.actor(supply.seller, Role.SUPPLIER_CLERK)
    before = supply.on - timedelta(days=2)
    placed, confirmed = days.at(before, 10, 15), days.at(before, 15)
    is_paid = supply.is_paid
    sheaf.add(
        Order, id=supply.order.id, order_no=supply.order.no, token=codes.token(), kind=OrderKind.CANTEEN,
        supplier_id=supply.supplier_id, buyer_id=kitchen.unit_id, canteen_id=kitchen.canteen_id,
        person_id=buyer.person_id, plan_id=supply.plan.id, version=4 if is_paid else 3,
        state=OrderState.CLOSED if is_paid else OrderState.FULFILLED, goods_fen=supply.goods_fen, freight_fen=0,
        total_fen=supply.goods_fen, upper_fen=supply.upper_fen, deliver_on=supply.on, address=kitchen.address,
        receiver=f"{kitchen.name} {buyer.name}", placed_at=placed, confirmed_at=confirmed,
        closed_at=days.at(supply.slot.bank_on, 16) if is_paid else None,
    )  # fmt: skip
    for position, line in enumerate(supply.lines, start=1):
        sheaf.add(OrderLine, **_agreed(line, supply.order.id, position))
    _steps(supply)
    facts: dict[str, Any] = {"order_no": supply.order.no}
    about = ("purchase_order", supply.order.id)
    sheaf.act(
        placed, Stream.PROCUREMENT, "canteen-order-placed", about, by=buyer, right=Right.PLAN,
        upper_fen=supply.upper_fen, **facts,
    )  # fmt: skip
    sheaf.act(confirmed, Stream.PROCUREMENT, "order-confirmed", about, by=clerk, right=Right.SELL, **facts)


def _steps(supply: Supply) -> None:
    """The order's events: confirmed, fulfilled, and closed once it is paid."""
    world, days = supply.world, supply.world.days
    clerk, second = world.actor(supply.seller, Role.SUPPLIER_CLERK), world.actor(supply.kitchen.unit.key, "receiver2")
    steps = [
        (OrderAct.CONFIRM, OrderState.PLACED, OrderState.CONFIRMED, clerk, days.at(supply.on - timedelta(days=2), 15)),
        (OrderAct.FULFIL, OrderState.CONFIRMED, OrderState.FULFILLED, second, days.at(supply.on, 9, 40)),
    ]
    if supply.is_paid:
        paid = days.at(supply.slot.bank_on, 16)
        steps.append((OrderAct.CLOSE, OrderState.FULFILLED, OrderState.CLOSED, clerk, paid))
    for act, before, after, who, at in steps:
        supply.sheaf.add(
            OrderEvent, order_id=supply.order.id, act=act.value, from_state=before.value, to_state=after.value,
            person_id=who.person_id, at=at,
        )  # fmt: skip


def _agreed(line: Line, order_id: int, position: int) -> dict[str, Any]:
    pack = line.wanted.pack
    return {
        "id": line.order_line_id, "order_id": order_id, "position": position, "offer_version_id": pack.version_id,
        "offer_id": pack.offer_id, "product_id": pack.product_id, "category_id": pack.category_id,
        "product_name": pack.name, "pack_name": pack.pack_name, "sale_mode": SaleMode(pack.mode),
        "base_unit": BaseUnit(pack.unit), "pack_qty": pack.pack_qty, "packs": line.wanted.packs, "qty": line.qty,
        "upper_qty": line.upper_qty, "price_fen_x100": pack.price_fen_x100, "basis_qty": pack.basis_qty,
        "pack_price_fen": pack.pack_price_fen, "amount_fen": line.amount_fen, "upper_fen": line.upper_fen,
        "origin_code": pack.origin_code, "plan_line_id": line.plan_line_id,
    }  # fmt: skip
