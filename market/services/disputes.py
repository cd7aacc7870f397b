"""Money of an accepted line that the unit does not owe, or not yet: open disputes and credit notes (rules 25, 48).

Only what is still open of a line can be disputed, so a disputed kilo never touches money that already landed. What the
sides say, and until when, stands in `dispute_cases`; here are the amounts.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import Upload
from core.trail.models import Stream
from market.models.delivery import Acceptance, AcceptanceLine, Deduction, Delivery
from market.models.dispute import DisputeCase
from market.models.settlement import Transfer, TransferItem
from market.queries import payables
from market.rules.dispute_states import DisputeAct
from market.rules.parties import Party
from market.rules.payable import DeductionKind
from market.services import book, claiming, dialogue, dispute_cases, holding


def open_dispute(
    acceptance_line_id: int, *, amount_fen: int, reason: str, photos: Sequence[Upload] = (), by: Actor
) -> Deduction:
    """The unit will not pay this much of a line until it is settled; the supplier has three working days to answer.

    Raises: Missing; Refused "reason-needed", "dispute-amount" (open_fen), "dispute-transfer-waits".
    """
    line, delivery = _line(acceptance_line_id, holding.buys(by, Delivery))
    claiming.lock_orders([line.acceptance_id])
    if not reason.strip():
        raise Refused("reason-needed")
    if _waits(line.acceptance_id):
        raise Refused("dispute-transfer-waits")
    own = {one.acceptance_line_id: one for one in payables.lines_of([line.acceptance_id])[line.acceptance_id]}
    open_fen = own[line.id].open_fen
    if not 0 < amount_fen <= open_fen:
        raise Refused("dispute-amount", open_fen=open_fen)
    made = _write(line, DeductionKind.DISPUTE, amount_fen, reason.strip(), by)
    dispute_cases.start(made, delivery, photos, by=by)
    _record("dispute-opened", made, delivery, by, Right.RECEIVE)
    return made


def withdraw(deduction_id: int, *, by: Actor) -> Deduction:
    """The unit takes its dispute back: the amount is payable again."""
    dispute, _, delivery = _dispute(deduction_id, holding.buys(by, Delivery))
    dispute_cases.step(dispute.id, DisputeAct.WITHDRAW, Party.BUYER)
    back = _reverse(dispute, by)
    _record("dispute-withdrawn", back, delivery, by, Right.RECEIVE)
    return back


def concede(deduction_id: int, *, by: Actor) -> Deduction:
    """The supplier gives the disputed amount up: a credit note takes the dispute's place."""
    dispute, line, delivery = _dispute(deduction_id, holding.sells(by, Delivery.supplier_id))
    dispute_cases.step(dispute.id, DisputeAct.CONCEDE, Party.SUPPLIER)
    _reverse(dispute, by)
    note = _credit(line, delivery, dispute.amount_fen, dispute.reason, by)
    _record("dispute-conceded", note, delivery, by, Right.SELL)
    return note


def decide(deduction_id: int, *, for_buyer_fen: int, text: str, by: Actor) -> DisputeCase:
    """The platform's decision: this much becomes a credit note, the rest of the disputed amount is payable again.

    Raises: Missing; Refused "reason-needed", "dispute-amount" (open_fen), "dispute-settled", "state-forbids-act".
    """
    dispute, line, delivery = _dispute(deduction_id, sa.true())
    if not text.strip():
        raise Refused("reason-needed")
    if not 0 <= for_buyer_fen <= dispute.amount_fen:
        raise Refused("dispute-amount", open_fen=dispute.amount_fen)
    case = dispute_cases.step(dispute.id, DisputeAct.DECIDE, Party.PLATFORM)  # written only with its decision
    case.for_buyer_fen, case.decided_by_id = for_buyer_fen, by.person_id
    case.decision = text.strip()[: dialogue.LONGEST]
    dialogue.say(case.thread_id, Party.PLATFORM, case.decision, by=by)
    last = _reverse(dispute, by)
    if for_buyer_fen:
        last = _credit(line, delivery, for_buyer_fen, dispute.reason, by)
    _record("dispute-decided", last, delivery, by, Right.ARBITRATE)
    return case


def _credit(line: AcceptanceLine, delivery: Delivery, amount_fen: int, reason: str, by: Actor) -> Deduction:
    """A credit note: the supplier's claim on the unit shrinks."""
    note = _write(line, DeductionKind.CREDIT_NOTE, amount_fen, reason, by)
    book.claim(
        *("credit-note", note.id),
        supplier_id=delivery.supplier_id,
        buyer_id=delivery.buyer_id,
        amount_fen=-note.amount_fen,
    )
    return note


def _line(line_id: int, mine: sa.ColumnElement[bool]) -> tuple[AcceptanceLine, Delivery]:
    found = db.session.execute(
        sa.select(AcceptanceLine, Delivery)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .where(AcceptanceLine.id == line_id, mine)
    ).one_or_none()
    if found is None:
        raise Missing("no-such-acceptance")
    return found[0], found[1]


def _dispute(deduction_id: int, mine: sa.ColumnElement[bool]) -> tuple[Deduction, AcceptanceLine, Delivery]:
    """An open dispute under its order's lock. Raises: Missing; Refused "dispute-settled"."""
    dispute = db.session.get(Deduction, deduction_id)
    if dispute is None or dispute.kind is not DeductionKind.DISPUTE or dispute.reverses_id is not None:
        raise Missing("no-such-dispute")
    line, delivery = _line(dispute.acceptance_line_id, mine)
    claiming.lock_orders([line.acceptance_id])
    if db.session.scalar(sa.select(Deduction.id).where(Deduction.reverses_id == dispute.id)):
        raise Refused("dispute-settled")
    return dispute, line, delivery


def _waits(acceptance_id: int) -> bool:
    waiting = sa.select(TransferItem.transfer_id).join(Transfer, Transfer.id == TransferItem.transfer_id)
    return (
        db.session.scalar(
            waiting.where(TransferItem.acceptance_id == acceptance_id, Transfer.state.in_(payables.WAITING)).limit(1)
        )
        is not None
    )


def _reverse(dispute: Deduction, by: Actor) -> Deduction:
    back = Deduction(
        acceptance_line_id=dispute.acceptance_line_id,
        kind=dispute.kind,
        amount_fen=-dispute.amount_fen,
        reason=dispute.reason,
        person_id=by.person_id,
        reverses_id=dispute.id,
        at=clock.now(),
    )
    db.session.add(back)
    db.session.flush()
    return back


def _write(line: AcceptanceLine, kind: DeductionKind, amount_fen: int, reason: str, by: Actor) -> Deduction:
    made = Deduction(
        acceptance_line_id=line.id,
        kind=kind,
        amount_fen=amount_fen,
        reason=reason,
        person_id=by.person_id,
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _record(act: str, row: Deduction, delivery: Delivery, by: Actor, right: Right) -> None:
    trail.record(
        *(Stream.MONEY, act, "deduction", row.id),
        by=by,
        right=right,
        after={"amount_fen": row.amount_fen},
        delivery_no=delivery.delivery_no,
        amount_fen=abs(row.amount_fen),
        reason=row.reason,
    )
