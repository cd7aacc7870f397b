"""The lines of a resident's order as after-sales see them: what was paid and went back, what may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from market.models.after_sale import AfterSale
from market.models.order import Order, OrderEvent, OrderLine
from market.rules.after_sale import AfterSaleKind, AfterSaleState, Bought, window_ends_at
from market.rules.order_states import OrderAct, OrderKind
from market.rules.refund_share import Paid

_NO_MONEY = (AfterSaleState.CLOSED, AfterSaleState.WITHDRAWN)


@dataclass(frozen=True)
class LineOfOrder:
    """One line: its money and packs, when it was received, its cases (newest first)."""

    line: OrderLine
    paid: Paid
    bought: Bought
    cases: tuple[AfterSale, ...]

    @property
    def open_case(self) -> AfterSale | None:
        """The case that is not over yet."""
        return next((case for case in self.cases if case.state.is_open), None)

    def choices(self, at: datetime) -> Mapping[AfterSaleKind, datetime | None]:
        """What may be asked for now, and until when (None: the goods are still on the way)."""
        found: dict[AfterSaleKind, datetime | None] = {}
        if self.paid.left_packs < 1 or self.paid.left_fen < 1 or self.open_case is not None:
            return found
        for kind in AfterSaleKind:
            try:
                ends_at = window_ends_at(kind, self.bought)
            except Refused:
                continue
            if ends_at is None or at < ends_at:
                found[kind] = ends_at
        return found


def order_of(order_line_id: int, by: Actor) -> int | None:
    """The actor's own resident order that a line belongs to."""
    return db.session.scalar(
        sa.select(Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(OrderLine.id == order_line_id, Order.person_id == by.person_id, Order.kind == OrderKind.RESIDENT)
    )


def received_at(order_id: int) -> datetime | None:
    """When the goods were received, by the buyer's word or by time."""
    return db.session.scalar(
        sa.select(sa.func.min(OrderEvent.at)).where(
            OrderEvent.order_id == order_id, OrderEvent.act == OrderAct.RECEIVE.value
        )
    )


def of_order(order_id: int) -> list[LineOfOrder]:
    """The order's lines. Three statements."""
    at = received_at(order_id)
    cases: dict[int, list[AfterSale]] = {}
    for case in db.session.scalars(sa.select(AfterSale).where(AfterSale.order_id == order_id).order_by(-AfterSale.id)):
        cases.setdefault(case.order_line_id, []).append(case)
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return [_line(line, at, cases.get(line.id, [])) for line in lines]


def _line(line: OrderLine, received: datetime | None, cases: list[AfterSale]) -> LineOfOrder:
    taken = [case for case in cases if case.state not in _NO_MONEY]
    paid = Paid(
        line.paid_fen,
        line.packs,
        sum(case.asked_fen if case.agreed_fen is None else case.agreed_fen for case in taken),
        sum(case.packs for case in taken if not case.is_part),
    )
    return LineOfOrder(line, paid, Bought(line.return_policy, line.no_return_ticked, received), tuple(cases))
