"""What is to be packed: by product over all orders of a day or a run, each order's share with its tick."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from market.models.order import Order, OrderLine
from market.models.shipping import DeliveryRound, PickMark, RoundStop
from market.queries import goods_text, progress
from market.queries.supplier_desk import TO_SEND, mine

MOST_ORDERS = 300


@dataclass(frozen=True)
class Share:
    """What one order takes of a product. `qty` in base units: what is still to be sent."""

    line: OrderLine
    order_id: int
    order_no: str
    buyer_name: str
    round: str
    qty: int
    is_packed: bool


@dataclass(frozen=True)
class PickRow:
    """One product and pack with its sum over the orders."""

    product_name: str
    pack_name: str
    line: OrderLine
    shares: tuple[Share, ...]

    @property
    def qty(self) -> int:
        """Base units in all."""
        return sum(share.qty for share in self.shares)

    @property
    def left(self) -> int:
        """How many orders' shares do not lie packed yet."""
        return sum(not share.is_packed for share in self.shares)

    @property
    def text(self) -> str:
        """The sum in words."""
        return goods_text.qty(self.line, self.qty)


@dataclass(frozen=True)
class PickDay:
    """A day or run that one can pack for: how many orders."""

    on: date | None
    round_id: int | None
    round: str
    orders: int


def days(by: Actor) -> list[PickDay]:
    """The days and runs with orders to pack, the earliest first. One statement."""
    rows = db.session.execute(
        sa.select(Order.deliver_on, RoundStop.round_id, sa.func.coalesce(DeliveryRound.name, ""), sa.func.count())
        .outerjoin(RoundStop, RoundStop.order_id == Order.id)
        .outerjoin(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .where(mine(by), Order.state.in_(TO_SEND))
        .group_by(Order.deliver_on, RoundStop.round_id, DeliveryRound.name)
        .order_by(Order.deliver_on.nulls_first(), RoundStop.round_id.nulls_first())
        .limit(60)
    )
    return [PickDay(*row) for row in rows]


def of_day(by: Actor, on: date | None, round_id: int | None = None) -> list[PickRow]:
    """The pick list of a day (None: orders without one, residents') or of one run that day. Three statements."""
    where = [Order.deliver_on == on if on is not None else Order.deliver_on.is_(None)]
    where.append(RoundStop.round_id == round_id if round_id is not None else RoundStop.round_id.is_(None))
    return _rows(by, *where)


def _rows(by: Actor, *where: sa.ColumnElement[bool]) -> list[PickRow]:
    canteen = sa.orm.aliased(Organisation)
    heads = db.session.execute(
        sa.select(
            *(Order.id, Order.order_no, sa.func.coalesce(canteen.name, Order.receiver)),
            sa.func.coalesce(DeliveryRound.name, ""),
        )
        .outerjoin(canteen, canteen.id == sa.func.coalesce(Order.canteen_id, Order.buyer_id))
        .outerjoin(RoundStop, RoundStop.order_id == Order.id)
        .outerjoin(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .where(mine(by), Order.state.in_(TO_SEND), *where)
        .order_by(Order.id)
        .limit(MOST_ORDERS)
    ).all()
    known = progress.of_orders([head.id for head in heads])
    marks = sa.select(PickMark.order_line_id).join(OrderLine, OrderLine.id == PickMark.order_line_id)
    packed = set(db.session.scalars(marks.where(OrderLine.order_id.in_([head.id for head in heads]))))
    found: dict[tuple[int, str], list[Share]] = {}
    for order_id, order_no, buyer, name in heads:
        for one in known[order_id]:
            if qty := one.progress.rest_qty:
                share = Share(one.line, order_id, order_no, buyer, name, qty, one.line.id in packed)
                found.setdefault((one.line.offer_id, one.line.pack_name), []).append(share)
    rows = [
        PickRow(shares[0].line.product_name, pack_name, shares[0].line, tuple(shares))
        for (_, pack_name), shares in found.items()
    ]
    return sorted(rows, key=lambda row: (row.product_name, row.pack_name))
