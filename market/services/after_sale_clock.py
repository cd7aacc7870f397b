"""What happens to cases by itself: silence has consequences, refunds are followed, files are handed out."""

from datetime import timedelta

import sqlalchemy as sa

from core import clock, trail
from core.db import db, savepoint
from core.errors import Refused
from core.trail.models import Stream
from market.models.after_sale import AfterSale
from market.models.order import Order, OrderEvent
from market.models.payment import Refund
from market.rules.after_sale import ENDS, RETURN_DAYS, AfterSaleAct, AfterSaleState, silence
from market.rules.order_states import OrderAct, OrderKind, OrderState
from market.rules.parties import Party
from market.rules.refund_states import RefundState
from market.services import after_sale_money, after_sale_news, after_sale_steps, after_sales, order_steps

_FOLLOWED = (AfterSaleState.REFUNDING, AfterSaleState.FAILED)


def overdue(limit: int) -> list[int]:
    """Ids of cases whose time is over, the oldest first; the platform's own delay has no consequence."""
    query = sa.select(AfterSale.id).where(
        AfterSale.due_at <= clock.now(), AfterSale.state != AfterSaleState.ARBITRATION
    )
    return list(db.session.scalars(query.order_by(AfterSale.due_at).limit(limit)))


def remind(limit: int) -> int:
    """Shops whose time to answer ends within a day hear of it once. How many cases."""
    now = clock.now()
    query = sa.select(AfterSale).where(
        AfterSale.state == AfterSaleState.ASKED, AfterSale.due_at > now, AfterSale.due_at <= now + timedelta(days=1)
    )
    found = db.session.scalars(query.order_by(AfterSale.due_at).limit(limit)).all()
    for case in found:
        after_sale_news.to_shop(case, "after-sale-answer-due")
    return len(found)


def end_silence(case_id: int) -> AfterSaleAct | None:
    """Do what follows from nobody having acted; None when somebody has meanwhile."""
    case = after_sale_steps.locked(AfterSale.id == case_id)
    act = silence(case.state, goods_back=not case.kind.is_fault)
    if act is None or case.due_at is None or case.due_at > clock.now():
        return None
    if act in {AfterSaleAct.AGREE_RETURN, AfterSaleAct.AGREE_REFUND}:
        after_sales.consent(case, goods_back=act is AfterSaleAct.AGREE_RETURN, party=Party.CLOCK, by=None)
    elif act is AfterSaleAct.TAKE_BACK:
        after_sales.taken_back(case, Party.CLOCK, by=None)
    else:
        after_sale_steps.move(case, act, Party.CLOCK, by=None)
        after_sale_news.to_buyer(case, "after-sale-lapsed")
    return act


def end_all_silence(limit: int) -> int:
    """Each overdue case by itself: one that is refused (its money went back already) does not stop the others."""
    done = 0
    for case_id in overdue(limit):
        try:
            with savepoint():
                done += end_silence(case_id) is not None
        except Refused as refusal:
            case = after_sale_steps.locked(AfterSale.id == case_id)
            case.due_at = None
            after_sale_steps.write(case, "stuck", Party.CLOCK, case.state, by=None, note=refusal.code)
    return done


def close_received(limit: int) -> int:
    """Residents' orders whose times for questions are over and that have no open case are done. How many."""
    last = clock.now() - timedelta(days=RETURN_DAYS + 1)
    waits = sa.exists().where(AfterSale.order_id == Order.id, AfterSale.state.not_in(tuple(ENDS)))
    late = sa.exists().where(
        OrderEvent.order_id == Order.id, OrderEvent.act == OrderAct.RECEIVE.value, OrderEvent.at <= last
    )
    query = sa.select(Order).where(Order.kind == OrderKind.RESIDENT, Order.state == OrderState.RECEIVED, late, ~waits)
    found = db.session.scalars(query.order_by(Order.id).limit(limit).with_for_update(skip_locked=True)).all()
    for order in found:
        order_steps.move(order, OrderAct.CLOSE, party="clock", by=None)
        trail.record(Stream.MONEY, "order-done", "order", order.id, by=None, order_no=order.order_no)
    return len(found)


def follow_refunds(limit: int) -> int:
    """Take the refunds' words into their cases; how many moved."""
    stuck = sa.and_(AfterSale.state == AfterSaleState.REFUNDING, Refund.state.in_(after_sale_money.STUCK))
    query = (
        sa.select(AfterSale.id)
        .join(Refund, Refund.id == AfterSale.refund_id)
        .where(AfterSale.state.in_(_FOLLOWED), sa.or_(Refund.state == RefundState.DONE, stuck))
        .order_by(AfterSale.id)
        .limit(limit)
    )
    moved = 0
    for case_id in db.session.scalars(query).all():
        case = after_sale_steps.locked(AfterSale.id == case_id)
        if after_sale_money.follow(case):
            moved += 1
            code = "after-sale-refunded" if case.state is AfterSaleState.REFUNDED else "after-sale-not-yet"
            after_sale_news.to_buyer(case, code)
    return moved
