"""Trade that has happened: orders, deliveries, acceptances, transfers, as rows, for tests of what comes after."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.rules.lots import LotMoveKind, LotSource
from catalog.services import lots
from core import clock
from core.db import db
from core.money import half_up
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation, Transfer
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderKind, OrderState
from market.rules.transfer import ConfirmedBy, TransferState
from tests.make.core import person, writing

_numbers = itertools.count(1)


def acceptance(
    buyer: Organisation,
    canteen: Organisation,
    offer: Offer,
    *,
    accepted_qty: Sequence[int] = (5_000,),
    rejected_qty: int = 0,
    on: date | None = None,
    origin: str | None = None,
    household_g: int = 0,
    commitment_no: str = "HGZ-示例-1",
    kind: OrderKind = OrderKind.CANTEEN,
    reverses: Acceptance | None = None,
) -> Acceptance:
    """A signed acceptance of one delivery; one line per entry of `accepted_qty` (base units), each of its own lot.

    `household_g`: what of each lot was bought from eligible households, base units.
    """
    on = on or clock.today()
    orderer, first, second, clerk = (person(name) for name in ("采购", "验收甲", "验收乙", "供应商"))
    with writing():
        now, no = clock.day_start(on), next(_numbers)
        goods = db.session.get_one(Product, offer.product_id)
        version = db.session.get_one(OfferVersion, offer.current_version_id)
        qtys = [qty + rejected_qty for qty in accepted_qty]
        order = _order(buyer, canteen, goods, orderer, kind, sum(_amount(version, qty) for qty in qtys), no, on)
        delivery = Delivery(
            delivery_no=f"D{no:08d}",
            token=f"delivery-{no}",
            order_id=order.id,
            supplier_id=goods.supplier_id,
            buyer_id=buyer.id,
            canteen_id=canteen.id,
            state=DeliveryState.ACCEPTED,
            delivered_on=on,
            shipped_at=now,
            created_by_id=clerk.id,
        )
        db.session.add(delivery)
        db.session.flush()
        made = Acceptance(
            acceptance_no=f"Y{no:08d}",
            token=f"acceptance-{no}",
            delivery_id=delivery.id,
            order_id=order.id,
            reverses_id=reverses.id if reverses else None,
            correction_reason="示例" if reverses else "",
            orderer_id=orderer.id,
            first_signer_id=first.id,
            second_signer_id=second.id,
            amount_fen=sum(_amount(version, qty) for qty in accepted_qty),
            accepted_on=on,
            accepted_at=now,
        )
        db.session.add(made)
        db.session.flush()
        given = _Given(goods, offer, version, rejected_qty, origin or goods.origin_code, household_g, commitment_no, on)
        for position, qty in enumerate(accepted_qty):
            _line(made, delivery, position, qty, given)
    return made


def _amount(version: OfferVersion, qty: int) -> int:
    return half_up(version.price_fen_x100 * qty, version.basis_qty * 100)


def _order(
    buyer: Organisation,
    canteen: Organisation,
    goods: Product,
    orderer: Person,
    kind: OrderKind,
    fen: int,
    no: int,
    on: date,
) -> Order:
    made = Order(
        order_no=f"O{no:08d}",
        token=f"order-{no}",
        kind=kind,
        supplier_id=goods.supplier_id,
        buyer_id=buyer.id,
        canteen_id=canteen.id,
        person_id=orderer.id,
        state=OrderState.CONFIRMED,
        goods_fen=fen,
        freight_fen=0,
        total_fen=fen,
        upper_fen=fen,
        placed_at=clock.day_start(on),
    )
    db.session.add(made)
    db.session.flush()
    return made


@dataclass(frozen=True)
class _Given:
    goods: Product
    offer: Offer
    version: OfferVersion
    rejected: int
    origin: str
    household_g: int
    commitment_no: str
    on: date


def _line(made: Acceptance, delivery: Delivery, position: int, qty: int, given: _Given) -> None:
    total = qty + given.rejected
    ordered = _order_line(delivery.order_id, position, total, given)
    batch = lots.Batch(given.goods.supplier_id, given.goods.id, given.origin, given.on)
    lot = lots.new(batch, LotSource.HARVEST, lot_no=f"L{next(_numbers):08d}")
    db.session.add(ordered)
    db.session.flush()
    delivered = DeliveryLine(
        delivery_id=delivery.id,
        order_line_id=ordered.id,
        lot_id=lot.id,
        qty=total,
        origin_code=given.origin,
        commitment_no=given.commitment_no,
    )
    db.session.add(delivered)
    db.session.flush()
    bought = lots.Cause("example", delivered.id, given.on)
    lots.come_in(lot.id, total, LotMoveKind.BOUGHT, bought, eligible_qty=min(given.household_g, total))
    lots.sell([lots.Leaving(lot.id, total, delivered.id, given.on)])
    db.session.add(
        AcceptanceLine(
            acceptance_id=made.id,
            delivery_line_id=delivered.id,
            order_line_id=ordered.id,
            delivered_qty=total,
            accepted_qty=qty,
            rejected_qty=given.rejected,
            reason="示例:短缺" if given.rejected else "",
            amount_fen=_amount(given.version, qty),
        )
    )
    db.session.flush()


def _order_line(order_id: int, position: int, qty: int, given: _Given) -> OrderLine:
    offer, version = given.offer, given.version
    return OrderLine(
        order_id=order_id,
        position=position,
        offer_version_id=version.id,
        offer_id=offer.id,
        product_id=given.goods.id,
        category_id=given.goods.category_id,
        product_name=given.goods.name,
        pack_name=offer.pack_name,
        sale_mode=offer.sale_mode,
        base_unit=offer.base_unit,
        pack_qty=qty,
        packs=1,
        qty=qty,
        upper_qty=qty,
        price_fen_x100=version.price_fen_x100,
        basis_qty=version.basis_qty,
        pack_price_fen=version.pack_price_fen,
        amount_fen=_amount(version, qty),
        upper_fen=_amount(version, qty),
        origin_code=given.origin,
    )


def lines_of(of: Acceptance) -> list[AcceptanceLine]:
    return list(
        db.session.scalars(
            sa.select(AcceptanceLine).where(AcceptanceLine.acceptance_id == of.id).order_by(AcceptanceLine.id)
        )
    )


def transfer(parts: Sequence[tuple[AcceptanceLine, int]], *, bank_on: date) -> Transfer:
    """A confirmed transfer with its allocations (acceptance line, fen)."""
    payer, confirmer = person("付款"), person("到账")
    with writing():
        no = next(_numbers)
        acceptance_row = db.session.get_one(Acceptance, parts[0][0].acceptance_id)
        order = db.session.get_one(Order, acceptance_row.order_id)
        made = Transfer(
            transfer_no=f"T{no:08d}",
            remittance_code=f"R{no:08d}",
            buyer_id=order.buyer_id,
            supplier_id=order.supplier_id,
            amount_fen=sum(fen for _, fen in parts),
            payee_account_name="示例",
            payee_account_no="620000000001",
            payee_bank="示例农商行",
            state=TransferState.CONFIRMED,
            prepared_by_id=payer.id,
            prepared_at=clock.now(),
            bank_day_on=bank_on,
            bank_serial=f"S{no}",
            declared_by_id=payer.id,
            declared_at=clock.now(),
            decided_by_id=confirmer.id,
            decided_at=clock.now(),
            confirmed_by=ConfirmedBy.SUPPLIER,
        )
        db.session.add(made)
        db.session.flush()
        for line, fen in parts:
            allocate(made, line, fen, bank_on=bank_on)
    return made


def allocate(
    of: Transfer, line: AcceptanceLine, fen: int, *, bank_on: date, reverses: Allocation | None = None
) -> Allocation:
    with writing():
        made = Allocation(
            transfer_id=of.id,
            acceptance_line_id=line.id,
            amount_fen=fen,
            bank_day_on=bank_on,
            reverses_id=reverses.id if reverses else None,
            at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
    return made
