"""A signed acceptance was wrong: counted anew, signed anew by two people, and the round before named (model 3.3).

Nothing changes until the second signature: the round in force stays in force, and the draft of the new one may be
thrown away. Once money or an invoice stands on a round, a dispute or a credit note is the way, not the scales.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from catalog.services import stock
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream
from market.models.delivery import Acceptance, AcceptanceDraft, AcceptanceLine, Deduction, Delivery
from market.models.order import Order
from market.models.settlement import Invoice, InvoiceAcceptance, Transfer, TransferItem
from market.queries import progress
from market.rules.delivery_states import DONE
from market.rules.invoice import IN_FORCE
from market.rules.order_states import OrderState
from market.rules.transfer import TransferState
from market.services import book, fulfilment, holding, returning
from market.services.weighing import Weighed

_LIVE = (TransferState.PREPARED, TransferState.DECLARED, TransferState.CONFIRMED)


def standing(delivery: Delivery) -> Acceptance | None:
    """The round in force of a delivery that two people have signed."""
    if delivery.state not in DONE:
        return None
    query = sa.select(Acceptance).where(Acceptance.delivery_id == delivery.id, progress.in_force())
    return db.session.scalars(query).one()


def check(signed: Acceptance, *, reason: str) -> None:
    """Whether a round may still be replaced. Raises: Refused "reason-needed", "correct-invoiced", "correct-paid",
    "correct-disputed" (each with acceptance_no).
    """
    if not reason.strip():
        raise Refused("reason-needed")
    number = {"acceptance_no": signed.acceptance_no}
    invoiced = sa.exists().where(
        InvoiceAcceptance.acceptance_id == signed.id,
        InvoiceAcceptance.invoice_id == Invoice.id,
        Invoice.reverses_id.is_(None),
        Invoice.state.in_(IN_FORCE),
    )
    if db.session.scalar(sa.select(invoiced)):
        raise Refused("correct-invoiced", **number)
    money = sa.exists().where(
        TransferItem.acceptance_id == signed.id, TransferItem.transfer_id == Transfer.id, Transfer.state.in_(_LIVE)
    )
    if db.session.scalar(sa.select(money)):
        raise Refused("correct-paid", **number)
    disputed = sa.exists().where(
        Deduction.acceptance_line_id == AcceptanceLine.id, AcceptanceLine.acceptance_id == signed.id
    )
    if db.session.scalar(sa.select(disputed)):
        raise Refused("correct-disputed", **number)


def drop(delivery_id: int, *, by: Actor) -> None:
    """Throw away a correction that nobody has countersigned; what was signed stays. Raises: Missing; Refused
    "delivery-not-counted".
    """
    delivery = holding.coming_delivery(delivery_id, by)
    draft = db.session.get(AcceptanceDraft, delivery.id, populate_existing=True)
    if draft is None or not draft.correction_reason:
        raise Refused("delivery-not-counted", delivery_no=delivery.delivery_no)
    db.session.delete(draft)
    trail.record(
        *(Stream.PROCUREMENT, "correction-dropped", "delivery", delivery.id),
        by=by, right=Right.RECEIVE, delivery_no=delivery.delivery_no,
    )  # fmt: skip


def accepted_before(signed: Acceptance | None) -> dict[int, int]:
    """What the round that is replaced accepted, by order line, base units."""
    if signed is None:
        return {}
    rows = db.session.execute(
        sa.select(AcceptanceLine.order_line_id, AcceptanceLine.accepted_qty).where(
            AcceptanceLine.acceptance_id == signed.id
        )
    )
    found: Counter[int] = Counter()
    for line_id, qty in rows:
        found[line_id] += qty
    return dict(found)


def settle_goods(signed: Acceptance, replaced: Acceptance, order: Order, weighed: Sequence[Weighed], by: Actor) -> None:
    """Move what the new round sends back more, or less, than the old one; the old claim goes.

    Raises: Refused "correct-goods-gone" (name) when goods that were sent back are promised to others by now.
    """
    change = _back_change(replaced, weighed)
    more = [(offer_id, qty) for offer_id, qty in change.items() if qty > 0]
    less = [(offer_id, -qty) for offer_id, qty in change.items() if qty < 0]
    stock.return_(more, source="acceptance", source_id=signed.id)
    try:
        stock.reserve(less, source="acceptance", source_id=signed.id)
    except Refused as short:
        if short.code == "stock-short":
            raise Refused("correct-goods-gone", name=short.facts["name"]) from short
        raise
    stock.ship(less, source="acceptance", source_id=signed.id)
    delivered_on = db.session.get_one(Delivery, signed.delivery_id).delivered_on
    returning.back_to_lots(signed, delivered_on, replaced=replaced)
    book.claim(
        *("acceptance-replaced", replaced.id),
        supplier_id=order.supplier_id,
        buyer_id=order.buyer_id,
        amount_fen=-replaced.amount_fen,
    )
    if order.state is not OrderState.CONFIRMED:  # nobody sends the difference any more
        lines = progress.of_order(order.id).values()
        fulfilment.write_rest_off(lines, reason=signed.correction_reason, by=by)


def day_of(replaced: Acceptance | None) -> date:
    """The day that a round stands on: a correction keeps the day of the weighing within its year."""
    today = clock.today()
    if replaced is None or clock.fiscal_year(replaced.accepted_on) != clock.fiscal_year(today):
        return today
    return replaced.accepted_on


def _back_change(replaced: Acceptance, weighed: Sequence[Weighed]) -> Mapping[int, int]:
    rows = db.session.execute(
        sa.select(AcceptanceLine.delivery_line_id, AcceptanceLine.rejected_qty).where(
            AcceptanceLine.acceptance_id == replaced.id
        )
    )
    old = {row.delivery_line_id: row.rejected_qty for row in rows}
    change: Counter[int] = Counter()
    for one in weighed:
        change[one.agreed.offer_id] += one.count.rejected_qty - old.get(one.delivered.id, 0)
    return change
