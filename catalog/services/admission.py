"""The operator's acts on suppliers: suspend, resume, let go, blacklist. Admission is an application's way alone."""

from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import FreightRule, Supplier
from catalog.models.supplier_life import SupplierBan
from catalog.queries import suppliers
from catalog.rules.supplier import SUPPLIER, SupplierAct, SupplierStatus
from catalog.rules.supplier_life import BanGround, ban_until
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream

MOST_STORY = 1_000
_FRIENDLY = frozenset({SupplierAct.RESUME, SupplierAct.LET_APPLY})


def decide(
    supplier_id: int,
    act: SupplierAct,
    *,
    by: Actor,
    reason: str = "",
    licence_valid_to: date | None = None,
    ground: BanGround = BanGround.BREACH,
) -> Supplier:
    """One act of the operator on a supplier. A ban runs two years, after a food-safety incident three (rule 67).

    Raises: Refused "reason-needed" for every act against a supplier, "licence-ended", "ban-runs", "state-forbids-act",
    "state-forbids-party" for an admission; Missing.
    """
    found = locked(supplier_id)
    if act not in _FRIENDLY and not reason:
        raise Refused("reason-needed")
    before = found.status
    found.status = advance(SUPPLIER, found.status, act, "platform")
    found.halted_for = None
    if licence_valid_to is not None:
        found.licence_valid_to = licence_valid_to
    if found.status is SupplierStatus.ACTIVE and _has_ended(found):
        raise Refused("licence-ended", valid_to_on=found.licence_valid_to)
    if act is SupplierAct.BLACKLIST:
        _ban(found, ground, reason, by)
    if act is SupplierAct.LET_APPLY and (until := ban_of(found.id)) and until >= clock.today():
        raise Refused("ban-runs", until_on=until)
    changed(f"supplier-{act.value.replace('_', '-')}", found, before, by, reason=reason)
    return found


def ban_of(supplier_id: int) -> date | None:
    """The last day of the supplier's longest ban, run out or not."""
    query = sa.select(sa.func.max(SupplierBan.until_on)).where(SupplierBan.supplier_id == supplier_id)
    return db.session.scalar(query)


def _ban(found: Supplier, ground: BanGround, reason: str, by: Actor) -> None:
    today = clock.today()
    db.session.add(
        SupplierBan(
            supplier_id=found.id, ground=ground, from_on=today, until_on=ban_until(ground, today), reason=reason[:200],
            person_id=by.person_id, at=clock.now(),
        )
    )  # fmt: skip


def leave(reason: str, *, by: Actor) -> Supplier:
    """One's own supplier sells no more; open orders go on. Raises: Refused "reason-needed", "state-forbids-act"."""
    found = locked(suppliers.own(by).id)
    if not reason.strip():
        raise Refused("reason-needed")
    before = found.status
    found.status, found.halted_for = advance(SUPPLIER, found.status, SupplierAct.REMOVE, "supplier"), None
    changed("supplier-left", found, before, by, right=Right.SELL, reason=reason.strip())
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
        supplier.halted_for = supplier.licence_valid_to
        changed("supplier-licence-ended", supplier, before, None)
    return len(found)


def _has_ended(found: Supplier) -> bool:
    return found.licence_valid_to is not None and found.licence_valid_to < clock.today()


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


def locked(supplier_id: int) -> Supplier:
    """The supplier, locked. Raises: Missing."""
    query = sa.select(Supplier).where(Supplier.id == supplier_id).with_for_update()
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-supplier")
    return found


def changed(
    action: str,
    found: Supplier,
    before: SupplierStatus,
    by: Actor | None,
    *,
    right: Right = Right.ADMIT,
    **facts: object,
) -> None:
    """Mark the supplier's goods for the search, and write the act down."""
    db.session.flush()
    search_index.mark_supplier(found.id)
    trail.record(
        Stream.CATALOGUE,
        action,
        "supplier",
        found.id,
        by=by,
        right=right if by else None,
        before={"status": before.value},
        after={"status": found.status.value},
        **facts,
    )
