"""The way of the money of a case: asked for once, followed until the provider's word (rule 85).

The platform holds nothing: every try goes out with the supplier's own authorisation. While the shop's balance is short
the refund itself is tried again every day (`refund_sending`); here the case only follows it.
"""

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.jobs import enqueue
from market.models.after_sale import AfterSale
from market.models.order import Order, OrderLine
from market.models.payment import PaymentIntent, Refund
from market.rules.after_sale import AfterSaleAct, AfterSaleState
from market.rules.payment_states import PaymentState
from market.rules.refund_states import RefundState
from market.services import after_sale_steps, refunds

_GIVEN_BACK = (AfterSaleState.REFUNDING, AfterSaleState.FAILED, AfterSaleState.REFUNDED)
_HAS_MONEY = (PaymentState.PAID, PaymentState.PART_REFUNDED)
STUCK = frozenset({RefundState.HELD, RefundState.FAILED, RefundState.REFUSED})


def pay_back(
    case: AfterSale,
    act: AfterSaleAct,
    party: str,
    *,
    by: Actor | None,
    asked_by: Actor | None = None,
    amount_fen: int | None = None,
) -> None:
    """Let the refund of a locked case go out: what was asked, or less (`amount_fen`).

    `asked_by` None: the clock or a decision asks, and no second person is needed. A refund that is under way already
    stays the one.

    Raises: Refused "state-forbids-act", "order-not-paid", "after-sale-amount" (most_fen), "refund-exceeds-paid".
    """
    if pending(case):
        after_sale_steps.move(case, act, party, by=by)
        return
    wanted = case.asked_fen if amount_fen is None else amount_fen
    if not 0 < wanted <= case.asked_fen:
        raise Refused("after-sale-amount", most_fen=case.asked_fen)
    case.is_part = case.is_part or wanted < case.asked_fen
    case.agreed_fen = wanted
    after_sale_steps.move(case, act, party, by=by)
    db.session.flush()
    case.freight_fen = _freight(case)
    _ask(case, asked_by)


def _ask(case: AfterSale, asked_by: Actor | None) -> None:
    intent_id = db.session.scalar(
        sa.select(PaymentIntent.id).where(PaymentIntent.order_id == case.order_id, PaymentIntent.state.in_(_HAS_MONEY))
    )
    if intent_id is None:
        raise Refused("order-not-paid")
    case.asks += 1
    amount_fen = (case.agreed_fen or 0) + case.freight_fen
    refund = refunds.ask(intent_id, amount_fen, case.case_no, f"after-sale:{case.id}:{case.asks}", asked_by)
    case.refund_id = refund.id


def pending(case: AfterSale) -> Refund | None:
    """The case's refund while it may still succeed by itself."""
    refund = db.session.get(Refund, case.refund_id) if case.refund_id else None
    return refund if refund is not None and refund.state.takes else None


def _freight(case: AfterSale) -> int:
    """The order's freight, once every pack of every line goes back through the supplier's fault; else nothing."""
    cases = db.session.scalars(
        sa.select(AfterSale).where(AfterSale.order_id == case.order_id, AfterSale.state.in_(_GIVEN_BACK))
    ).all()
    if not all(one.kind.is_fault for one in cases) or any(one.freight_fen for one in cases if one is not case):
        return 0
    back: dict[int, int] = {}
    for one in cases:
        if not one.is_part:
            back[one.order_line_id] = back.get(one.order_line_id, 0) + one.packs
    lines = db.session.execute(sa.select(OrderLine.id, OrderLine.packs).where(OrderLine.order_id == case.order_id))
    if any(back.get(line_id, 0) < packs for line_id, packs in lines):
        return 0
    return db.session.get_one(Order, case.order_id).freight_fen


def follow(case: AfterSale) -> bool:
    """Take the refund's word into a locked case; whether it moved."""
    refund = db.session.get(Refund, case.refund_id) if case.refund_id else None
    if refund is None or case.state not in {AfterSaleState.REFUNDING, AfterSaleState.FAILED}:
        return False
    if refund.state is RefundState.DONE:
        after_sale_steps.move(case, AfterSaleAct.SUCCEED, "provider", by=None)
        return True
    if refund.state in STUCK and case.state is AfterSaleState.REFUNDING:
        after_sale_steps.move(case, AfterSaleAct.FAIL, "provider", by=None, note=refund.last_code)
        return True
    return False


def try_again(case: AfterSale, *, by: Actor) -> None:
    """The supplier says that its balance is there now: the same refund at once, or a new one after a final no."""
    after_sale_steps.move(case, AfterSaleAct.RETRY, "supplier", by=by)
    refund = pending(case)
    if refund is None:
        _ask(case, by)
    else:
        enqueue("market.send_refund", key=f"refund:{refund.id}", refund_id=refund.id)
