"""What two books do not say alike: found once, owned, noted, and closed by a person, or by two where it matters."""

import sqlalchemy as sa

from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.payment import PaymentIntent
from market.models.reconciliation import PaymentException
from market.rules.payment_states import PaymentState
from market.rules.reconciliation import (
    EXCEPTION,
    ExceptionAct,
    Resolution,
    needs_second,
)
from market.services import reviewing

_FOUND = frozenset({Resolution.FOUND_PAID, Resolution.FOUND_CLOSED, Resolution.FOUND_REFUNDED})


def own(exception_id: int, *, by: Actor) -> PaymentException:
    """Take it on. Raises: Missing."""
    found = _locked(exception_id, by)
    found.owner_id = by.person_id
    _record("exception-owned", found, by)
    return found


def propose(exception_id: int, resolution: Resolution, note: str, *, by: Actor) -> PaymentException:
    """Say what came out and why. A small one is closed by that; a large one and every contradiction waits for another.

    Raises: Missing; Refused "reason-needed", "resolution-misfits" (a payment in review is found paid, closed or
    refunded; nothing else may be), "state-forbids-act", "review-has-money", "review-without-money".
    """
    found = _locked(exception_id, by)
    if not note.strip():
        raise Refused("reason-needed")
    if _in_review(found) != (resolution in _FOUND):
        raise Refused("resolution-misfits")
    limit_fen = settings.value("reconcile.second_person_fen")
    two = needs_second(found.kind, found.theirs_fen - found.ours_fen, limit_fen)
    found.state = advance(EXCEPTION, found.state, ExceptionAct.PROPOSE if two else ExceptionAct.CLOSE, "person")
    found.resolution, found.note, found.proposed_by_id = resolution, note.strip()[:200], by.person_id
    found.owner_id = found.owner_id or by.person_id
    _record("exception-proposed", found, by)
    if not two:
        _close(found, by)
    return found


def agree(exception_id: int, *, by: Actor) -> PaymentException:
    """The second person's yes. Raises: Missing; Refused "exception-same-person", and those of the review."""
    found = _by_another(exception_id, by)
    found.state = advance(EXCEPTION, found.state, ExceptionAct.AGREE, "second")
    _close(found, by)
    return found


def object_to(exception_id: int, *, by: Actor) -> PaymentException:
    """The second person's no: it is open again. Raises: Missing; Refused "exception-same-person"."""
    found = _by_another(exception_id, by)
    found.state = advance(EXCEPTION, found.state, ExceptionAct.OBJECT, "second")
    found.resolution, found.proposed_by_id = None, None
    _record("exception-objected", found, by)
    return found


def _close(found: PaymentException, by: Actor) -> None:
    found.closed_by_id, found.closed_at = by.person_id, clock.now()
    if found.resolution in _FOUND and found.intent_id is not None:
        reviewing.decide(found.intent_id, found.resolution, by=by)
    db.session.flush()
    _record("exception-closed", found, by)


def _in_review(found: PaymentException) -> bool:
    state = sa.select(PaymentIntent.state).where(PaymentIntent.id == found.intent_id)
    return db.session.scalar(state) is PaymentState.REVIEW


def _by_another(exception_id: int, by: Actor) -> PaymentException:
    found = _locked(exception_id, by)
    if found.proposed_by_id == by.person_id:
        raise Refused("exception-same-person")
    return found


def _locked(exception_id: int, by: Actor) -> PaymentException:
    by.role_for(Right.RECONCILE)
    found = db.session.get(PaymentException, exception_id, with_for_update=True)
    if found is None:
        raise Missing("no-such-exception")
    return found


def _record(act: str, found: PaymentException, by: Actor) -> None:
    trail.record(
        *(Stream.MONEY, act, "payment_exception", found.id),
        by=by,
        right=Right.RECONCILE,
        after={"state": found.state.value, "resolution": found.resolution.value if found.resolution else ""},
        number=found.id,
        note=found.note,
    )
