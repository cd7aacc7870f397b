"""Complaints to the platform: heard within three working days; late answers stay visible as late."""

from collections.abc import Sequence

import sqlalchemy as sa

from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import Upload
from core.settings import calendar
from core.states import advance
from core.trail.models import Stream
from market.models.complaint import Complaint
from market.rules.complaint import COMPLAINT, ComplaintAct, ComplaintKind, ComplaintState, due_at
from market.rules.parties import Party
from market.services import dialogue, numbers

MOST_OPEN = 5


def lodge(kind: ComplaintKind, subject: str, text: str, *, photos: Sequence[Upload] = (), by: Actor) -> Complaint:
    """A person complains. Raises: Refused "reason-needed", "complaints-too-many" (most), as `dialogue.say`."""
    if not subject.strip() or not text.strip():
        raise Refused("reason-needed")
    mine = sa.select(sa.func.count(Complaint.id)).where(
        Complaint.person_id == by.person_id, Complaint.state == ComplaintState.OPEN
    )
    if (db.session.scalar(mine) or 0) >= MOST_OPEN:
        raise Refused("complaints-too-many", most=MOST_OPEN)
    now = clock.now()
    row_id, number = numbers.take(Complaint, "TS")
    made = Complaint(
        id=row_id, complaint_no=number, token=codes.token(), person_id=by.person_id, kind=kind,
        subject=subject.strip()[:200], thread_id=dialogue.start(), state=ComplaintState.OPEN,
        due_at=due_at(ComplaintState.OPEN, now, calendar.current()), created_at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    dialogue.say(made.thread_id, Party.BUYER, text, by=by, photos=photos)
    _record("complaint-lodged", made, by, Right.SHOP)
    return made


def ask_again(token: str, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> Complaint:
    """The person is not content, or adds something: the clock runs anew. Raises: Missing; Refused."""
    made = _locked(Complaint.token == token, Complaint.person_id == by.person_id)
    was_open = made.state is ComplaintState.OPEN
    kept = made.due_at
    _move(made, ComplaintAct.ASK_AGAIN, Party.BUYER)
    if was_open:
        made.due_at = kept  # more words give the platform no more time
    dialogue.say(made.thread_id, Party.BUYER, text, by=by, photos=photos)
    _record("complaint-asked-again", made, by, Right.SHOP)
    return made


def reply(token: str, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> Complaint:
    """The platform answers. Raises: Missing; Refused "reason-needed", "own-case", "state-forbids-act"."""
    made = _locked(Complaint.token == token)
    if not text.strip():
        raise Refused("reason-needed")
    if made.person_id == by.person_id:
        raise Refused("own-case")
    is_late = made.state is ComplaintState.OPEN and made.due_at is not None and made.due_at <= clock.now()
    made.was_late = made.was_late or is_late
    _move(made, ComplaintAct.ANSWER, Party.PLATFORM)
    dialogue.say(made.thread_id, Party.PLATFORM, text, by=by, photos=photos)
    _record("complaint-answered", made, by, Right.ARBITRATE)
    return made


def end(token: str, *, by: Actor) -> Complaint:
    """The person is content. Raises: Missing; Refused "state-forbids-act"."""
    made = _locked(Complaint.token == token, Complaint.person_id == by.person_id)
    _move(made, ComplaintAct.CLOSE, Party.BUYER)
    _record("complaint-closed", made, by, Right.SHOP)
    return made


def close_silent(limit: int) -> int:
    """Answered complaints that nobody took up again within 15 days. How many."""
    late = sa.select(Complaint).where(Complaint.state == ComplaintState.ANSWERED, Complaint.due_at <= clock.now())
    found = db.session.scalars(late.limit(limit).with_for_update(skip_locked=True)).all()
    for made in found:
        _move(made, ComplaintAct.CLOSE, Party.CLOCK)
    return len(found)


def _locked(*where: sa.ColumnElement[bool]) -> Complaint:
    found = db.session.scalar(sa.select(Complaint).where(*where).with_for_update())
    if found is None:
        raise Missing("no-such-complaint")
    return found


def _move(made: Complaint, act: ComplaintAct, party: Party) -> None:
    made.state = advance(COMPLAINT, made.state, act, party)
    made.due_at = due_at(made.state, clock.now(), calendar.current())


def _record(act: str, made: Complaint, by: Actor, right: Right) -> None:
    trail.record(
        *(Stream.MONEY, act, "complaint", made.id),
        by=by, right=right, after={"state": made.state.value}, complaint_no=made.complaint_no,
    )  # fmt: skip
