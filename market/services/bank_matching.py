"""Suspense is worked off by persons: one says what a line is, another agrees or not (rule 51). Nothing lands before."""

from collections.abc import Mapping

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.models.bank import BankLine, BankMatch, BankMatchPart
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.settlement import Transfer
from market.queries import bank_slips
from market.rules.bank_match import SUSPENSE, LineState, MatchKind, MatchState

_ENDS = {MatchKind.OTHER: LineState.OTHER, MatchKind.RETURN: LineState.RETURNED}


def propose(
    line_id: int,
    kind: MatchKind,
    *,
    slips: Mapping[int, int | None] | None = None,
    claims: Mapping[int, int] | None = None,
    reason: str = "",
    by: Actor,
) -> BankMatch:
    """Say what a line is: {slip id: fen, or None for all of it}, {acceptance id: fen}, or not for goods of here.

    Raises: Missing; Refused "bank-line-settled", "bank-line-proposed", "bank-match-empty", "bank-line-too-little"
    (rest_fen), "bank-part-too-much" (transfer_no), "bank-match-reason".
    """
    by.role_for(Right.BANK_FILE)
    line = seen(line_id, by, lock=True)
    if line.state is LineState.PROPOSED:
        raise Refused("bank-line-proposed")
    if line.state not in SUSPENSE:
        raise Refused("bank-line-settled")
    parts = _parts(line, slips or {}, claims or {}) if kind is MatchKind.BOOK else []
    if kind is MatchKind.BOOK and not parts:
        raise Refused("bank-match-empty")
    if kind is not MatchKind.BOOK and not reason.strip():
        raise Refused("bank-match-reason")
    if sum(part.amount_fen for part in parts) > line.amount_fen - line.landed_fen:
        raise Refused("bank-line-too-little", rest_fen=line.amount_fen - line.landed_fen)
    match = BankMatch(
        line_id=line.id, kind=kind, state=MatchState.PROPOSED, reason=reason.strip(), proposed_by_id=by.person_id,
        proposed_at=clock.now(),
    )  # fmt: skip
    line.state = LineState.PROPOSED
    db.session.add(match)
    db.session.flush()
    for part in parts:
        part.match_id = match.id
    db.session.add_all(parts)
    db.session.flush()
    _record("bank-match-proposed", match, line, by, Right.BANK_FILE)
    return match


def _parts(line: BankLine, slips: Mapping[int, int | None], claims: Mapping[int, int]) -> list[BankMatchPart]:
    parts = []
    for transfer_id, fen in sorted(slips.items()):
        slip = db.session.scalars(
            sa.select(Transfer).where(
                Transfer.id == transfer_id,
                Transfer.state.in_(bank_slips.OPEN),
                bank_slips.in_sight(line.owner_id, line.side),
            )
        ).one_or_none()
        if slip is None:
            raise Missing("no-such-transfer")
        if fen is not None and not 0 < fen <= slip.amount_fen:
            raise Refused("bank-part-too-much", transfer_no=slip.transfer_no)
        parts.append(BankMatchPart(transfer_id=slip.id, amount_fen=slip.amount_fen if fen is None else fen))
    for acceptance_id, fen in sorted(claims.items()):
        found = db.session.scalar(
            sa.select(Acceptance.id)
            .join(Order, Order.id == Acceptance.order_id)
            .where(Acceptance.id == acceptance_id, bank_slips.orders_in_sight(line.owner_id, line.side))
        )
        if found is None:
            raise Missing("no-such-acceptance")
        if fen <= 0:
            raise Refused("bank-match-empty")
        parts.append(BankMatchPart(acceptance_id=acceptance_id, amount_fen=fen))
    return parts


def take_for_decision(match_id: int, *, by: Actor) -> tuple[BankMatch, BankLine]:
    """A proposal and its line, locked, for a second person. Raises: Missing; Refused "bank-match-decided",
    "bank-match-same-person".
    """
    by.role_for(Right.BANK_CHECK)
    match = db.session.get(BankMatch, match_id)
    if match is None:
        raise Missing("no-such-bank-line")
    line = seen(match.line_id, by, lock=True)
    match = db.session.get_one(BankMatch, match_id, with_for_update=True)
    if match.state is not MatchState.PROPOSED:
        raise Refused("bank-match-decided")
    if match.proposed_by_id == by.person_id:
        raise Refused("bank-match-same-person")
    return match, line


def close(match: BankMatch, line: BankLine, *, by: Actor) -> None:
    """The second person agreed; what is booked stands already. A line for nothing of here, or returned, ends so."""
    match.state, match.decided_by_id, match.decided_at = MatchState.CONFIRMED, by.person_id, clock.now()
    line.state = _ENDS.get(match.kind, line.state)
    db.session.flush()
    _record("bank-match-confirmed", match, line, by, Right.BANK_CHECK)


def refuse(match_id: int, *, by: Actor) -> BankMatch:
    """Not so: the line is open again. The proposer may take their own word back."""
    match = db.session.get(BankMatch, match_id)
    if match is None:
        raise Missing("no-such-bank-line")
    line = seen(match.line_id, by, lock=True)
    match = db.session.get_one(BankMatch, match_id, with_for_update=True)
    right = Right.BANK_FILE if match.proposed_by_id == by.person_id else Right.BANK_CHECK
    by.role_for(right)
    if match.state is not MatchState.PROPOSED:
        raise Refused("bank-match-decided")
    match.state, match.decided_by_id, match.decided_at = MatchState.REFUSED, by.person_id, clock.now()
    line.state = LineState.REST if line.landed_fen else LineState.OPEN
    db.session.flush()
    _record("bank-match-refused", match, line, by, right)
    return match


def seen(line_id: int, by: Actor, *, lock: bool = False) -> BankLine:
    """A line of the actor's office; finance's officer may work off any. Raises: Missing."""
    mine = sa.true() if by.organisation_kind is OrganisationKind.FINANCE else BankLine.owner_id.in_(by.scope_ids)
    query = sa.select(BankLine).where(BankLine.id == line_id, mine)
    found = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("no-such-bank-line")
    return found


def _record(act: str, match: BankMatch, line: BankLine, by: Actor, right: Right) -> None:
    trail.record(
        *(Stream.MONEY, act, "bank_line", line.id), by=by, right=right,
        after={"match": match.id, "kind": match.kind, "state": line.state}, serial=line.serial,
        amount_fen=line.amount_fen, reason=match.reason,
    )  # fmt: skip
