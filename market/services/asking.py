"""What a supplier asks of a unit: to take less or to pay freight, to end the rest, to take goods beside the order.

Nothing changes by asking; `answering` does what the buyer's tap says.
"""

from collections.abc import Mapping
from datetime import timedelta

from catalog.queries import offers
from core import clock, settings
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from market.models.order import Order
from market.models.shipping import OrderAsk, OrderAskLine
from market.queries import progress
from market.queries.offer_terms import terms_of
from market.rules import asks as rules
from market.rules.asks import ASK, GOODS, AskAct, AskKind, AskState
from market.rules.order_states import OrderAct, OrderKind, OrderState, table_of
from market.services import ask_rows, fulfilment, holding


def confirm(
    order_id: int, *, quantities: Mapping[int, int], freight_fen: int = 0, reason: str = "", by: Actor
) -> OrderAsk | None:
    """Confirm a unit's order: whole and at its freight at once (None); with less goods or more freight by an ask.

    `quantities`: {order line id: base units that can come}; a line not named comes whole.
    Raises: Missing; Refused "state-forbids-act", "reason-needed", "ask-more-than-ordered", "ask-not-whole-packs",
    "ask-nothing-left", "ask-open-already".
    """
    order = holding.sold_order(order_id, by)
    lines = ask_rows.agreed(order.id)
    cuts = rules.cuts(lines, {line.line_id: quantities.get(line.line_id, line.qty) for line in lines})
    if not cuts and freight_fen <= order.freight_fen:
        _withdraw_open(order)
        fulfilment.confirm_order(order.id, by=by)
        return None
    advance(table_of(order.kind), order.state, OrderAct.CONFIRM, "supplier")
    ask = _ask(order, AskKind.CONFIRM, reason, by, freight_fen=max(freight_fen, order.freight_fen))
    left = {cut.line_id: cut.qty for cut in cuts}
    db.session.add_all(
        OrderAskLine(ask_id=ask.id, order_line_id=line.line_id, qty=line.qty - left[line.line_id])
        for line in lines
        if line.line_id in left
    )
    db.session.flush()
    return ask


def close_rest(order_id: int, *, reason: str, by: Actor) -> OrderAsk:
    """The supplier cannot bring what is missing of a confirmed order.

    Raises: Missing; Refused "reason-needed", "ask-not-confirmed", "close-under-way", "ask-nothing-open",
    "ask-open-already".
    """
    order = holding.sold_order(order_id, by)
    _check_confirmed(order)
    known = progress.of_order(order.id).values()
    if any(one.progress.under_way_qty for one in known):
        raise Refused("close-under-way", order_no=order.order_no)
    if not any(one.progress.rest_qty for one in known):
        raise Refused("ask-nothing-open")
    return _ask(order, AskKind.CLOSE_REST, reason, by)


def goods(
    order_id: int, *, offer_id: int, packs: int, reason: str, replaces_line_id: int | None = None, by: Actor
) -> OrderAsk:
    """Goods beside the order, or instead of what is missing of a line. Their price is the shelf's, frozen here.

    Raises: Missing; Refused "reason-needed", "ask-not-confirmed", "offer-gone", "packs-too-few", "packs-too-many",
    "ask-nothing-open" (nothing is missing of the line).
    """
    order = holding.sold_order(order_id, by)
    _check_confirmed(order)
    offer = offers.sellable([offer_id], for_units=True).get(offer_id)
    if offer is None or offer.supplier_id != order.supplier_id:
        raise Missing("no-such-offer")
    terms_of(offer).of(packs)
    if replaces_line_id is not None:
        replaced = progress.of_order(order.id).get(replaces_line_id)
        if replaced is None or not replaced.progress.rest_qty:
            raise Refused("ask-nothing-open")
    return _ask(
        order,
        AskKind.EXTRA if replaces_line_id is None else AskKind.SUBSTITUTE,
        *(reason, by),
        offer_id=offer_id,
        offer_version_id=offer.offer_version_id,
        packs=packs,
        replaces_line_id=replaces_line_id,
    )


def withdraw(ask_id: int, *, by: Actor) -> OrderAsk:
    """The supplier takes an ask back. Raises: Missing; Refused "state-forbids-act"."""
    ask, order = ask_rows.held(ask_id, holding.sells(by, Order.supplier_id))
    return ask_rows.answer(ask, order, AskAct.WITHDRAW, "supplier", by)


def _check_confirmed(order: Order) -> None:
    if order.kind is OrderKind.RESIDENT or order.state is not OrderState.CONFIRMED:
        raise Refused("ask-not-confirmed", order_no=order.order_no)


def _ask(order: Order, kind: AskKind, reason: str, by: Actor, **columns: object) -> OrderAsk:
    if not reason.strip():
        raise Refused("reason-needed")
    if kind not in GOODS and ask_rows.open_of(order.id):
        raise Refused("ask-open-already", order_no=order.order_no)
    hours = int(settings.value("orders.answer_hours"))
    ask = OrderAsk(
        order_id=order.id,
        kind=kind,
        state=AskState.ASKED,
        reason=reason.strip(),
        asked_by_id=by.person_id,
        asked_at=clock.now(),
        answer_until=clock.now() + timedelta(hours=hours),
        **columns,
    )
    db.session.add(ask)
    db.session.flush()
    ask_rows.record("ask-made", ask, order, by)
    return ask


def _withdraw_open(order: Order) -> None:
    for ask in ask_rows.open_of(order.id):
        ask.state = advance(ASK, ask.state, AskAct.WITHDRAW, "supplier")
        ask.answered_at = clock.now()
