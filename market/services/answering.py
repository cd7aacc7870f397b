"""The buyer's tap on what a supplier asks. What it changes is frozen beside the order: cuts and added lines."""

import sqlalchemy as sa

from catalog.services import stock
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from market.models.order import Order, OrderLine
from market.models.shipping import OrderAsk, OrderAskLine, OrderLineCut
from market.queries import progress
from market.rules import asks as rules
from market.rules.asks import GOODS, AskAct, AskKind
from market.rules.order_states import OrderAct, OrderState
from market.services import ask_rows, fulfilment, order_steps

_FITS = {AskKind.CONFIRM: OrderState.PLACED}


def decline(ask_id: int, *, mine: sa.ColumnElement[bool], reason: str, by: Actor) -> OrderAsk:
    """The buyer does not agree; the order stays as it was. Raises: Missing; Refused "state-forbids-act"."""
    ask, order = ask_rows.held(ask_id, mine)
    ask.answer_reason = reason.strip()
    return ask_rows.answer(ask, order, AskAct.DECLINE, "unit", by)


def take(ask_id: int, *, mine: sa.ColumnElement[bool], by: Actor) -> tuple[OrderAsk, Order]:
    """The buyer's yes, with order and ask locked; the caller does for goods what the envelope asks.

    Goods and freight are the approver's to agree to, who did not place the order (rules 54, 62).
    Raises: Missing; Refused "state-forbids-act", "ask-overtaken", "ask-needs-approver", "approver-is-orderer".
    """
    ask, order = ask_rows.held(ask_id, mine)
    if ask.kind in GOODS or ask.freight_fen > order.freight_fen:
        if not by.may(Right.PLAN_APPROVE):
            raise Refused("ask-needs-approver")
        if by.person_id == order.person_id:
            raise Refused("approver-is-orderer")
    if order.state is not _FITS.get(ask.kind, OrderState.CONFIRMED):
        raise Refused("ask-overtaken", order_no=order.order_no)
    ask_rows.answer(ask, order, AskAct.AGREE, "unit", by)
    return ask, order


def settle(ask: OrderAsk, order: Order, *, by: Actor) -> None:
    """What a taken ask without goods changes: the order is confirmed with less, or its rest is closed.

    Raises: Refused "close-under-way", "ask-more-than-ordered".
    """
    if ask.kind is AskKind.CLOSE_REST:
        fulfilment.close_order(order, reason=ask.reason, right=Right.ORDER_ANSWER, by=by)
        return
    wanted = {
        row.order_line_id: row.qty
        for row in db.session.scalars(sa.select(OrderAskLine).where(OrderAskLine.ask_id == ask.id))
    }
    cuts = rules.cuts(ask_rows.agreed(order.id), wanted)
    _cut(order, cuts, ask.id)
    order.freight_fen = max(order.freight_fen, ask.freight_fen)
    _add_up(order, goods_fen=-sum(cut.amount_fen for cut in cuts), upper_fen=-sum(cut.upper_fen for cut in cuts))
    order_steps.move(order, OrderAct.CONFIRM, party="unit", by=by, reason=ask.reason)


def add_line(ask: OrderAsk, order: Order, line: dict[str, object], *, by: Actor) -> int:
    """The own line of taken goods (its row as frozen), its promise in stock; a substitute closes what it stands for.

    → the order line's id. Raises: Refused "stock-short".
    """
    last = db.session.scalar(sa.select(sa.func.max(OrderLine.position)).where(OrderLine.order_id == order.id)) or 0
    row = OrderLine(**{**line, "order_id": order.id, "position": last + 1})
    db.session.add(row)
    db.session.flush()
    ask.made_line_id = row.id
    _add_up(order, goods_fen=row.amount_fen, upper_fen=row.upper_fen)
    stock.reserve([(row.offer_id, row.qty)], source="order-ask", source_id=ask.id)
    if ask.replaces_line_id is not None:
        replaced = progress.of_order(order.id)[ask.replaces_line_id]
        fulfilment.write_rest_off([replaced], reason=ask.reason, by=by)
    db.session.flush()
    return row.id


def _cut(order: Order, cuts: list[rules.Cut], ask_id: int) -> None:
    offer_of = {line.line.id: line.line.offer_id for line in progress.of_order(order.id).values()}
    db.session.add_all(
        OrderLineCut(
            order_line_id=cut.line_id,
            ask_id=ask_id,
            qty=cut.qty,
            upper_qty=cut.upper_qty,
            amount_fen=cut.amount_fen,
            upper_fen=cut.upper_fen,
            at=clock.now(),
        )
        for cut in cuts
    )
    db.session.flush()
    stock.release([(offer_of[cut.line_id], cut.qty) for cut in cuts], source="order-ask", source_id=ask_id)


def _add_up(order: Order, *, goods_fen: int, upper_fen: int) -> None:
    """The order's sums after a change of its lines and freight; the upper bound holds the freight too."""
    upper_goods = order.upper_fen - (order.total_fen - order.goods_fen)
    order.goods_fen += goods_fen
    order.total_fen = order.goods_fen + order.freight_fen
    order.upper_fen = upper_goods + upper_fen + order.freight_fen
