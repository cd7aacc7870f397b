"""A paired company pledges to buy: it writes, the village agrees, real purchases fulfil it."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.pairing import PurchasePledge, VillagePairing
from market.queries import pairings
from market.rules.pairing import PLEDGE, PairingState, PledgeAct, PledgeState, check_pledge
from market.services.pairings import hold


def write(pairing_id: int, *, amount_fen: int, goods: str, period: tuple[date, date], by: Actor) -> PurchasePledge:
    """A draft for the village to agree to.

    Raises: Missing; Refused "pairing-not-active" and those of `check_pledge`.
    """
    by.role_for(Right.PAIRING_PROPOSE)
    pairing = _active(pairing_id, by)
    others = db.session.execute(
        sa.select(PurchasePledge.first_on, PurchasePledge.last_on).where(
            PurchasePledge.pairing_id == pairing.id, PurchasePledge.state != PledgeState.ENDED
        )
    )
    check_pledge(
        amount_fen=amount_fen, goods=goods, period=period, pairing=(pairing.starts_on, pairing.ends_on),
        others=[(row[0], row[1]) for row in others],
    )  # fmt: skip
    made = PurchasePledge(
        pairing_id=pairing.id, amount_fen=amount_fen, goods=goods.strip()[:200], first_on=period[0],
        last_on=period[1], state=PledgeState.DRAFT, written_by_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record("pledge-written", made, by, Right.PAIRING_PROPOSE)
    return made


def agree(pledge_id: int, *, by: Actor) -> PurchasePledge:
    """The village's word. Raises: Missing; Refused "pledge-same-person", "pairing-not-active", "state-forbids-act"."""
    by.role_for(Right.PAIRING_AGREE)
    found = _held(pledge_id, by)
    if found.written_by_id == by.person_id:
        raise Refused("pledge-same-person")
    _active(found.pairing_id, by)
    found.state = advance(PLEDGE, found.state, PledgeAct.AGREE, "village")
    found.agreed_by_id, found.agreed_at = by.person_id, clock.now()
    db.session.flush()
    _record("pledge-agreed", found, by, Right.PAIRING_AGREE)
    return found


def fulfil(pledge_id: int, *, by: Actor) -> PurchasePledge:
    """Say that it is fulfilled: only when received purchases of the platform reach it.

    Raises: Missing; Refused "pledge-not-met" (left_fen), "state-forbids-act".
    """
    found = _held(pledge_id, by)
    right, party = _party(by)
    pair = pairings.get(found.pairing_id, by)
    progress = next(one.progress for one in pair.pledges if one.row.id == found.id)
    next_state = advance(PLEDGE, found.state, PledgeAct.FULFIL, party)
    if not progress.is_met:
        raise Refused("pledge-not-met", left_fen=progress.left_fen)
    found.state, found.over_at = next_state, clock.now()
    db.session.flush()
    _record("pledge-fulfilled", found, by, right, received_fen=progress.received_fen)
    return found


def end(pledge_id: int, *, reason: str, by: Actor) -> PurchasePledge:
    """A draft is ended by either side, an agreed one by the office, with a reason.

    Raises: Missing; Refused "reason-needed", "state-forbids-act", "state-forbids-party".
    """
    found = _held(pledge_id, by)
    right, party = _party(by)
    if not reason.strip():
        raise Refused("reason-needed")
    found.state = advance(PLEDGE, found.state, PledgeAct.END, party)
    found.over_at, found.reason = clock.now(), reason.strip()[:200]
    db.session.flush()
    _record("pledge-ended", found, by, right)
    return found


def _party(by: Actor) -> tuple[Right, str]:
    for right, party in (
        (Right.PAIRING_REVIEW, "office"),
        (Right.PAIRING_AGREE, "village"),
        (Right.PAIRING_PROPOSE, "enterprise"),
    ):
        if by.may(right):
            return right, party
    by.role_for(Right.PAIRING_PROPOSE)
    raise Missing("no-such-pledge")


def _active(pairing_id: int, by: Actor) -> VillagePairing:
    found = hold(pairing_id, by)
    if found.state is not PairingState.ACTIVE:
        raise Refused("pairing-not-active")
    return found


def _held(pledge_id: int, by: Actor) -> PurchasePledge:
    """The pledge of one of the actor's pairings, the pairing locked first. Raises: Missing "no-such-pledge"."""
    pairing_id = db.session.scalar(sa.select(PurchasePledge.pairing_id).where(PurchasePledge.id == pledge_id))
    if pairing_id is None:
        raise Missing("no-such-pledge")
    hold(pairing_id, by)
    return db.session.get_one(PurchasePledge, pledge_id, with_for_update=True, populate_existing=True)


def _record(act: str, found: PurchasePledge, by: Actor, right: Right, **facts: Any) -> None:
    trail.record(
        *(Stream.MONEY, act, "purchase_pledge", found.id), by=by, right=right,
        after={"state": found.state.value, "amount_fen": found.amount_fen}, amount_fen=found.amount_fen,
        goods=found.goods, reason=found.reason, **facts,
    )  # fmt: skip
