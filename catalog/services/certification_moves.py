"""How an application moves: the state table, the step's clock, the queue it comes to, one event for each act."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.certification import Certification, CertificationEvent, CertificationVillage
from catalog.queries import certification_clock, certifications, suppliers, villages
from catalog.rules.certification import (
    CERTIFICATION,
    STEPS,
    CertificationAct,
    CertificationState,
    Ground,
    comes_first,
)
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.people import sms
from core.settings import calendar
from core.states import advance
from core.trail.models import Stream

_NEEDS_REASON = {CertificationAct.ASK, CertificationAct.FAIL, CertificationAct.WITHDRAW}
_STOPPED_BY_WAITING = {CertificationAct.PASS, CertificationAct.SEND}
_TOLD = {CertificationAct.ASK, CertificationAct.GRANT, CertificationAct.FAIL}
_ENDS = {CertificationState.GRANTED, CertificationState.FAILED, CertificationState.WITHDRAWN}


def locked(certification_id: int, by: Actor) -> Certification:
    """The application, locked until the transaction ends. Raises: Missing for what the actor may not see."""
    query = sa.select(Certification).where(Certification.id == certification_id, certifications.may_see(by))
    found = db.session.execute(query.with_for_update(of=Certification)).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-certification")
    return found


def expect(found: Certification, at: CertificationState) -> None:
    """The step that was on the page is still the step. Raises: Refused "certification-moved"."""
    if found.state is not at:
        raise Refused("certification-moved", application_no=found.application_no, state=found.state)


def move(
    found: Certification,
    act: CertificationAct,
    *,
    party: str,
    by: Actor,
    right: Right,
    reason: str = "",
    **columns: Any,
) -> CertificationEvent:
    """Do the act to a locked application: its next state, its clock, its event. `columns` change with the state.

    Raises: Refused "state-forbids-act", "state-forbids-party", "reason-needed", "certification-waiting" (nothing goes
    on while the applicant is waited for), "certification-waits-already", "certification-not-waiting".
    """
    before = found.state
    after = advance(CERTIFICATION, before, act, party)
    if act in _NEEDS_REASON and not reason.strip():
        raise Refused("reason-needed")
    check_waiting(found, act)
    enters = after is not before
    if after in STEPS and enters:
        columns["is_exited"] = is_exited(found.id, clock.today())
    event = CertificationEvent(
        certification_id=found.id,
        act=act,
        state=after,
        happened_on=clock.today(),
        at=clock.now(),
        runs=after in STEPS and act is not CertificationAct.ASK,
        limit_days=certification_clock.limit_of(after) if after in STEPS and enters else None,
        reason=reason.strip()[:200],
        person_id=by.person_id,
    )
    db.session.add(event)
    db.session.flush()
    if act is CertificationAct.APPLY:
        columns["applied_on"] = clock.today()
    _turn(found, after, is_waiting=act is CertificationAct.ASK, enters=enters, columns=columns)
    _record(found, act, before, by, right, reason)
    if act in _TOLD and party != "supplier":
        for phone in suppliers.clerk_phones(found.supplier_id):
            sms.send(phone, f"certification-{act.value}", application_no=found.application_no, reason=event.reason)
    return event


def is_exited(certification_id: int, on: date) -> bool:
    """Whether the application comes first in its queue, by the villages' categories on the day."""
    rows = db.session.execute(
        sa.select(CertificationVillage.village_code, CertificationVillage.scale_x100).where(
            CertificationVillage.certification_id == certification_id
        )
    )
    grounds = [Ground(*row) for row in rows]
    known = villages.origins_on([ground.village_code for ground in grounds], on)
    return comes_first(grounds, frozenset(code for code, origin in known.items() if origin.is_exited))


def reckon_open() -> int:
    """Work the last good days out anew: the calendar may have got new holidays. → how many changed."""
    running = sa.select(Certification).where(Certification.state.in_(STEPS), Certification.is_waiting.is_(False))
    rows = db.session.scalars(running.order_by(Certification.id).with_for_update()).all()
    known, days = certification_clock.marks_of([row.id for row in rows]), calendar.current()
    changed = 0
    for row in rows:
        due = known[row.id].due_on(days)
        changed += due != row.due_on
        row.due_on = due
    return changed


def check_waiting(found: Certification, act: CertificationAct) -> None:
    """Nothing goes on while the applicant is waited for; asked once, answered once. Raises: as `move`."""
    if act in _STOPPED_BY_WAITING and found.is_waiting:
        raise Refused("certification-waiting", application_no=found.application_no)
    if act is CertificationAct.ASK and found.is_waiting:
        raise Refused("certification-waits-already", application_no=found.application_no)
    if act is CertificationAct.ANSWER and not found.is_waiting:
        raise Refused("certification-not-waiting", application_no=found.application_no)


def _turn(
    found: Certification, after: CertificationState, *, is_waiting: bool, enters: bool, columns: dict[str, Any]
) -> None:
    marks, days = certification_clock.marks_of([found.id]).get(found.id), calendar.current()
    for name, value in columns.items():
        setattr(found, name, value)
    found.state, found.is_waiting = after, is_waiting
    if enters:
        found.entered_at = clock.now()
    found.due_on = None if marks is None or is_waiting else marks.due_on(days)
    if after in _ENDS:
        found.decided_on = clock.today()
    found.version += 1
    db.session.flush()


def _record(
    found: Certification, act: CertificationAct, before: CertificationState, by: Actor, right: Right, reason: str
) -> None:
    trail.record(
        *(Stream.CATALOGUE, f"certification-{act.value}", "certification", found.id),
        by=by,
        right=right,
        before={"state": before.value},
        after={"state": found.state.value, "waiting": found.is_waiting},
        application_no=found.application_no,
        reason=reason.strip()[:200],
    )
