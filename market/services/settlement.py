"""Accepted goods get paid: invoice, transfer, the payer's declaration, somebody else's confirmation (rules 25, 51–53).

The money goes by bank from the unit to the supplier's own account; here stands only what is said about it. Whoever
changes what is open of an order holds that order's row, so two transfers never pay the same kilo.
"""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.files import services as files
from core.states import advance
from core.trail.models import Stream
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.settlement import Transfer, TransferItem
from market.queries import payables
from market.queries.payables import Claim
from market.rules.acceptance import check_payer
from market.rules.order_states import OrderAct, OrderState
from market.rules.transfer import TRANSFER, ConfirmedBy, TransferAct, TransferState, check_confirmer
from market.services import book, claiming, holding, landing, numbers, order_steps


def prepare(parts: Mapping[int, int | None], *, by: Actor) -> Transfer:
    """A transfer slip with its remittance code: {acceptance id: fen, or None for all that is open}, one supplier.

    Raises: Missing; Refused "claims-empty", "claims-two-suppliers", "claim-paid" (acceptance_no), "claim-too-much"
    (acceptance_no, open_fen), "payer-is-…".
    """
    by.role_for(Right.PAY)
    claims = claiming.take(list(parts), by)
    for one in claims:
        _check_payer(one, by)
    sums = {one.acceptance_id: part(one, parts[one.acceptance_id]) for one in claims}
    payee = db.session.get_one(Supplier, claims[0].supplier_id)
    row_id, number = numbers.take(Transfer, "FK")
    transfer = Transfer(
        id=row_id,
        transfer_no=number,
        remittance_code=codes.new_code("LJ"),
        buyer_id=claims[0].buyer_id,
        supplier_id=payee.id,
        amount_fen=sum(sums.values()),
        payee_account_name=payee.bank_account_name,
        payee_account_no=payee.bank_account_no,
        payee_bank=payee.bank_name,
        state=TransferState.PREPARED,
        prepared_by_id=by.person_id,
        prepared_at=clock.now(),
    )
    db.session.add(transfer)
    db.session.flush()
    db.session.add_all(
        TransferItem(transfer_id=transfer.id, acceptance_id=acceptance_id, amount_fen=fen)
        for acceptance_id, fen in sums.items()
    )
    db.session.flush()
    _record("transfer-prepared", transfer, by, Right.PAY)
    return transfer


def declare(
    transfer_id: int,
    *,
    bank_day_on: date,
    bank_serial: str,
    payer_name: str = "",
    voucher_id: int | None = None,
    by: Actor,
) -> Transfer:
    """The payer says that the bank was told: day, serial, voucher. Nothing counts by this alone.

    Raises: Missing; Refused "bank-day-ahead", "bank-day-before-order" (ordered_on), "bank-serial-needed",
    "bank-serial-used", "payer-is-…", "state-forbids-act".
    """
    transfer = holding.paid_transfer(transfer_id, by)
    serial = "".join(bank_serial.split()).upper()
    if bank_day_on > clock.today():
        raise Refused("bank-day-ahead")
    ordered_on = _ordered_on(transfer)
    if bank_day_on < ordered_on:
        raise Refused("bank-day-before-order", ordered_on=ordered_on)
    if not serial:
        raise Refused("bank-serial-needed")
    for one in payables.claims(Acceptance.id.in_(_items(transfer))):
        _check_payer(one, by)
    transfer.state = advance(TRANSFER, transfer.state, TransferAct.DECLARE, "payer")
    check_serial(transfer, serial)
    transfer.bank_day_on, transfer.bank_serial = bank_day_on, serial
    transfer.payer_name, transfer.voucher_id = payer_name.strip() or by.organisation_name, voucher_id
    transfer.declared_by_id, transfer.declared_at = by.person_id, clock.now()
    if voucher_id is not None:
        files.let_read(voucher_id, db.session.get_one(Supplier, transfer.supplier_id).organisation_id)
    db.session.flush()
    _record("transfer-declared", transfer, by, Right.PAY)
    return transfer


def withdraw(transfer_id: int, *, reason: str, by: Actor) -> Transfer:
    """Take a transfer back before it is confirmed; what it meant to pay is open again."""
    transfer = holding.paid_transfer(transfer_id, by)
    return _decide(transfer, TransferAct.WITHDRAW, "payer", reason, by, Right.PAY)


def refuse(transfer_id: int, *, reason: str, by: Actor, word: ConfirmedBy) -> Transfer:
    """The money did not come. Raises: Missing; Refused "reason-needed", "transfer-same-person"."""
    transfer = _foreign(transfer_id, by, word)
    return _decide(transfer, TransferAct.REFUSE, word.value, reason, by, _RIGHT[word])


def confirm(transfer_id: int, *, by: Actor, word: ConfirmedBy) -> Transfer:
    """The money has come (已到账): it lands on acceptance lines, oldest first, and never more than is payable.

    What is left over is an overpayment: it stays unallocated and nobody books it (rule 51).
    Raises: Missing; Refused "transfer-same-person", "state-forbids-act".
    """
    transfer = _foreign(transfer_id, by, word)
    return land(transfer, word, by=by, right=_RIGHT[word])


def land(transfer: Transfer, word: ConfirmedBy, *, by: Actor, right: Right) -> Transfer:
    """Confirm a declared transfer by somebody's word: its money lands, its orders close when all is paid."""
    orders = claiming.lock_orders(_items(transfer))
    transfer.state = advance(TRANSFER, transfer.state, TransferAct.CONFIRM, word.value)
    transfer.decided_by_id, transfer.decided_at, transfer.confirmed_by = by.person_id, clock.now(), word
    landed_fen = landing.land(transfer)
    book.claim(
        *("transfer-confirmed", transfer.id),
        supplier_id=transfer.supplier_id,
        buyer_id=transfer.buyer_id,
        amount_fen=-landed_fen,
    )
    for order in orders:
        _close_paid(order, by)
    _record("transfer-confirmed", transfer, by, right, landed_fen=landed_fen)
    return transfer


_RIGHT = {ConfirmedBy.SUPPLIER: Right.SELL, ConfirmedBy.FINANCE: Right.TRANSFER_CONFIRM}


def _foreign(transfer_id: int, by: Actor, word: ConfirmedBy) -> Transfer:
    by.role_for(_RIGHT[word])
    is_suppliers = word is ConfirmedBy.SUPPLIER
    transfer = holding.incoming_transfer(transfer_id, by) if is_suppliers else holding.any_transfer(transfer_id)
    if transfer.declared_by_id is not None:
        check_confirmer(transfer.declared_by_id, by.person_id)
    return transfer


def _decide(transfer: Transfer, act: TransferAct, party: str, reason: str, by: Actor, right: Right) -> Transfer:
    if not reason.strip():
        raise Refused("reason-needed")
    transfer.state = advance(TRANSFER, transfer.state, act, party)
    transfer.decided_by_id, transfer.decided_at = by.person_id, clock.now()
    transfer.decision_reason = reason.strip()
    db.session.flush()
    verb = "withdrawn" if act is TransferAct.WITHDRAW else "refused"
    _record(f"transfer-{verb}", transfer, by, right, reason=reason.strip())
    return transfer


def _check_payer(claim: Claim, by: Actor) -> None:
    """Rule 53 for one acceptance: the payer neither ordered, signed nor approved."""
    signed = db.session.get_one(Acceptance, claim.acceptance_id)
    signers = [signed.first_signer_id, signed.second_signer_id]
    for approver_id in (signed.approver_id, signed.excess_agreed_by_id):
        check_payer(by.person_id, orderer_id=signed.orderer_id, signer_ids=signers, approver_id=approver_id)


def part(claim: Claim, wanted_fen: int | None) -> int:
    """Fen to pay of a claim. Raises: Refused "claim-paid", "claim-too-much"."""
    fen = claim.open_fen if wanted_fen is None else wanted_fen
    if claim.open_fen <= 0:
        raise Refused("claim-paid", acceptance_no=claim.acceptance_no)
    if not 0 < fen <= claim.open_fen:
        raise Refused("claim-too-much", acceptance_no=claim.acceptance_no, open_fen=claim.open_fen)
    return fen


def check_serial(transfer: Transfer, serial: str) -> None:
    """A bank's number proves one payment to a supplier. Raises: Refused "bank-serial-used" (transfer_no)."""
    twin = sa.select(Transfer.transfer_no).where(
        Transfer.supplier_id == transfer.supplier_id,
        Transfer.bank_serial == serial,
        Transfer.state.in_((TransferState.DECLARED, TransferState.CONFIRMED)),
        Transfer.id != transfer.id,
    )
    with db.session.no_autoflush:
        found = db.session.scalars(twin).first()
    if found is not None:
        raise Refused("bank-serial-used", transfer_no=found)


def _items(transfer: Transfer) -> list[int]:
    return list(
        db.session.scalars(sa.select(TransferItem.acceptance_id).where(TransferItem.transfer_id == transfer.id))
    )


def _ordered_on(transfer: Transfer) -> date:
    """The earliest day that any of it was ordered: no bank was told before it."""
    query = (
        sa.select(sa.func.min(Order.placed_at))
        .join(Acceptance, Acceptance.order_id == Order.id)
        .where(Acceptance.id.in_(_items(transfer)))
    )
    return clock.county_day(db.session.execute(query).scalar_one())


def _close_paid(order: Order, by: Actor) -> None:
    """A fulfilled order whose accepted goods are all paid is closed."""
    if order.state is not OrderState.FULFILLED:
        return
    if all(one.unpaid_fen == 0 for one in payables.claims(Order.id == order.id)):
        order_steps.move(order, OrderAct.CLOSE, party="payment", by=by)


def _record(act: str, transfer: Transfer, by: Actor, right: Right, *, reason: str = "", landed_fen: int = 0) -> None:
    trail.record(
        *(Stream.MONEY, act, "transfer", transfer.id),
        by=by,
        right=right,
        after={"state": transfer.state.value, "amount_fen": transfer.amount_fen, "landed_fen": landed_fen},
        transfer_no=transfer.transfer_no,
        amount_fen=transfer.amount_fen,
        reason=reason,
    )
