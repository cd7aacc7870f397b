"""Who may sell: the operator admits a supplier, suspends it, lets it go; the clock suspends for an ended licence."""

from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import FreightRule, Supplier
from catalog.queries import suppliers
from catalog.rules.supplier import SUPPLIER, SupplierAct, SupplierStatus
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream

MOST_STORY = 1_000


def decide(
    supplier_id: int, act: SupplierAct, *, by: Actor, reason: str = "", licence_valid_to: date | None = None
) -> Supplier:
    """One act of the operator on a supplier. An admission keeps its day and the licence's end.

    Raises: Refused "reason-needed" for every act against a supplier, "licence-ended", "state-forbids-act"; Missing.
    """
    found = _locked(supplier_id)
    if act not in {SupplierAct.ADMIT, SupplierAct.RESUME, SupplierAct.LET_APPLY} and not reason:
        raise Refused("reason-needed")
    before = found.status
    found.status = advance(SUPPLIER, found.status, act, "platform")
    if licence_valid_to is not None:
        found.licence_valid_to = licence_valid_to
    if found.status is SupplierStatus.ACTIVE:
        if found.licence_valid_to is not None and found.licence_valid_to < clock.today():
            raise Refused("licence-ended", valid_to_on=found.licence_valid_to)
        found.admitted_on = found.admitted_on or clock.today()
    _changed(f"supplier-{act.value.replace('_', '-')}", found, before, by, reason=reason)
    return found


def suspend_expired() -> int:
    """The clock's act: suspend active suppliers whose licence has ended. The number suspended."""
    ended = sa.select(Supplier).where(
        Supplier.status == SupplierStatus.ACTIVE, Supplier.licence_valid_to < clock.today()
    )
    found = db.session.scalars(ended.with_for_update(skip_locked=True)).all()
    for supplier in found:
        before = supplier.status
        supplier.status = advance(SUPPLIER, supplier.status, SupplierAct.SUSPEND, "clock")
        _changed("supplier-licence-ended", supplier, before, None)
    return len(found)


def describe(story: str, *, by: Actor) -> Supplier:
    """What one's supplier says about itself on its page. Raises: Missing; Refused "story-too-long"."""
    found = suppliers.own(by)
    if len(story) > MOST_STORY:
        raise Refused("story-too-long", most=MOST_STORY)
    found.story = story
    trail.record(Stream.CATALOGUE, "supplier-described", "supplier", found.id, by=by, right=Right.SELL)
    return found


def set_freight(base_fen: int, free_above_fen: int | None, *, by: Actor) -> None:
    """One's supplier's freight for residents: a sum per order, none from a sum of goods on. Raises: Missing."""
    found = suppliers.own(by)
    rule = db.session.get(FreightRule, found.id)
    if rule is None:
        rule = FreightRule(supplier_id=found.id, base_fen=base_fen, free_above_fen=free_above_fen)
        db.session.add(rule)
    rule.base_fen, rule.free_above_fen = base_fen, free_above_fen
    trail.record(
        Stream.CATALOGUE, "freight-set", "supplier", found.id, by=by, right=Right.SELL,
        after={"base_fen": base_fen, "free_above_fen": free_above_fen}, base_fen=base_fen,
    )  # fmt: skip


def _locked(supplier_id: int) -> Supplier:
    query = sa.select(Supplier).where(Supplier.id == supplier_id).with_for_update()
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-supplier")
    return found


def _changed(action: str, found: Supplier, before: SupplierStatus, by: Actor | None, **facts: object) -> None:
    db.session.flush()
    search_index.mark_supplier(found.id)
    trail.record(
        Stream.CATALOGUE,
        action,
        "supplier",
        found.id,
        by=by,
        right=Right.ADMIT if by else None,
        before={"status": before.value},
        after={"status": found.status.value},
        **facts,
    )
