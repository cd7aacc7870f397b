"""Transfers that a bank's line proves: confirmed by it, cut to what came, or made where nobody filled in a slip.

A bank's line is the supplier's word about what came, or the payer's bank about what went: with it stand the person who
brought or proposed it and the one who agreed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock, codes, text, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.delivery import Acceptance
from market.models.settlement import Transfer, TransferItem
from market.queries import payables
from market.queries.payables import Claim
from market.rules.transfer import TRANSFER, ConfirmedBy, TransferAct, TransferState, check_confirmer
from market.services import claiming, numbers, settlement


@dataclass(frozen=True)
class Evidence:
    """What the bank's line says: the day, its number, who paid ("" in the payer's own file)."""

    on: date
    serial: str
    payer: str


def confirm(transfer_id: int, seen: Evidence, *, by: Actor) -> Transfer:
    """The bank's line proves the transfer. A slip that its payer has not declared is declared by the line.

    Raises: Refused "transfer-same-person", "state-forbids-act", "bank-serial-used".
    """
    transfer = _locked(transfer_id)
    if transfer.state is TransferState.PREPARED:
        transfer.state = advance(TRANSFER, transfer.state, TransferAct.DECLARE, "bank")
        settlement.check_serial(transfer, seen.serial)
        transfer.bank_day_on, transfer.bank_serial = seen.on, seen.serial
        transfer.payer_name = seen.payer
        transfer.declared_by_id, transfer.declared_at = transfer.prepared_by_id, clock.now()
        db.session.flush()
    check_confirmer(transfer.declared_by_id or 0, by.person_id)
    return settlement.land(transfer, ConfirmedBy.BANK, by=by, right=Right.BANK_CHECK)


def part_of(whole: Transfer, fen: int, *, by_id: int, by: Actor) -> Transfer:
    """Less came than the slip says: the slip goes, a new one says what came, the oldest acceptance first.

    The rest is open again and gets a slip of its own. Raises: Refused "state-forbids-act".
    """
    claiming.lock_orders(_items(whole))
    whole.state = advance(TRANSFER, whole.state, TransferAct.WITHDRAW, "bank")
    whole.decided_by_id, whole.decided_at = by.person_id, clock.now()
    whole.decision_reason = text.sentence("word", "transfer-cut", amount_fen=fen)
    items = db.session.execute(
        sa.select(TransferItem.acceptance_id, TransferItem.amount_fen)
        .join(Acceptance, Acceptance.id == TransferItem.acceptance_id)
        .where(TransferItem.transfer_id == whole.id)
        .order_by(Acceptance.accepted_on, Acceptance.id)
    ).all()
    left, parts = fen, {}
    for acceptance_id, amount_fen in items:
        if left:
            parts[acceptance_id] = min(left, amount_fen)
            left -= parts[acceptance_id]
    db.session.flush()
    made = _make(parts, whole.buyer_id, whole.supplier_id, whole.declared_by_id or by_id)
    _record("transfer-cut", made, by, old_no=whole.transfer_no, old_fen=whole.amount_fen)
    return made


def without_slip(parts: Mapping[int, int], *, by_id: int) -> list[Transfer]:
    """Transfers over acceptances that nobody made a slip for: one for each unit and supplier.

    Raises: Missing; Refused "claim-paid" (acceptance_no), "claim-too-much" (acceptance_no, open_fen).
    """
    if not parts:
        return []
    claiming.lock_orders(list(parts))
    found = payables.claims(Acceptance.id.in_(list(parts)))
    if {one.acceptance_id for one in found} != set(parts):
        raise Missing("no-such-acceptance")
    groups: dict[tuple[int, int], list[Claim]] = {}
    for one in found:
        settlement.part(one, parts[one.acceptance_id])
        groups.setdefault((one.buyer_id, one.supplier_id), []).append(one)
    return [
        _make({one.acceptance_id: parts[one.acceptance_id] for one in own}, buyer_id, supplier_id, by_id)
        for (buyer_id, supplier_id), own in sorted(groups.items())
    ]


def _make(parts: Mapping[int, int], buyer_id: int, supplier_id: int, by_id: int) -> Transfer:
    if not parts:
        raise Refused("claims-empty")
    payee = db.session.get_one(Supplier, supplier_id)
    row_id, number = numbers.take(Transfer, "FK")
    made = Transfer(
        id=row_id, transfer_no=number, remittance_code=codes.new_code("LJ"), buyer_id=buyer_id, supplier_id=supplier_id,
        amount_fen=sum(parts.values()), payee_account_name=payee.bank_account_name,
        payee_account_no=payee.bank_account_no, payee_bank=payee.bank_name, state=TransferState.PREPARED,
        prepared_by_id=by_id, prepared_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        TransferItem(transfer_id=made.id, acceptance_id=acceptance_id, amount_fen=fen)
        for acceptance_id, fen in parts.items()
    )
    db.session.flush()
    return made


def _locked(transfer_id: int) -> Transfer:
    return db.session.get_one(Transfer, transfer_id, with_for_update=True)


def _items(transfer: Transfer) -> list[int]:
    query = sa.select(TransferItem.acceptance_id).where(TransferItem.transfer_id == transfer.id)
    return list(db.session.scalars(query))


def _record(act: str, transfer: Transfer, by: Actor, **facts: Any) -> None:
    trail.record(
        *(Stream.MONEY, act, "transfer", transfer.id), by=by, right=Right.BANK_CHECK,
        after={"amount_fen": transfer.amount_fen}, transfer_no=transfer.transfer_no, amount_fen=transfer.amount_fen,
        **facts,
    )  # fmt: skip
