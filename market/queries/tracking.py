"""An order's way as its buyer follows it: steps, deliveries by van or parcel, acceptances, questions; oldest first."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.product import Category
from core.clock import day_start
from core.db import db
from market.models.delivery import Acceptance, Delivery, DeliveryLine
from market.models.order import Order, OrderEvent, OrderLine
from market.models.shipping import OrderAsk, Parcel, ReceiptExtension
from market.queries import parcels
from market.queries.papers import window
from market.queries.progress import in_force
from market.rules.asks import AskKind, AskState
from market.rules.deadlines import auto_receive_at
from market.rules.delivery_states import DeliveryState


@dataclass(frozen=True)
class Step:
    """One thing that happened. `act` is the order's, "asked", "answered", "accepted" or "part-received"."""

    act: str
    at: datetime
    reason: str = ""
    number: str = ""


@dataclass(frozen=True)
class Part:
    """One delivery of the order: what is in it, who brings it, and where it stands.

    `receive_by`: a resident's goods count as received from then on.
    """

    id: int
    delivery_no: str
    token: str
    state: DeliveryState
    on: date
    window: str
    driver: str
    driver_phone: str
    vehicle_no: str
    shipped_at: datetime
    received_at: datetime | None
    goods: str
    parcels: tuple[Parcel, ...]
    receive_by: datetime | None

    @property
    def is_coming(self) -> bool:
        """Whether it is still on its way."""
        return self.state is DeliveryState.ON_THE_WAY


@dataclass(frozen=True)
class Track:
    """The whole way."""

    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    is_extended: bool
    waits_for: str


def of_order(order: Order) -> Track:
    """Seven statements at most, however many parts."""
    parts = _parts(order)
    steps = [*_events(order.id), *_asks(order.id), *_accepted(order.id)]
    steps += [Step("part-received", one.received_at, "", one.delivery_no) for one in parts if one.received_at]
    open_ask = db.session.scalar(
        sa.select(OrderAsk.kind).where(OrderAsk.order_id == order.id, OrderAsk.state == AskState.ASKED).limit(1)
    )
    return Track(
        tuple(sorted(steps, key=lambda step: step.at)),
        tuple(parts),
        is_extended=_is_extended(order.id),
        waits_for=AskKind(open_ask).value if open_ask else "",
    )


def fresh_line() -> sa.ColumnElement[bool]:
    """The condition that a line's category is fresh: goods that carry a 合格证 or a quarantine number."""
    return sa.or_(Category.needs_commitment, Category.needs_quarantine)


def _is_extended(order_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(ReceiptExtension.order_id == order_id))))


def _events(order_id: int) -> list[Step]:
    query = sa.select(OrderEvent.act, OrderEvent.at, OrderEvent.reason).where(OrderEvent.order_id == order_id)
    return [Step(*row) for row in db.session.execute(query)]


def _asks(order_id: int) -> list[Step]:
    found = []
    for ask in db.session.scalars(sa.select(OrderAsk).where(OrderAsk.order_id == order_id)):
        found.append(Step(f"ask-{ask.kind.value}", ask.asked_at, ask.reason))
        if ask.answered_at is not None:
            found.append(Step(f"answer-{ask.state.value}", ask.answered_at, ask.answer_reason))
    return found


def _accepted(order_id: int) -> list[Step]:
    query = sa.select(Acceptance.accepted_at, Acceptance.correction_reason, Acceptance.acceptance_no)
    rows = db.session.execute(query.where(Acceptance.order_id == order_id, in_force()))
    return [Step("accepted", *row) for row in rows]


def _parts(order: Order) -> list[Part]:
    goods = sa.func.string_agg(OrderLine.product_name.distinct(), sa.literal("、"))
    rows = db.session.execute(
        sa.select(Delivery, goods, sa.func.bool_or(fresh_line()))
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(Category, Category.id == OrderLine.category_id)
        .where(Delivery.order_id == order.id)
        .group_by(Delivery.id)
        .order_by(Delivery.id)
    ).all()
    boxes = parcels.of_order(order.id) if rows else {}
    extended = _is_extended(order.id) if rows else False
    return [_part(row[0], row[1], row[2], boxes.get(row[0].id, []), extended) for row in rows]


def _part(delivery: Delivery, goods: str, is_fresh: bool, boxes: list[Parcel], extended: bool) -> Part:
    arrived = max(delivery.shipped_at, day_start(delivery.delivered_on))
    by = auto_receive_at(arrived, is_fresh=is_fresh, extended=extended)
    waits = delivery.buyer_id is None and delivery.state is DeliveryState.ON_THE_WAY
    return Part(
        id=delivery.id,
        delivery_no=delivery.delivery_no,
        token=delivery.token,
        state=delivery.state,
        on=delivery.delivered_on,
        window=window(delivery),
        driver=delivery.driver,
        driver_phone=delivery.driver_phone,
        vehicle_no=delivery.vehicle_no,
        shipped_at=delivery.shipped_at,
        received_at=delivery.received_at,
        goods=goods,
        parcels=tuple(boxes),
        receive_by=by if waits else None,
    )
