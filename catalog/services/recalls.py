"""Calling a lot back, and taking the call back. A supplier calls its own; the agriculture office any, and lifts any."""

from collections.abc import Collection

import sqlalchemy as sa

from catalog.models.lots import LotBalance, LotRecall
from catalog.models.product import Lot
from catalog.models.supplier import Supplier
from catalog.queries import recalls
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


def recall(lot_id: int, *, reason: str, advice: str, by: Actor) -> LotRecall:
    """Raises: Missing; Refused "reason-needed", "lot-recalled-already"."""
    lot = _lot(lot_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    if recalls.of_lots([lot.id]):
        raise Refused("lot-recalled-already", lot_no=lot.lot_no)
    made = _write(lot, reason, advice.strip(), None, by)
    _record("lot-recalled", lot, reason, by)
    return made


def lift(lot_id: int, *, reason: str, by: Actor) -> LotRecall:
    """The goods were cleared. A call by the office is not the supplier's to lift.

    Raises: Missing; Refused "reason-needed", "lot-not-recalled", "recall-by-office" (office).
    """
    lot = _lot(lot_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    standing = recalls.of_lots([lot.id]).get(lot.id)
    if standing is None:
        raise Refused("lot-not-recalled", lot_no=lot.lot_no)
    if not is_office(by) and standing.organisation_id not in by.scope_ids:
        raise Refused("recall-by-office", office=standing.organisation)
    made = _write(lot, reason, "", standing.id, by)
    _record("lot-cleared", lot, reason, by)
    return made


def check_free(lot_ids: Collection[int]) -> None:
    """Their balances are held by the caller. Raises: Refused "lot-recalled" (lot_no) when one is called back."""
    if standing := recalls.of_lots(lot_ids):
        raise Refused("lot-recalled", lot_no=db.session.get_one(Lot, min(standing)).lot_no)


def is_office(by: Actor) -> bool:
    """Whether the actor answers for the quality of all goods."""
    return by.organisation_kind is OrganisationKind.AGRICULTURE


def _lot(lot_id: int, by: Actor) -> Lot:
    """Its balance is held: a delivery note and a call for the same lot wait for each other."""
    query = sa.select(Lot).where(Lot.id == lot_id)
    if not is_office(by):
        mine = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
        query = query.where(Lot.supplier_id.in_(mine))
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-lot")
    db.session.execute(sa.select(LotBalance.lot_id).where(LotBalance.lot_id == lot_id).with_for_update())
    return found


def _write(lot: Lot, reason: str, advice: str, lifts_id: int | None, by: Actor) -> LotRecall:
    made = LotRecall(
        lot_id=lot.id, reason=reason.strip(), advice=advice, lifts_id=lifts_id, person_id=by.person_id,
        organisation_id=by.office_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _record(act: str, lot: Lot, reason: str, by: Actor) -> None:
    trail.record(
        *(Stream.CATALOGUE, act, "lot", lot.id), by=by, right=Right.RECALL, after={"reason": reason.strip()},
        lot_no=lot.lot_no, reason=reason.strip(),
    )  # fmt: skip
