"""One supply of a canteen as rows: plan, order, delivery with lots, two signatures, invoice. As its services leave them."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from catalog.models.offer import StockMove
from catalog.models.product import Lot
from catalog.rules.offer import SaleMode, StockMoveKind
from core import codes
from core.access.rights import Right
from core.access.roles import Role
from core.quantity import BaseUnit, upper_qty
from core.trail.models import Stream
from demo.cast import word, words
from demo.sheaf import Sheaf
from demo.slots import Slot, Wanted
from demo.world import Kitchen, World
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderEvent, OrderLine
from market.models.settlement import Account, BookPosting, BookTx, Invoice, InvoiceAcceptance
from market.rules.delivery_states import DeliveryState
from market.rules.lines import Terms
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.rules.payable import accepted_amount
from procurement.models.plan import Plan, PlanLine
from procurement.rules.plan import ApprovalLevel, LineChannel, PlanState

TABLES = (
    Plan, PlanLine, Order, OrderLine, OrderEvent, Delivery, Lot, DeliveryLine, Acceptance, AcceptanceLine, BookTx,
    BookPosting, Invoice, InvoiceAcceptance, StockMove,
)  # fmt: skip
"""In an order that foreign keys allow."""


@dataclass(frozen=True)
class Signed:
    """An accepted delivery that waits for its money. `lines`: (acceptance line id, fen)."""

    kitchen: Kitchen
    supplier: str
    order_id: int
    order_no: str
    acceptance_id: int
    invoice_id: int
    amount_fen: int
    lines: tuple[tuple[int, int], ...]
    on: date
    bank_on: date


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


def supply(world: World, sheaf: Sheaf, kitchen: Kitchen, slot: Slot, goods: list[Wanted]) -> tuple[Signed, list[Line]]:
    """All rows of one supply. The order ends closed when its money comes before the demo's start."""
    ids, on = sheaf.ids, slot.on
    lines = [_line(world.dice, sheaf, one) for one in goods]
    plan_id = _plan(world, sheaf, kitchen, slot, lines)
    order_id, order_no = ids.numbered(Order, "XC", on - timedelta(days=2))
    is_paid = is_due(slot.bank_on, world)
    _order(world, sheaf, kitchen, slot, lines, order_id, order_no, plan_id, is_paid=is_paid)
    delivery_id = _delivery(world, sheaf, kitchen, on, lines, order_id, order_no)
    acceptance_id, amount_fen = _acceptance(world, sheaf, kitchen, on, lines, order_id, delivery_id)
    _stock(world, sheaf, on, lines, order_id, delivery_id, acceptance_id)
    seller = goods[0].pack.supplier
    invoice_id = _invoice(world, sheaf, kitchen, on, seller, acceptance_id, amount_fen)
    paid = tuple((line.acceptance_line_id, line.accepted_fen) for line in lines if line.accepted_fen)
    signed = Signed(kitchen, seller, order_id, order_no, acceptance_id, invoice_id, amount_fen, paid, on, slot.bank_on)
    return signed, lines


def is_due(bank_on: date, world: World) -> bool:
    """Whether the money has come: before today, or today where the year has only just begun."""
    today = world.days.today
    return bank_on < today or (bank_on == today and (today.month, today.day) <= (1, 4))


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
    drawn = [sheaf.ids.take(model) for model in (PlanLine, OrderLine, DeliveryLine, AcceptanceLine)]
    return Line(
        wanted, *drawn, priced.qty, priced.upper_qty, priced.amount_fen, priced.upper_fen, sent, rejected, fen
    )  # fmt: skip


def _plan(world: World, sheaf: Sheaf, kitchen: Kitchen, slot: Slot, lines: list[Line]) -> int:
    on, days = slot.on, world.days
    author, head = world.orderer(kitchen), world.actor(kitchen.unit.key, Role.UNIT_APPROVER)
    row_id = sheaf.ids.take(Plan)
    sheaf.add(
        Plan, id=row_id, plan_no=codes.new_code("JH"), token=codes.token(), unit_id=kitchen.unit_id,
        canteen_id=kitchen.canteen_id, period_from=on - timedelta(days=2), period_to=on + timedelta(days=4),
        state=PlanState.CLOSED, version=4, total_fen=sum(line.amount_fen for line in lines),
        upper_fen=sum(line.upper_fen for line in lines), approval_level=ApprovalLevel.HEAD, gate=None,
        author_id=author.person_id, created_at=days.at(on - timedelta(days=3), 14), decided_by_id=head.person_id,
        submitted_at=days.at(on - timedelta(days=3), 15), decided_at=days.at(on - timedelta(days=3), 16),
    )  # fmt: skip
    for position, line in enumerate(lines, start=1):
        pack = line.wanted.pack
        sheaf.add(
            PlanLine, id=line.plan_line_id, plan_id=row_id, position=position, channel=LineChannel.PLATFORM,
            offer_id=pack.offer_id, offer_version_id=pack.version_id, category_id=pack.category_id, goods=pack.name,
            base_unit=BaseUnit(pack.unit), packs=line.wanted.packs, price_fen_x100=pack.price_fen_x100,
            basis_qty=pack.basis_qty, qty=line.qty, upper_qty=line.upper_qty, amount_fen=line.amount_fen,
            upper_fen=line.upper_fen, deliver_on=on, eligibility=pack.eligibility[on.year], vendor="",
        )  # fmt: skip
    return row_id


def _order(
    world: World, sheaf: Sheaf, kitchen: Kitchen, slot: Slot, lines: list[Line], order_id: int, order_no: str,
    plan_id: int, *, is_paid: bool,
) -> None:  # fmt: skip
    on, days, buyer = slot.on, world.days, world.orderer(kitchen)
    goods_fen, seller = sum(line.amount_fen for line in lines), lines[0].wanted.pack.supplier
    clerk = world.actor(seller, Role.SUPPLIER_CLERK)
    placed, confirmed = days.at(on - timedelta(days=2), 10, 15), days.at(on - timedelta(days=2), 15)
    signed, closed = days.at(on, 9, 40), days.at(slot.bank_on, 16)
    sheaf.add(
        Order, id=order_id, order_no=order_no, token=codes.token(), kind=OrderKind.CANTEEN,
        supplier_id=world.suppliers[seller], buyer_id=kitchen.unit_id, canteen_id=kitchen.canteen_id,
        person_id=buyer.person_id, plan_id=plan_id, state=OrderState.CLOSED if is_paid else OrderState.FULFILLED,
        version=4 if is_paid else 3, goods_fen=goods_fen, freight_fen=0, total_fen=goods_fen,
        upper_fen=sum(line.upper_fen for line in lines), deliver_on=on, receiver=f"{kitchen.name} {buyer.name}",
        address=kitchen.address, placed_at=placed, confirmed_at=confirmed, closed_at=closed if is_paid else None,
    )  # fmt: skip
    for position, line in enumerate(lines, start=1):
        sheaf.add(OrderLine, **_agreed(line, order_id, position))
    steps = [
        (OrderAct.CONFIRM, OrderState.PLACED, OrderState.CONFIRMED, clerk, confirmed),
        (OrderAct.FULFIL, OrderState.CONFIRMED, OrderState.FULFILLED, world.actor(kitchen.unit.key, "receiver2"), signed),
    ]
    if is_paid:
        steps.append((OrderAct.CLOSE, OrderState.FULFILLED, OrderState.CLOSED, clerk, closed))
    for act, before, after, who, at in steps:
        sheaf.add(
            OrderEvent, order_id=order_id, act=act.value, from_state=before.value, to_state=after.value,
            person_id=who.person_id, at=at,
        )  # fmt: skip
    facts = {"order_no": order_no}
    ordered = (placed, Stream.PROCUREMENT, "canteen-order-placed", "purchase_order", order_id, buyer, Right.PLAN)
    sheaf.act(*ordered, upper_fen=sum(line.upper_fen for line in lines), **facts)
    sheaf.act(confirmed, Stream.PROCUREMENT, "order-confirmed", "purchase_order", order_id, clerk, Right.SELL, **facts)


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


def _delivery(
    world: World, sheaf: Sheaf, kitchen: Kitchen, on: date, lines: list[Line], order_id: int, order_no: str
) -> int:
    seller = lines[0].wanted.pack.supplier
    clerk, shipped = world.actor(seller, Role.SUPPLIER_CLERK), world.days.at(on, 6, 20)
    row_id, number = sheaf.ids.numbered(Delivery, "PS", on)
    back = any(line.rejected for line in lines)
    sheaf.add(
        Delivery, id=row_id, delivery_no=number, token=codes.token(), order_id=order_id,
        supplier_id=world.suppliers[seller], buyer_id=kitchen.unit_id, canteen_id=kitchen.canteen_id,
        state=DeliveryState.PART_ACCEPTED if back else DeliveryState.ACCEPTED,
        driver=words()["driver"]["names"][row_id % 3], delivered_on=on, shipped_at=shipped,
        created_by_id=clerk.person_id,
    )  # fmt: skip
    for line in lines:
        pack = line.wanted.pack
        lot_id, lot_no = sheaf.ids.numbered(Lot, "PC", on)
        sheaf.add(
            Lot, id=lot_id, lot_no=lot_no, supplier_id=world.suppliers[seller], product_id=pack.product_id,
            origin_code=pack.origin_code, harvested_on=on - timedelta(days=1), created_at=shipped,
        )  # fmt: skip
        sheaf.add(
            DeliveryLine, id=line.delivery_line_id, delivery_id=row_id, order_line_id=line.order_line_id,
            lot_id=lot_id, qty=line.sent, origin_code=pack.origin_code, **papers(line, on),
        )  # fmt: skip
    facts = {"delivery_no": number, "order_no": order_no}
    sheaf.act(shipped, Stream.PROCUREMENT, "delivery-sent", "delivery", row_id, clerk, Right.SELL, **facts)
    return row_id


def papers(line: Line, on: date) -> dict[str, str]:
    """The numbers of the papers that go with a line; none of them was ever issued."""
    pack, serial = line.wanted.pack, f"{on:%y%m%d}-{line.delivery_line_id:06d}"
    return {
        "commitment_no": f"DEMO-HGZ-{serial}" if pack.needs_commitment else "",
        "quarantine_no": f"DEMO-JY-{serial}" if pack.needs_quarantine else "",
        "inspection_no": f"DEMO-RP-{serial}" if pack.needs_quarantine else "",
    }


def _acceptance(
    world: World, sheaf: Sheaf, kitchen: Kitchen, on: date, lines: list[Line], order_id: int, delivery_id: int
) -> tuple[int, int]:
    unit, at = kitchen.unit.key, world.days.at(on, 9, 40)
    first, second = world.actor(unit, Role.RECEIVER), world.actor(unit, "receiver2")
    row_id, number = sheaf.ids.numbered(Acceptance, "YS", on)
    amount_fen = sum(line.accepted_fen for line in lines)
    sheaf.add(
        Acceptance, id=row_id, acceptance_no=number, token=codes.token(), delivery_id=delivery_id, order_id=order_id,
        round=1, orderer_id=world.orderer(kitchen).person_id, first_signer_id=first.person_id,
        second_signer_id=second.person_id, approver_id=world.actor(unit, Role.UNIT_APPROVER).person_id,
        amount_fen=amount_fen, accepted_on=on, accepted_at=at,
    )  # fmt: skip
    for line in lines:
        sheaf.add(
            AcceptanceLine, id=line.acceptance_line_id, acceptance_id=row_id, delivery_line_id=line.delivery_line_id,
            order_line_id=line.order_line_id, delivered_qty=line.sent, accepted_qty=line.sent - line.rejected,
            rejected_qty=line.rejected, reason=word("paper", "rotten") if line.rejected else "",
            amount_fen=line.accepted_fen, **papers(line, on),
        )  # fmt: skip
    book(world, sheaf, "accepted", row_id, lines[0].wanted.pack.supplier, kitchen.unit_id, amount_fen, on)
    facts = {"delivery_no": number, "amount_fen": amount_fen}
    sheaf.act(at, Stream.PROCUREMENT, "delivery-accepted", "delivery", delivery_id, second, Right.RECEIVE, **facts)
    return row_id, amount_fen


def book(
    world: World, sheaf: Sheaf, kind: str, ref_id: int, supplier: str, buyer_id: int, amount_fen: int, on: date
) -> None:
    """A balanced entry of the memo ledger."""
    tx_id = sheaf.ids.take(BookTx)
    sheaf.add(BookTx, id=tx_id, kind=kind, ref_id=ref_id, at=world.days.at(on, 16))
    for account, fen in ((Account.RECEIVABLE, amount_fen), (Account.PAYABLE, -amount_fen)):
        sheaf.add(
            BookPosting, tx_id=tx_id, account=account, supplier_id=world.suppliers[supplier], buyer_id=buyer_id,
            amount_fen=fen,
        )  # fmt: skip


def _stock(
    world: World, sheaf: Sheaf, on: date, lines: list[Line], order_id: int, delivery_id: int, acceptance_id: int
) -> None:
    """What came in for the order, was promised, left, and came back: in the end nothing is promised any more."""
    times = (world.days.at(on - timedelta(days=2), 10, 15), world.days.at(on, 6, 20), world.days.at(on, 9, 40))
    for line in lines:
        offer_id, more = line.wanted.pack.offer_id, max(0, line.sent - line.qty)
        moves = [
            (StockMoveKind.RECEIVE, line.sent, 0, "harvest", order_id, times[0]),
            (StockMoveKind.RESERVE, 0, line.qty, "order", order_id, times[0]),
            (StockMoveKind.RESERVE, 0, more, "delivery", delivery_id, times[1]),
            (StockMoveKind.SHIP, -line.sent, -line.sent, "delivery", delivery_id, times[1]),
            (StockMoveKind.RELEASE, 0, min(0, line.sent - line.qty), "order", order_id, times[2]),
            (StockMoveKind.RETURN, line.rejected, 0, "acceptance", acceptance_id, times[2]),
        ]
        for kind, on_hand, reserved, source, source_id, at in moves:
            if on_hand or reserved:
                sheaf.add(
                    StockMove, offer_id=offer_id, kind=kind, on_hand_change=on_hand, reserved_change=reserved,
                    source=source, source_id=source_id, at=at,
                )  # fmt: skip


def _invoice(
    world: World, sheaf: Sheaf, kitchen: Kitchen, on: date, seller: str, acceptance_id: int, amount_fen: int
) -> int:
    payer, day = world.actor(kitchen.unit.key, Role.UNIT_PAYER), min(on + timedelta(days=2), world.days.today)
    row_id, at = sheaf.ids.take(Invoice), world.days.at(day, 11)
    sheaf.add(
        Invoice, id=row_id, number=f"0000{on:%y%m%d}{row_id:08d}", supplier_id=world.suppliers[seller],
        buyer_id=kitchen.unit_id, issued_on=day, total_fen=amount_fen, recorded_by_id=payer.person_id, recorded_at=at,
    )  # fmt: skip
    sheaf.add(InvoiceAcceptance, acceptance_id=acceptance_id, invoice_id=row_id, amount_fen=amount_fen)
    facts = {"number": f"0000{on:%y%m%d}{row_id:08d}", "total_fen": amount_fen}
    sheaf.act(at, Stream.MONEY, "invoice-recorded", "invoice", row_id, payer, Right.PAY, **facts)
    return row_id
