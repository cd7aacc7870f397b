"""A unit with its people, a supplier, and orders between them."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.rules.offer import SaleMode
from catalog.services import stock
from core import clock, codes
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import line_amount, upper_qty
from market.models.delivery import Acceptance, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.rules.acceptance import Policy
from market.rules.counting import Counts, LineCount
from market.rules.order_states import OrderKind, OrderState
from market.services import acceptance, fulfilment, numbers
from tests.make.catalog import product, supplier
from tests.make.core import actor, seat, writing
from tests.make.procurement import canteen, unit


@dataclass(frozen=True)
class Party:
    """One of the line's people: the row and the actor."""

    person: Person
    actor: Actor


@dataclass(frozen=True)
class Line:
    """A unit with one canteen, a supplier, and everybody between them."""

    unit: Organisation
    canteen: Organisation
    supplier: Supplier
    seller: Party
    orderer: Party
    receiver: Party
    second: Party
    approver: Party
    payer: Party


def party(body: Organisation, role: Role, name: str, scope: tuple[int, ...] = ()) -> Party:
    who = seat(body, role, name=name)
    return Party(who, actor(who, body, role, scope=scope))


def line(**unit_columns: bool) -> Line:
    """Everybody whom an order meets. The receivers sit in the canteen, the others in the unit."""
    school = unit(**unit_columns)
    kitchen = canteen(school)
    shop = supplier()
    with writing():
        body = db.session.get_one(Organisation, shop.organisation_id)
    under = (kitchen.id,)
    return Line(
        unit=school,
        canteen=kitchen,
        supplier=shop,
        seller=party(body, Role.SUPPLIER_CLERK, "供应甲"),
        orderer=party(school, Role.CANTEEN_ORDERER, "采购乙", under),
        receiver=party(kitchen, Role.RECEIVER, "验收丙"),
        second=party(school, Role.RECEIVER, "验收丁", under),
        approver=party(school, Role.UNIT_APPROVER, "审批戊", under),
        payer=party(school, Role.UNIT_PAYER, "付款己", under),
    )


def order(of: Line, *wanted: tuple[Offer, int], state: OrderState = OrderState.CONFIRMED) -> Order:
    """A canteen's order of (offer, packs); default 20 boxes of the cabbage of `model.md` 3.5."""
    wanted = wanted or ((product(of.supplier), 20),)
    with writing():
        row_id, number = numbers.take(Order, "XC")
        lines = [_line(row_id, position, offer.id, packs) for position, (offer, packs) in enumerate(wanted)]
        goods_fen = sum(one.amount_fen for one in lines)
        made = Order(
            id=row_id,
            order_no=number,
            token=codes.token(),
            kind=OrderKind.CANTEEN,
            supplier_id=of.supplier.id,
            buyer_id=of.unit.id,
            canteen_id=of.canteen.id,
            person_id=of.orderer.person.id,
            state=state,
            goods_fen=goods_fen,
            freight_fen=0,
            total_fen=goods_fen,
            upper_fen=sum(one.upper_fen for one in lines),
            deliver_on=clock.today() + timedelta(days=1),
            placed_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
        db.session.add_all(lines)
        stock.reserve([(one.offer_id, one.qty) for one in lines], source="order", source_id=row_id)
    return made


def _line(order_id: int, position: int, offer_id: int, packs: int) -> OrderLine:
    offer, version, goods = db.session.execute(
        sa.select(Offer, OfferVersion, Product)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(Product, Product.id == Offer.product_id)
        .where(Offer.id == offer_id)
    ).one()
    qty = packs * offer.pack_qty
    is_weighed = offer.sale_mode is SaleMode.BY_WEIGHT
    most = upper_qty(qty, version.tol_bp) if is_weighed else qty

    def amount(quantity: int) -> int:
        if not is_weighed:
            return int(packs * version.pack_price_fen)
        return line_amount(quantity, version.price_fen_x100, version.basis_qty)

    return OrderLine(
        order_id=order_id,
        position=position,
        offer_version_id=version.id,
        offer_id=offer.id,
        product_id=goods.id,
        category_id=goods.category_id,
        product_name=goods.name,
        pack_name=offer.pack_name,
        sale_mode=offer.sale_mode,
        base_unit=offer.base_unit,
        pack_qty=offer.pack_qty,
        packs=packs,
        qty=qty,
        upper_qty=most,
        price_fen_x100=version.price_fen_x100,
        basis_qty=version.basis_qty,
        pack_price_fen=version.pack_price_fen,
        amount_fen=amount(qty),
        upper_fen=amount(most),
        origin_code=goods.origin_code,
    )


def delivery(of: Line, wanted: Order, *qtys: int, commitment_no: str = "HGZ-1", **papers: str) -> Delivery:
    """A delivery note over the order's lines, each in one lot of yesterday; default: what was ordered."""
    with writing():
        lines = db.session.scalars(
            sa.select(OrderLine).where(OrderLine.order_id == wanted.id).order_by(OrderLine.position)
        ).all()
        return fulfilment.ship(
            wanted.id,
            [
                fulfilment.ShipLine(
                    order_line_id=one.id,
                    qty=qty,
                    lot=fulfilment.NewLot(harvested_on=clock.today() - timedelta(days=1)),
                    commitment_no=commitment_no,
                    **papers,
                )
                for one, qty in zip(lines, qtys or [one.qty for one in lines], strict=False)
            ],
            by=of.seller.actor,
        )


def counts(of: Delivery, *rejected: int, reason: str = "腐烂", **more: bool) -> Counts:
    """All good, but for what is rejected line by line."""
    lines = db.session.scalars(
        sa.select(DeliveryLine).where(DeliveryLine.delivery_id == of.id).order_by(DeliveryLine.id)
    ).all()
    back = [*rejected, *([0] * len(lines))]
    return Counts(
        tuple(
            LineCount(one.id, one.qty - bad, bad, reason if bad else "") for one, bad in zip(lines, back, strict=False)
        ),
        **more,
    )


def accepted(of: Line, wanted: Order, *qtys: int, rejected: int = 0) -> Acceptance:
    """A delivery sent, counted by the receiver and signed by the second."""
    with writing():
        sent = delivery(of, wanted, *qtys)
        draft = acceptance.count(sent.id, counts(sent, rejected), by=of.receiver.actor)
        policy = Policy(approver_id=of.approver.person.id)
        return acceptance.accept(sent.id, version=draft.version, by=of.second.actor, policy=policy)
