"""Money of a bank's line stands for a transfer: exact lines by themselves, the others by two people's word."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Refused
from market.models.bank import BankLanding, BankLine, BankMatch, BankMatchPart, BankStatement
from market.models.settlement import Transfer
from market.queries import bank_slips
from market.rules.bank_file import BankSide
from market.rules.bank_match import LineState, is_exact
from market.rules.transfer import TransferState
from market.services import bank_transfers


@dataclass(frozen=True)
class Booked:
    """What came of lines: how many were found, and the transfers that are confirmed by it."""

    lines: int
    confirmed: tuple[int, ...]


def book_exact(line_ids: Sequence[int], statement_id: int, *, by: Actor) -> Booked:
    """Book the lines whose code, amount and payer agree. A slip that the bringer of the file declared waits: nobody
    confirms their own word.
    """
    statement = db.session.get_one(BankStatement, statement_id)
    lines = db.session.scalars(
        sa.select(BankLine).where(
            any_of(BankLine.id, line_ids), BankLine.code != "", BankLine.state == LineState.OPEN
        ).order_by(BankLine.id)
    ).all()  # fmt: skip
    known = bank_slips.by_code({line.code for line in lines}, statement.owner_id, statement.side)
    found, confirmed = 0, []
    for line in lines:
        pair = known.pop(line.code, None)
        if pair is None:
            continue
        transfer, slip = pair
        declared_by_id = transfer.declared_by_id or transfer.prepared_by_id
        if not is_exact(bank_slips.money(line), slip) or declared_by_id == by.person_id:
            continue
        if transfer.state is not TransferState.CONFIRMED:
            bank_transfers.confirm(transfer.id, _evidence(line, line.serial), by=by)
            confirmed.append(transfer.id)
        _land(line, transfer.id, line.amount_fen, None)
        found += 1
    statement.booked += found
    db.session.flush()
    return Booked(found, tuple(confirmed))


def book_match(match: BankMatch, line: BankLine, *, by: Actor) -> Booked:
    """Book what two persons said a line is: whole slips, parts of slips, acceptances without a slip.

    Raises: Refused "bank-line-too-little" (rest_fen), and those of `bank_transfers`.
    """
    parts = db.session.scalars(
        sa.select(BankMatchPart).where(BankMatchPart.match_id == match.id).order_by(BankMatchPart.id)
    ).all()
    if sum(part.amount_fen for part in parts) > line.amount_fen - line.landed_fen:
        raise Refused("bank-line-too-little", rest_fen=line.amount_fen - line.landed_fen)
    loose = {part.acceptance_id: part.amount_fen for part in parts if part.acceptance_id is not None}
    slips = [(part.transfer_id, part.amount_fen) for part in parts if part.transfer_id is not None]
    confirmed = []
    for number, (transfer_id, fen) in enumerate(slips):
        serial = line.serial if len(parts) == 1 else f"{line.serial[:56]}/{number + 1}"
        whole = db.session.get_one(Transfer, transfer_id, with_for_update=True)
        if fen < whole.amount_fen:
            whole = bank_transfers.part_of(whole, fen, by_id=match.proposed_by_id, by=by)
        if whole.state is not TransferState.CONFIRMED:
            bank_transfers.confirm(whole.id, _evidence(line, serial), by=by)
            confirmed.append(whole.id)
        _land(line, whole.id, fen, match.id)
    for number, made in enumerate(bank_transfers.without_slip(loose, by_id=match.proposed_by_id), len(slips)):
        serial = line.serial if len(parts) == 1 else f"{line.serial[:56]}/{number + 1}"
        bank_transfers.confirm(made.id, _evidence(line, serial), by=by)
        confirmed.append(made.id)
        _land(line, made.id, made.amount_fen, match.id)
    db.session.flush()
    return Booked(1, tuple(confirmed))


def _evidence(line: BankLine, serial: str) -> bank_transfers.Evidence:
    return bank_transfers.Evidence(line.bank_day_on, serial, line.party if line.side is BankSide.INCOMING else "")


def _land(line: BankLine, transfer_id: int, fen: int, match_id: int | None) -> None:
    landing = BankLanding(
        line_id=line.id, transfer_id=transfer_id, side=line.side, match_id=match_id, amount_fen=fen, at=clock.now()
    )
    db.session.add(landing)
    line.landed_fen += fen
    line.state = LineState.SETTLED if line.landed_fen == line.amount_fen else LineState.REST
