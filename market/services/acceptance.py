"""Two people weigh and sign. The first signer's counts wait as a draft; the second signs exactly those or counts anew.

Nothing is ever accepted by itself (rule 57). What is accepted is the base of the price (rule 54).
"""

from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.services import stock
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.files import services as files
from core.states import advance
from core.trail.models import Stream
from market.models.delivery import (
    Acceptance,
    AcceptanceDraft,
    AcceptanceLine,
    AcceptancePhoto,
    Delivery,
)
from market.models.order import Order
from market.queries import progress
from market.rules import acceptance as rules
from market.rules.acceptance import Policy
from market.rules.counting import Counts
from market.rules.delivery_states import DELIVERY, DONE, DeliveryAct
from market.rules.order_states import OrderState
from market.rules.partners import HookEvent
from market.services import book, correcting, fulfilment, holding, hooks, numbers, returning, weighing
from market.services.weighing import Weighed


def count(delivery_id: int, counts: Counts, *, by: Actor, correction: str = "") -> AcceptanceDraft:
    """The first signer's word; a recount replaces it and takes back the approver's tap for an excess.

    `correction`: why a delivery that is signed already is counted again; until the second signature that stays.
    Raises: Missing, Refused "signer-is-orderer", "delivery-already-accepted", "counts-…", "count-…", and as
    `correcting.check`.
    """
    delivery = holding.coming_delivery(delivery_id, by)
    signed = correcting.standing(delivery)
    if signed is not None:
        if not correction.strip():
            raise Refused("delivery-already-accepted", delivery_no=delivery.delivery_no)
        correcting.check(signed, reason=correction)
    order = db.session.get_one(Order, delivery.order_id)
    if by.person_id == order.person_id:
        raise Refused("signer-is-orderer")
    weighing.check(weighing.load(delivery, counts))
    if signed is None:
        delivery.state = advance(DELIVERY, delivery.state, DeliveryAct.COUNT, "first_signer")
    draft = db.session.get(AcceptanceDraft, delivery.id) or AcceptanceDraft(delivery_id=delivery.id, version=0)
    draft.counts, draft.version = counts.to_json(), (draft.version or 0) + 1
    draft.first_signer_id, draft.signed_at = by.person_id, clock.now()
    draft.excess_agreed_by_id = None
    draft.correction_reason = correction.strip() if signed is not None else ""
    db.session.add(draft)
    db.session.flush()
    _record("delivery-counted", delivery, by, right=Right.RECEIVE, version=draft.version)
    return draft


def agree_excess(delivery_id: int, *, version: int, by: Actor) -> AcceptanceDraft:
    """The approver takes what weighs more than the tolerance (rule 54). Raises: as `_draft`, "approver-is-orderer"."""
    delivery, draft = _draft(delivery_id, version, by)
    rules.check_approver(by.person_id, _orderer(delivery))
    draft.excess_agreed_by_id = by.person_id
    _record("excess-agreed", delivery, by, right=Right.RECEIPT_OVERRIDE, version=version)
    return draft


def waive_papers(delivery_id: int, *, version: int, reason: str, by: Actor) -> AcceptanceDraft:
    """A manager takes goods without their 合格证; the lines concerned never count (rule 55).

    Raises: as `_draft`, Refused "reason-needed", "approver-is-orderer".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    delivery, draft = _draft(delivery_id, version, by)
    rules.check_approver(by.person_id, _orderer(delivery))
    draft.waived_by_id, draft.waiver_reason = by.person_id, reason.strip()
    _record("papers-waived", delivery, by, right=Right.RECEIPT_OVERRIDE, version=version, reason=reason.strip())
    return draft


def accept(delivery_id: int, *, version: int, by: Actor, policy: Policy | None = None) -> Acceptance:
    """The second signature: the counts of draft `version` become the acceptance, for good.

    Raises: Missing; Refused "delivery-already-accepted", "counts-changed", "signer-twice", "signer-is-orderer",
    "signer-from-kitchen", "above-tolerance", "commitment-missing", "quarantine-missing", "test-report-expired"; of a
    correction also as `correcting.check` and `correcting.settle_goods`.
    """
    policy = policy or Policy()
    delivery, draft = _draft(delivery_id, version, by)
    order = holding.bought_order(delivery.order_id, by)
    took_part = rules.check_signers(
        *(order.person_id, draft.first_signer_id, by.person_id),
        orderer_may_be_second=policy.orderer_may_be_second,
        first_is_outside_kitchen=policy.first_is_outside_kitchen,
    )
    replaced = correcting.standing(delivery)
    if replaced is not None:
        correcting.check(replaced, reason=draft.correction_reason)
        delivery.state = advance(DELIVERY, delivery.state, DeliveryAct.CORRECT, "second_signer")
    counts = Counts.from_json(draft.counts)
    weighed = weighing.load(delivery, counts)
    act = weighing.check(weighed)
    weighing.check_tolerance(
        order, weighed, agreed=draft.excess_agreed_by_id is not None, replaced=correcting.accepted_before(replaced)
    )
    waived = {
        one.count.delivery_line_id for one in weighed if weighing.is_waived(one, override_reason=draft.waiver_reason)
    }
    signed = _acceptance(
        *(delivery, order, draft, replaced),
        by=by,
        policy=policy,
        took_part=took_part,
        amount_fen=sum(one.amount_fen for one in weighed),
        is_waived=bool(waived),
    )
    _write_lines(signed, weighed, waived)
    _write_photos(signed, counts, delivery)
    delivery.state = advance(DELIVERY, delivery.state, act, "second_signer")
    db.session.delete(draft)
    db.session.flush()
    if replaced is not None:
        correcting.settle_goods(signed, replaced, order, weighed, by)
    else:
        back = [(one.agreed.offer_id, one.count.rejected_qty) for one in weighed if one.count.rejected_qty]
        stock.return_(back, source="acceptance", source_id=signed.id)
        returning.back_to_lots(signed, delivery.delivered_on)
    _fulfil_if_over(order, counts, by)
    book.claim(
        *("accepted", signed.id),
        supplier_id=order.supplier_id,
        buyer_id=order.buyer_id,
        amount_fen=signed.amount_fen,
    )
    hooks.tell_delivery(order, delivery, HookEvent.DELIVERY_ACCEPTED)
    _record("delivery-accepted", delivery, by, right=Right.RECEIVE, amount_fen=signed.amount_fen)
    return signed


def _draft(delivery_id: int, version: int, by: Actor) -> tuple[Delivery, AcceptanceDraft]:
    """The waiting draft under its delivery's lock: of two who come at once, the second finds what the first did."""
    delivery = holding.coming_delivery(delivery_id, by)
    draft = db.session.get(AcceptanceDraft, delivery.id, populate_existing=True)
    if draft is None and delivery.state in DONE:
        raise Refused("delivery-already-accepted", delivery_no=delivery.delivery_no)
    if draft is None:
        raise Refused("delivery-not-counted", delivery_no=delivery.delivery_no)
    if draft.version != version:
        raise Refused("counts-changed", delivery_no=delivery.delivery_no)
    return delivery, draft


def _orderer(delivery: Delivery) -> int:
    return db.session.execute(sa.select(Order.person_id).where(Order.id == delivery.order_id)).scalar_one()


def _acceptance(
    delivery: Delivery,
    order: Order,
    draft: AcceptanceDraft,
    replaced: Acceptance | None,
    *,
    by: Actor,
    policy: Policy,
    took_part: bool,
    amount_fen: int,
    is_waived: bool,
) -> Acceptance:
    row_id, number = numbers.take(Acceptance, "YS")
    signed = Acceptance(
        id=row_id,
        acceptance_no=number,
        token=codes.token(),
        delivery_id=delivery.id,
        order_id=order.id,
        round=replaced.round + 1 if replaced else 1,
        reverses_id=replaced.id if replaced else None,
        correction_reason=draft.correction_reason if replaced else "",
        orderer_id=order.person_id,
        first_signer_id=draft.first_signer_id,
        second_signer_id=by.person_id,
        orderer_took_part=took_part,
        approver_id=policy.approver_id,
        excess_agreed_by_id=draft.excess_agreed_by_id,
        waived_by_id=draft.waived_by_id if is_waived else None,
        waiver_reason=draft.waiver_reason if is_waived else "",
        amount_fen=amount_fen,
        accepted_on=correcting.day_of(replaced),
        accepted_at=clock.now(),
        note=Counts.from_json(draft.counts).note,
    )
    db.session.add(signed)
    db.session.flush()
    return signed


def _write_lines(signed: Acceptance, weighed: list[Weighed], waived: set[int]) -> None:
    db.session.add_all(
        AcceptanceLine(
            acceptance_id=signed.id,
            delivery_line_id=one.delivered.id,
            order_line_id=one.agreed.id,
            delivered_qty=one.delivered.qty,
            accepted_qty=one.count.accepted_qty,
            rejected_qty=one.count.rejected_qty,
            reason=one.count.reason.strip(),
            photo_id=one.count.photo_id,
            commitment_no=one.commitment_no,
            quarantine_no=one.quarantine_no,
            inspection_no=one.inspection_no,
            commitment_waived=one.delivered.id in waived,
            amount_fen=one.amount_fen,
        )
        for one in weighed
        if not one.count.is_held
    )
    db.session.flush()


def _write_photos(signed: Acceptance, counts: Counts, delivery: Delivery) -> None:
    seller = db.session.get_one(Supplier, delivery.supplier_id).organisation_id
    for file_id in counts.all_photo_ids:
        db.session.add(AcceptancePhoto(acceptance_id=signed.id, file_id=file_id))
        files.let_read(file_id, seller)


def _fulfil_if_over(order: Order, counts: Counts, by: Actor) -> None:
    """The order is fulfilled once nothing more is expected."""
    if order.state is not OrderState.CONFIRMED:
        return
    known = progress.of_order(order.id)
    if counts.close_rest and not any(one.progress.under_way_qty for one in known.values()):
        fulfilment.write_rest_off(known.values(), reason=counts.note, by=by)
        known = progress.of_order(order.id)
    if all(one.progress.is_closed for one in known.values()):
        fulfilment.fulfil(order, party="acceptance", by=by)


def _record(act: str, delivery: Delivery, by: Actor, *, right: Right, **facts: Any) -> None:
    trail.record(
        *(Stream.PROCUREMENT, act, "delivery", delivery.id),
        by=by,
        right=right,
        after={"state": delivery.state.value},
        delivery_no=delivery.delivery_no,
        **facts,
    )
