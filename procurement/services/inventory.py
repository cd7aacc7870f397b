"""A canteen's shelf: what came in, what the kitchen got, what was thrown away (rule 59).

Every change is a move; `CanteenLot.left` is their sum and is locked while it changes, lots in
order of ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.queries import recalls
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Missing, Refused
from core.numbers import take
from core.quantity import BaseUnit
from core.text import sentence
from core.trail.models import Stream
from market.models.delivery import Acceptance, AcceptanceLine, DeliveryLine
from market.models.order import Order, OrderLine
from procurement.models.inventory import CanteenLot, CanteenMove, KitchenIssue
from procurement.queries import canteens
from procurement.queries import inventory as stored
from procurement.rules.food_safety import Meal
from procurement.rules.inventory import Held, MoveKind, corrected, pick


@dataclass(frozen=True)
class Wanted:
    """Goods of one name for the kitchen, in base units: the lots are the rule's choice, not the cook's."""

    name: str
    base_unit: BaseUnit
    qty: int


def take_in(acceptance_id: int, *, by: Actor) -> None:
    """Put what two people accepted on the canteen's shelf; a corrected round moves the shelf by the difference."""
    signed = db.session.get_one(Acceptance, acceptance_id)
    order = db.session.get_one(Order, signed.order_id)
    if order.canteen_id is None:
        return
    before = _accepted(signed.reverses_id) if signed.reverses_id else {}
    for line, delivered, goods in db.session.execute(_lines(acceptance_id)):
        lot = _lot_of(delivered, goods, order.canteen_id, signed.accepted_on)
        _come(lot, before.get(delivered.id), line, signed.correction_reason, by)


def _lines(acceptance_id: int) -> sa.Select[AcceptanceLine, DeliveryLine, OrderLine]:
    return (
        sa.select(AcceptanceLine, DeliveryLine, OrderLine)
        .join(DeliveryLine, DeliveryLine.id == AcceptanceLine.delivery_line_id)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .where(AcceptanceLine.acceptance_id == acceptance_id)
        .order_by(DeliveryLine.id)
    )


def _accepted(acceptance_id: int) -> dict[int, int]:
    query = sa.select(AcceptanceLine.delivery_line_id, AcceptanceLine.accepted_qty)
    rows = db.session.execute(query.where(AcceptanceLine.acceptance_id == acceptance_id))
    return {delivery_line_id: qty for delivery_line_id, qty in rows}  # noqa: C416 (rows are no pairs to mypy)


def _lot_of(delivered: DeliveryLine, goods: OrderLine, canteen_id: int, on: date) -> CanteenLot:
    query = sa.select(CanteenLot).where(CanteenLot.delivery_line_id == delivered.id).with_for_update()
    found = db.session.scalar(query)
    if found is not None:
        return found
    made = CanteenLot(
        canteen_id=canteen_id, category_id=goods.category_id, name=goods.product_name, base_unit=goods.base_unit,
        delivery_line_id=delivered.id, lot_id=delivered.lot_id, vendor="", received_on=on, left=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _come(lot: CanteenLot, before: int | None, line: AcceptanceLine, reason: str, by: Actor) -> None:
    if before is None:
        _move(lot, MoveKind.ACCEPTED, line.accepted_qty, by, acceptance_line_id=line.id)
        return
    change, not_issued = corrected(before, line.accepted_qty, lot.left)
    _move(lot, MoveKind.CORRECTED, change, by, acceptance_line_id=line.id, reason=reason)
    if not_issued:  # eaten already: the slips said more than there was
        said = sentence("word", "issued-less")
        for qty in (-not_issued, not_issued):
            _write(lot, MoveKind.CORRECTED, qty, by, acceptance_line_id=line.id, reason=said)


def enter(
    canteen_id: int, *, category_id: int, name: str, base_unit: BaseUnit, qty: int, vendor: str,
    expires_on: date | None, by: Actor,
) -> CanteenLot:  # fmt: skip
    """Goods of an ordinary vendor, or what stood there on the first day. Raises: Missing, Refused "shelf-quantity"."""
    canteens.get(canteen_id, by)
    if db.session.get(Category, category_id) is None:
        raise Missing("no-such-category")
    if qty <= 0:
        raise Refused("shelf-quantity")
    made = CanteenLot(
        canteen_id=canteen_id, category_id=category_id, name=name, base_unit=base_unit, vendor=vendor,
        received_on=clock.today(), expires_on=expires_on, left=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _move(made, MoveKind.ENTERED, qty, by, reason=vendor)
    _note("stock-entered", made.id, by, qty=qty, name=name)
    return made


def issue(
    canteen_id: int, wanted: Sequence[Wanted], *, meal: Meal, taken_by: str, note: str = "", by: Actor
) -> KitchenIssue:
    """One slip: the oldest good lots of each name go to the kitchen, all of them or none.

    Raises: Missing, Refused "issue-empty", "issue-taker", "shelf-quantity", "shelf-short" (with the name).
    """
    canteens.get(canteen_id, by)
    if not wanted:
        raise Refused("issue-empty")
    if not taken_by.strip():
        raise Refused("issue-taker")
    issue_id, number = take(KitchenIssue, "CK")
    now = clock.now()
    made = KitchenIssue(
        id=issue_id, issue_no=number, canteen_id=canteen_id, meal=meal, taken_by=taken_by.strip(), note=note,
        person_id=by.person_id, issued_on=clock.today(), at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    lots = _shelf(canteen_id, [one.name for one in wanted])
    called = recalls.of_lots([lot.lot_id for lot in lots if lot.lot_id is not None])
    for one in wanted:
        own = {lot.id: lot for lot in lots if (lot.name, lot.base_unit) == (one.name, one.base_unit)}
        for lot_id, part in _picked(one, list(own.values()), set(called)):
            _move(own[lot_id], MoveKind.ISSUED, -part, by, issue_id=made.id)
    _note("stock-issued", made.id, by, issue_no=number)
    return made


def _picked(one: Wanted, lots: list[CanteenLot], called: set[int]) -> list[tuple[int, int]]:
    held = [Held(lot.id, lot.left, lot.received_on, lot.expires_on, lot.lot_id in called) for lot in lots]
    try:
        return pick(held, one.qty, clock.today())
    except Refused as refusal:
        said = {key: stored.words(int(str(value)), one.base_unit) for key, value in refusal.facts.items()}
        raise Refused(refusal.code, **said, name=one.name) from refusal


def take_back(issue_id: int, lot_id: int, qty: int, *, by: Actor) -> None:
    """The kitchen returns what it did not use. Raises: Missing, Refused "shelf-quantity", "back-too-much"."""
    made = db.session.get(KitchenIssue, issue_id)
    if made is None:
        raise Missing("no-such-issue")
    lot = _own(lot_id, by)
    out = db.session.scalar(
        sa.select(-sa.func.coalesce(sa.func.sum(CanteenMove.qty), 0)).where(
            CanteenMove.issue_id == issue_id, CanteenMove.canteen_lot_id == lot_id
        )
    )
    if qty <= 0:
        raise Refused("shelf-quantity")
    if qty > int(out or 0):
        raise Refused("back-too-much", out=stored.words(int(out or 0), lot.base_unit))
    _move(lot, MoveKind.TAKEN_BACK, qty, by, issue_id=issue_id)
    _note("stock-taken-back", lot.id, by, qty=qty)


def discard(lot_id: int, qty: int, *, reason: str, by: Actor) -> CanteenLot:
    """Throw away what is spoilt, expired or called back. Raises: Missing, Refused "shelf-…", "reason-missing"."""
    lot = _own(lot_id, by)
    if not reason.strip():
        raise Refused("reason-missing")
    if qty <= 0:
        raise Refused("shelf-quantity")
    if qty > lot.left:
        left, asked = (stored.words(one, lot.base_unit) for one in (lot.left, qty))
        raise Refused("shelf-short", left=left, asked=asked, name=lot.name)
    _move(lot, MoveKind.DISCARDED, -qty, by, reason=reason.strip())
    _note("stock-discarded", lot.id, by, qty=qty)
    return lot


def state_expiry(lot_id: int, expires_on: date | None, *, by: Actor) -> CanteenLot:
    """Write down the last good day that stands on the goods. Raises: Missing."""
    lot = _own(lot_id, by)
    before, lot.expires_on = lot.expires_on, expires_on
    trail.record(
        Stream.PROCUREMENT, "stock-expiry-stated", "canteen_lot", lot.id, by=by, right=Right.STOCK,
        before={"expires_on": before}, after={"expires_on": expires_on},
    )  # fmt: skip
    return lot


def move_counted(lot: CanteenLot, change: int, *, stocktake_id: int, reason: str, by: Actor) -> None:
    """What a signed count found. Raises: Refused "count-moved": more left the shelf since than there is."""
    if lot.left + change < 0:
        raise Refused("count-moved", name=lot.name)
    _move(lot, MoveKind.COUNTED, change, by, stocktake_id=stocktake_id, reason=reason)


def lock(lot_ids: Sequence[int]) -> dict[int, CanteenLot]:
    """Lots by id, locked in order of ids."""
    query = sa.select(CanteenLot).where(any_of(CanteenLot.id, lot_ids)).order_by(CanteenLot.id).with_for_update()
    return {lot.id: lot for lot in db.session.scalars(query)}


def _shelf(canteen_id: int, names: Sequence[str]) -> list[CanteenLot]:
    query = sa.select(CanteenLot).where(
        CanteenLot.canteen_id == canteen_id, any_of(CanteenLot.name, names, sa.Text), CanteenLot.left > 0
    )
    return list(db.session.scalars(query.order_by(CanteenLot.id).with_for_update()))


def _own(lot_id: int, by: Actor) -> CanteenLot:
    found = lock([lot_id]).get(lot_id)
    if found is None:
        raise Missing("no-such-stock")
    canteens.get(found.canteen_id, by)
    return found


def _move(lot: CanteenLot, kind: MoveKind, qty: int, by: Actor, **refs: Any) -> None:
    if qty:
        lot.left += qty
        _write(lot, kind, qty, by, **refs)


def _write(lot: CanteenLot, kind: MoveKind, qty: int, by: Actor, **refs: Any) -> None:
    db.session.add(
        CanteenMove(canteen_lot_id=lot.id, kind=kind, qty=qty, person_id=by.person_id, at=clock.now(), **refs)
    )


def _note(act: str, object_id: int, by: Actor, **facts: Any) -> None:
    trail.record(Stream.PROCUREMENT, act, "canteen_stock", object_id, by=by, right=Right.STOCK, **facts)
