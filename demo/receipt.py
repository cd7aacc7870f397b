"""The same supply from its delivery to its invoice: lots, two signatures, stock, the memo ledger."""

from dataclasses import dataclass
from datetime import date, timedelta

from catalog.models.lots import LotBalance, LotMove
from catalog.models.offer import StockMove
from catalog.models.product import Lot
from catalog.rules.lots import LotMoveKind, LotSource
from catalog.rules.offer import StockMoveKind
from core import codes
from core.access.rights import Right
from core.access.roles import Role
from core.quantity import BaseUnit
from core.trail.models import Stream
from demo.cast import word, words
from demo.sheaf import Sheaf
from demo.slots import Slot, Wanted
from demo.trade import Line, Supply, begin
from demo.world import Kitchen, World
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderEvent, OrderLine
from market.models.settlement import Account, BookPosting, BookTx, Invoice, InvoiceAcceptance
from market.rules.delivery_states import DeliveryState
from procurement.models.plan import Plan, PlanLine

TABLES = (
    Plan, PlanLine, Order, OrderLine, OrderEvent, Delivery, Lot, LotBalance, LotMove, DeliveryLine, Acceptance,
    AcceptanceLine, BookTx, BookPosting, Invoice, InvoiceAcceptance, StockMove,
)  # fmt: skip
"""In an order that foreign keys allow."""


@dataclass(frozen=True)
class Signed:
    """An accepted delivery that waits for its money. `lines`: (acceptance line id, fen)."""

    kitchen: Kitchen
    supplier: str
    acceptance_id: int
    invoice_id: int
    amount_fen: int
    lines: tuple[tuple[int, int], ...]
    on: date
    bank_on: date


def supply(world: World, sheaf: Sheaf, kitchen: Kitchen, slot: Slot, goods: list[Wanted]) -> tuple[Signed, Supply]:
    """All rows of one supply. The order ends closed when its money comes before the demo's start."""
    made = begin(world, sheaf, kitchen, slot, goods)
    _delivery(made)
    _acceptance(made)
    _stock(made)
    _invoice(made)
    paid = tuple((line.acceptance_line_id, line.accepted_fen) for line in made.lines if line.accepted_fen)
    ids = (made.acceptance.id, made.invoice.id)
    return Signed(kitchen, made.seller, *ids, made.accepted_fen, paid, slot.on, slot.bank_on), made


def papers(line: Line, on: date) -> dict[str, str]:
    """The numbers of the papers that go with a line; none of them was ever issued."""
    pack, serial = line.wanted.pack, f"{on:%y%m%d}-{line.delivery_line_id:06d}"
    return {
        "commitment_no": f"DEMO-HGZ-{serial}" if pack.needs_commitment else "",
        "quarantine_no": f"DEMO-JY-{serial}" if pack.needs_quarantine else "",
        "inspection_no": f"DEMO-RP-{serial}" if pack.needs_quarantine else "",
    }


def _delivery(of: Supply) -> None:
    clerk, shipped = of.world.actor(of.seller, Role.SUPPLIER_CLERK), of.world.days.at(of.on, 6, 20)
    back = any(line.rejected for line in of.lines)
    of.sheaf.add(
        Delivery, id=of.delivery.id, delivery_no=of.delivery.no, token=codes.token(), order_id=of.order.id,
        supplier_id=of.supplier_id, buyer_id=of.kitchen.unit_id, canteen_id=of.kitchen.canteen_id,
        state=DeliveryState.PART_ACCEPTED if back else DeliveryState.ACCEPTED,
        driver=words()["driver"]["names"][of.delivery.id % 3], delivered_on=of.on, shipped_at=shipped,
        created_by_id=clerk.person_id,
    )  # fmt: skip
    for line in of.lines:
        pack = line.wanted.pack
        lot_id, lot_no = of.sheaf.ids.numbered(Lot, "PC", of.on)
        of.sheaf.add(
            Lot, id=lot_id, lot_no=lot_no, supplier_id=of.supplier_id, product_id=pack.product_id,
            origin_code=pack.origin_code, harvested_on=of.on - timedelta(days=1), created_at=shipped,
        )  # fmt: skip
        same = {"lot_id": lot_id, "product_id": pack.product_id}
        of.sheaf.add(
            LotBalance, **same, origin_code=pack.origin_code, harvested_on=of.on - timedelta(days=1),
            source=LotSource.DISPATCH, base_unit=BaseUnit(pack.unit), in_qty=line.sent,
            sold_qty=line.sent - line.rejected,
        )  # fmt: skip
        for kind, on in ((LotMoveKind.DECLARED, of.on - timedelta(days=1)), (LotMoveKind.SOLD, of.on)):
            of.sheaf.add(
                LotMove, **same, kind=kind, qty=line.sent, happened_on=on, source="delivery_line",
                source_id=line.delivery_line_id, at=shipped,
            )  # fmt: skip
        if line.rejected:
            of.sheaf.add(
                LotMove, **same, kind=LotMoveKind.RETURNED, qty=line.rejected, happened_on=of.on,
                source="acceptance_line", source_id=line.acceptance_line_id, at=of.world.days.at(of.on, 9, 40),
            )  # fmt: skip
        of.sheaf.add(
            DeliveryLine, id=line.delivery_line_id, delivery_id=of.delivery.id, order_line_id=line.order_line_id,
            lot_id=lot_id, qty=line.sent, origin_code=pack.origin_code, **papers(line, of.on),
        )  # fmt: skip
    of.sheaf.act(
        shipped, Stream.PROCUREMENT, "delivery-sent", ("delivery", of.delivery.id), by=clerk, right=Right.SELL,
        delivery_no=of.delivery.no, order_no=of.order.no,
    )  # fmt: skip


def _acceptance(of: Supply) -> None:
    world, unit, at = of.world, of.kitchen.unit.key, of.world.days.at(of.on, 9, 40)
    first, second = world.actor(unit, Role.RECEIVER), world.actor(unit, "receiver2")
    of.sheaf.add(
        Acceptance, id=of.acceptance.id, acceptance_no=of.acceptance.no, token=codes.token(),
        delivery_id=of.delivery.id, order_id=of.order.id, round=1, orderer_id=world.orderer(of.kitchen).person_id,
        first_signer_id=first.person_id, second_signer_id=second.person_id,
        approver_id=world.actor(unit, Role.UNIT_APPROVER).person_id, amount_fen=of.accepted_fen, accepted_on=of.on,
        accepted_at=at,
    )  # fmt: skip
    for line in of.lines:
        of.sheaf.add(
            AcceptanceLine, id=line.acceptance_line_id, acceptance_id=of.acceptance.id,
            delivery_line_id=line.delivery_line_id, order_line_id=line.order_line_id, delivered_qty=line.sent,
            accepted_qty=line.sent - line.rejected, rejected_qty=line.rejected, amount_fen=line.accepted_fen,
            reason=word("paper", "rotten") if line.rejected else "", **papers(line, of.on),
        )  # fmt: skip
    claim(world, of.sheaf, "accepted", of.acceptance.id, (of.seller, of.kitchen.unit_id, of.accepted_fen), of.on)
    of.sheaf.act(
        at, Stream.PROCUREMENT, "delivery-accepted", ("delivery", of.delivery.id), by=second, right=Right.RECEIVE,
        delivery_no=of.delivery.no, amount_fen=of.accepted_fen,
    )  # fmt: skip


def claim(world: World, sheaf: Sheaf, kind: str, ref_id: int, what: tuple[str, int, int], on: date) -> None:
    """A balanced entry of the memo ledger. `what`: (supplier, buyer id, fen)."""
    (supplier, buyer_id, amount_fen), tx_id = what, sheaf.ids.take(BookTx)
    sheaf.add(BookTx, id=tx_id, kind=kind, ref_id=ref_id, at=world.days.at(on, 16))
    for account, fen in ((Account.RECEIVABLE, amount_fen), (Account.PAYABLE, -amount_fen)):
        sheaf.add(
            BookPosting, tx_id=tx_id, account=account, supplier_id=world.suppliers[supplier], buyer_id=buyer_id,
            amount_fen=fen,
        )  # fmt: skip


def _stock(of: Supply) -> None:
    """What came in for the order, was promised, left, and came back: in the end nothing is promised any more."""
    days, on = of.world.days, of.on
    placed, sent, signed = days.at(on - timedelta(days=2), 10, 15), days.at(on, 6, 20), days.at(on, 9, 40)
    order, delivery = ("order", of.order.id), ("delivery", of.delivery.id)
    for line in of.lines:
        more, less = max(0, line.sent - line.qty), min(0, line.sent - line.qty)
        moves = [
            (StockMoveKind.RECEIVE, line.sent, 0, ("harvest", of.order.id), placed),
            (StockMoveKind.RESERVE, 0, line.qty, order, placed),
            (StockMoveKind.RESERVE, 0, more, delivery, sent),
            (StockMoveKind.SHIP, -line.sent, -line.sent, delivery, sent),
            (StockMoveKind.RELEASE, 0, less, order, signed),
            (StockMoveKind.RETURN, line.rejected, 0, ("acceptance", of.acceptance.id), signed),
        ]
        for kind, on_hand, reserved, (source, source_id), at in moves:
            if on_hand or reserved:
                of.sheaf.add(
                    StockMove, offer_id=line.wanted.pack.offer_id, kind=kind, on_hand_change=on_hand,
                    reserved_change=reserved, source=source, source_id=source_id, at=at,
                )  # fmt: skip


def _invoice(of: Supply) -> None:
    payer = of.world.actor(of.kitchen.unit.key, Role.UNIT_PAYER)
    day = min(of.on + timedelta(days=2), of.world.days.today)
    at, fen = of.world.days.at(day, 11), of.accepted_fen
    of.sheaf.add(
        Invoice, id=of.invoice.id, number=of.invoice.no, supplier_id=of.supplier_id, buyer_id=of.kitchen.unit_id,
        issued_on=day, total_fen=fen, recorded_by_id=payer.person_id, recorded_at=at,
    )  # fmt: skip
    of.sheaf.add(InvoiceAcceptance, acceptance_id=of.acceptance.id, invoice_id=of.invoice.id, amount_fen=fen)
    of.sheaf.act(
        at, Stream.MONEY, "invoice-recorded", ("invoice", of.invoice.id), by=payer, right=Right.PAY,
        number=of.invoice.no, total_fen=fen,
    )  # fmt: skip
