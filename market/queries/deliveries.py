"""A delivery as people see it: on paper, on the scales, in lists."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.models.product import Category, Lot
from catalog.models.supplier import Supplier
from catalog.rules.offer import SaleMode
from core.clock import day_start
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people import queries as people
from core.places import queries as places
from core.quantity import GRAM, JIN, KG, LITRE, PIECE, BaseUnit, Unit, pack
from market.models.delivery import (
    Acceptance,
    AcceptanceDraft,
    AcceptanceLine,
    AcceptancePhoto,
    Delivery,
    DeliveryLine,
    OrganicMark,
)
from market.models.order import Order, OrderLine
from market.models.shipping import OrderLineCut
from market.queries import progress
from market.rules.deadlines import acceptance_reminders
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderKind


@dataclass(frozen=True)
class SheetLine:
    """One lot on a delivery note beside what was agreed; `signed` once two people accepted. Base units.

    `marks` are the 有机码 that came with it.
    """

    delivered: DeliveryLine
    agreed: OrderLine
    category: Category
    lot: Lot
    origin: str
    accepted_before: int
    signed: AcceptanceLine | None
    marks: tuple[str, ...] = ()
    cut_upper: int = 0

    def unit(self, weight: Unit = KG) -> Unit:
        """What people weigh or count these goods in; `weight` is the page's choice for weighed goods."""
        return self.unit_for(self.agreed, weight)

    @staticmethod
    def unit_for(agreed: OrderLine, weight: Unit) -> Unit:
        """The same for an order line alone."""
        if agreed.sale_mode is SaleMode.BY_PACK:
            return pack(agreed.base_unit, agreed.pack_qty)
        return {BaseUnit.G: weight, BaseUnit.ML: LITRE, BaseUnit.PIECE: PIECE}[agreed.base_unit]

    @property
    def is_packed(self) -> bool:
        """Whether it is counted in packs."""
        return self.agreed.sale_mode is SaleMode.BY_PACK

    @property
    def trade_unit(self) -> Unit:
        """The unit of the price: 斤 where the price is per 500 g."""
        return JIN if self.agreed.basis_qty == JIN.ratio else KG if self.agreed.basis_qty == KG.ratio else GRAM

    @property
    def left_upper(self) -> int:
        """How much may be accepted without the approver's tap."""
        return max(0, self.upper_qty - self.accepted_before)

    @property
    def upper_qty(self) -> int:
        """The upper bound of the order line as it is agreed now."""
        return self.agreed.upper_qty - self.cut_upper

    @property
    def is_held(self) -> bool:
        """Whether it was left aside; asked of a delivery that two people have signed."""
        return self.signed is None


@dataclass(frozen=True)
class Sheet:
    """A delivery note with everything that stands on it and was said about it."""

    delivery: Delivery
    order: Order
    supplier_name: str
    buyer_name: str
    canteen_name: str
    lines: tuple[SheetLine, ...]
    draft: AcceptanceDraft | None
    acceptance: Acceptance | None
    photos: tuple[StoredFile, ...] = ()
    names: dict[int, str] = field(default_factory=dict)

    @property
    def weight(self) -> Unit:
        """斤 where all weighed goods are priced by it, else 公斤."""
        weighed = [line for line in self.lines if not line.is_packed and line.agreed.base_unit is BaseUnit.G]
        return JIN if weighed and all(line.trade_unit == JIN for line in weighed) else KG

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The unit and canteen it comes to."""
        found = (self.delivery.buyer_id, self.delivery.canteen_id)
        return frozenset(one for one in found if one is not None)


def find_sheet(delivery_id: int, *mine: sa.ColumnElement[bool]) -> Sheet | None:
    """The delivery if `mine` holds for it."""
    buyer, canteen, seller = (sa.orm.aliased(Organisation) for _ in range(3))
    row = db.session.execute(
        sa.select(Delivery, Order, seller.name, buyer.name, canteen.name, AcceptanceDraft, Acceptance)
        .join(Order, Order.id == Delivery.order_id)
        .join(Supplier, Supplier.id == Delivery.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .outerjoin(buyer, buyer.id == Delivery.buyer_id)
        .outerjoin(canteen, canteen.id == Delivery.canteen_id)
        .outerjoin(AcceptanceDraft, AcceptanceDraft.delivery_id == Delivery.id)
        .outerjoin(Acceptance, sa.and_(Acceptance.delivery_id == Delivery.id, progress.in_force()))
        .where(Delivery.id == delivery_id, *mine)
    ).one_or_none()
    if row is None:
        return None
    delivery, order, supplier_name, buyer_name, canteen_name = row[:5]
    draft: AcceptanceDraft | None = row[5]
    signed: Acceptance | None = row[6]
    return Sheet(
        *(delivery, order, supplier_name),
        buyer_name=buyer_name or order.receiver,
        canteen_name=canteen_name or "",
        lines=_lines(delivery.id, signed.id if signed is not None else 0),
        draft=draft,
        acceptance=signed,
        photos=_photos(signed.id) if signed is not None else (),
        names=people.names(_hands(order, delivery, draft, signed)),
    )


def _lines(delivery_id: int, signed_id: int) -> tuple[SheetLine, ...]:
    earlier = sa.orm.aliased(AcceptanceLine)
    before = (
        sa.select(sa.func.coalesce(sa.func.sum(earlier.accepted_qty), 0))
        .join(Acceptance, Acceptance.id == earlier.acceptance_id)
        .where(earlier.order_line_id == OrderLine.id, Acceptance.delivery_id != delivery_id, progress.in_force())
        .scalar_subquery()
    )
    marks = (
        sa.select(sa.func.array_agg(aggregate_order_by(OrganicMark.code, OrganicMark.code)))
        .where(OrganicMark.delivery_line_id == DeliveryLine.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            *(DeliveryLine, OrderLine, Category, Lot, before, AcceptanceLine, marks),
            sa.func.coalesce(OrderLineCut.upper_qty, 0),
        )
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .outerjoin(OrderLineCut, OrderLineCut.order_line_id == OrderLine.id)
        .join(Category, Category.id == OrderLine.category_id)
        .join(Lot, Lot.id == DeliveryLine.lot_id)
        .outerjoin(
            AcceptanceLine,
            sa.and_(AcceptanceLine.delivery_line_id == DeliveryLine.id, AcceptanceLine.acceptance_id == signed_id),
        )
        .where(DeliveryLine.delivery_id == delivery_id)
        .order_by(OrderLine.position, DeliveryLine.id)
    ).all()
    origins = places.names({row[0].origin_code for row in rows})
    return tuple(
        SheetLine(
            delivered,
            agreed,
            category,
            lot,
            origins[delivered.origin_code].full,
            int(accepted),
            signed,
            tuple(codes or ()),
            cut,
        )
        for delivered, agreed, category, lot, accepted, signed, codes, cut in rows
    )


def _photos(acceptance_id: int) -> tuple[StoredFile, ...]:
    return tuple(
        db.session.scalars(
            sa.select(StoredFile)
            .join(AcceptancePhoto, AcceptancePhoto.file_id == StoredFile.id)
            .where(AcceptancePhoto.acceptance_id == acceptance_id)
            .order_by(StoredFile.id)
        )
    )


def _hands(*rows: Any) -> set[int]:
    columns = (
        *("person_id", "created_by_id", "first_signer_id", "second_signer_id", "approver_id"),
        *("excess_agreed_by_id", "waived_by_id"),
    )
    found = {getattr(row, name, None) for row in rows if row is not None for name in columns}
    return {one for one in found if one is not None}


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery in a list. `first_signer_id`: who counted it, while the second signature is missing."""

    id: int
    delivery_no: str
    order_no: str
    supplier_name: str
    buyer_name: str
    canteen_name: str
    kind: OrderKind
    state: DeliveryState
    delivered_on: date
    goods: str
    orderer_id: int
    first_signer_id: int | None
    amount_fen: int | None
    acceptance_no: str | None
    driver: str
    driver_phone: str
    shipped_at: datetime
    is_fresh: bool

    @property
    def reminders(self) -> tuple[datetime, datetime]:
        """When the unit is reminded to accept, and when a manager is told (rule 57)."""
        arrived_at = max(self.shipped_at, day_start(self.delivered_on))
        return acceptance_reminders(arrived_at, is_fresh=self.is_fresh)


def listed(
    *where: sa.ColumnElement[bool], states: Collection[DeliveryState] = (), limit: int = 50, offset: int = 0
) -> list[DeliveryRow]:
    """Deliveries in the given states (any), open ones by their day, the latest signed first. One statement."""
    buyer, canteen, seller = (sa.orm.aliased(Organisation) for _ in range(3))
    goods = (
        sa.select(sa.func.string_agg(OrderLine.product_name, sa.text("'、' ORDER BY order_line.position")))
        .where(
            OrderLine.id.in_(
                sa.select(DeliveryLine.order_line_id).where(DeliveryLine.delivery_id == Delivery.id).correlate(Delivery)
            )
        )
        .scalar_subquery()
    )
    fresh = sa.exists().where(
        OrderLine.order_id == Order.id,
        Category.id == OrderLine.category_id,
        sa.or_(Category.needs_commitment, Category.needs_quarantine),
    )
    query = (
        sa.select(
            *(Delivery.id, Delivery.delivery_no, Order.order_no, seller.name, sa.func.coalesce(buyer.name, "")),
            *(sa.func.coalesce(canteen.name, ""), Order.kind, Delivery.state, Delivery.delivered_on, goods),
            *(Order.person_id, AcceptanceDraft.first_signer_id, Acceptance.amount_fen, Acceptance.acceptance_no),
            *(Delivery.driver, Delivery.driver_phone, Delivery.shipped_at, fresh),
        )
        .join(Order, Order.id == Delivery.order_id)
        .join(Supplier, Supplier.id == Delivery.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .outerjoin(buyer, buyer.id == Delivery.buyer_id)
        .outerjoin(canteen, canteen.id == Delivery.canteen_id)
        .outerjoin(AcceptanceDraft, AcceptanceDraft.delivery_id == Delivery.id)
        .outerjoin(Acceptance, sa.and_(Acceptance.delivery_id == Delivery.id, progress.in_force()))
        .where(*where)
        .order_by(Acceptance.accepted_at.desc().nulls_first(), Delivery.delivered_on, Delivery.id)
        .limit(limit)
        .offset(offset)
    )
    if states:
        query = query.where(Delivery.state.in_(states))
    return [DeliveryRow(*row) for row in db.session.execute(query)]
