"""The case beside a disputed amount: what both sides say, until when, who decides. The money stands in `disputes`."""

from collections.abc import Sequence

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock, telling, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import Upload
from core.notices.rules import NoticeKind
from core.settings import calendar
from core.states import advance
from core.trail.models import Stream
from market.models.delivery import Deduction, Delivery
from market.models.dispute import DisputeCase
from market.rules.dispute_states import DISPUTE, DisputeAct, DisputeState, due_at
from market.rules.parties import Party
from market.services import dialogue, holding

_RIGHTS = {Party.BUYER: Right.RECEIVE, Party.SUPPLIER: Right.SELL, Party.PLATFORM: Right.ARBITRATE}
_NEWS = {
    DisputeAct.ANSWER: [(Party.BUYER, "dispute-answered")],
    DisputeAct.SILENCE: [(Party.BUYER, "dispute-unanswered"), (Party.SUPPLIER, "dispute-unanswered")],
    DisputeAct.CONCEDE: [(Party.BUYER, "dispute-conceded")],
    DisputeAct.WITHDRAW: [(Party.SUPPLIER, "dispute-withdrawn")],
    DisputeAct.DECIDE: [(Party.BUYER, "dispute-decided"), (Party.SUPPLIER, "dispute-decided")],
}


def start(dispute: Deduction, delivery: Delivery, photos: Sequence[Upload], *, by: Actor) -> DisputeCase:
    """The unit's case: its reason and its pictures, and the supplier's time to answer."""
    now = clock.now()
    case = DisputeCase(
        deduction_id=dispute.id,
        thread_id=dialogue.start(),
        supplier_id=delivery.supplier_id,
        buyer_id=delivery.buyer_id,
        canteen_id=delivery.canteen_id,
        state=DisputeState.OPEN,
        due_at=due_at(DisputeState.OPEN, now, calendar.current()),
        created_at=now,
    )
    db.session.add(case)
    db.session.flush()
    dialogue.say(case.thread_id, Party.BUYER, dispute.reason, by=by, photos=photos)
    _tell(case, Party.SUPPLIER, "dispute-new")
    return case


def _tell(case: DisputeCase, party: Party, code: str) -> None:
    """One side hears that something happened to the dispute, and where to look."""
    office = case.buyer_id
    if party is Party.SUPPLIER:
        office = db.session.scalar(sa.select(Supplier.organisation_id).where(Supplier.id == case.supplier_id))
    if office is not None:
        telling.tell_office(
            office, _RIGHTS[party], NoticeKind.PAYMENTS, code, ref=f"dispute-{case.deduction_id}-{code}",
            href=f"/disputes/{case.deduction_id}", by_sms=party is Party.SUPPLIER,
        )  # fmt: skip


def step(deduction_id: int, act: DisputeAct, party: str) -> DisputeCase:
    """Advance the locked case. Raises: Missing; Refused "state-forbids-act", "state-forbids-party"."""
    case = _locked(DisputeCase.deduction_id == deduction_id)
    now, working = clock.now(), calendar.current()
    for side, code in _NEWS.get(act, ()):
        _tell(case, side, code)
    case.state = advance(DISPUTE, case.state, act, party)  # from here on nothing asks the database: see `decide`
    case.due_at = due_at(case.state, now, working)
    if not case.state.is_open:
        case.ended_at = now
    return case


def answer(deduction_id: int, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> DisputeCase:
    """The supplier disagrees, with its evidence: the platform decides. Raises: Missing; Refused "reason-needed"."""
    _locked(DisputeCase.deduction_id == deduction_id, holding.sells(by, DisputeCase.supplier_id))
    if not text.strip():
        raise Refused("reason-needed")
    case = step(deduction_id, DisputeAct.ANSWER, Party.SUPPLIER)
    dialogue.say(case.thread_id, Party.SUPPLIER, text, by=by, photos=photos)
    trail.record(Stream.MONEY, "dispute-answered", "deduction", deduction_id, by=by, right=Right.SELL)
    return case


def say(deduction_id: int, party: Party, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> DisputeCase:
    """More evidence while the case is open. Raises: Missing; Refused "case-closed", as `dialogue.say`."""
    mine = {
        Party.BUYER: holding.buys(by, DisputeCase),
        Party.SUPPLIER: holding.sells(by, DisputeCase.supplier_id),
        Party.PLATFORM: sa.true(),
    }[party]
    case = _locked(DisputeCase.deduction_id == deduction_id, mine)
    if not case.state.is_open:
        raise Refused("case-closed")
    dialogue.say(case.thread_id, party, text, by=by, photos=photos)
    trail.record(Stream.MONEY, "dispute-said", "deduction", deduction_id, by=by, right=_RIGHTS[party])
    return case


def end_silence(limit: int) -> int:
    """Suppliers who did not answer in time: the platform decides on what lies there. How many."""
    late = (
        sa.select(DisputeCase.deduction_id)
        .where(DisputeCase.state == DisputeState.OPEN, DisputeCase.due_at <= clock.now())
        .order_by(DisputeCase.due_at)
        .limit(limit)
    )
    found = db.session.scalars(late).all()
    for deduction_id in found:
        step(deduction_id, DisputeAct.SILENCE, Party.CLOCK)
    return len(found)


def _locked(*where: sa.ColumnElement[bool]) -> DisputeCase:
    case = db.session.scalar(sa.select(DisputeCase).where(*where).with_for_update())
    if case is None:
        raise Missing("no-such-dispute")
    return case
