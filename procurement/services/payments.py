"""A unit pays, and what is confirmed counts: the market's act and the ledger's, in one transaction."""

from collections.abc import Sequence
from datetime import date

from core.access.actor import Actor
from market.models.settlement import Invoice, Transfer
from market.rules.invoice import InvoiceState
from market.rules.transfer import ConfirmedBy
from market.services import invoices, settlement
from market.services.invoices import Words
from procurement.services import ledger


def record_invoice(
    number: str,
    acceptance_ids: Sequence[int],
    *,
    issued_on: date,
    total_fen: int,
    tax_fen: int = 0,
    file_id: int | None = None,
    words: Words | None = None,
    by: Actor,
) -> Invoice:
    """Keep a supplier's invoice and its facts. Raises: as `market.services.invoices.record`."""
    invoice = invoices.record(
        *(number, acceptance_ids),
        issued_on=issued_on,
        total_fen=total_fen,
        tax_fen=tax_fen,
        file_id=file_id,
        words=words,
        by=by,
    )
    if invoice.state is InvoiceState.MATCHED:
        ledger.post_invoice(invoice.id, by)
    return invoice


def decide_invoice(invoice_id: int, *, take: bool, reason: str, by: Actor) -> Invoice:
    """The approver's word on an invoice that does not agree. Raises: as `market.services.invoices.decide`."""
    invoice = invoices.decide(invoice_id, take=take, reason=reason, by=by)
    if take:
        ledger.post_invoice(invoice.id, by)
    return invoice


def reverse_invoice(
    invoice_id: int, number: str, *, issued_on: date, amount_fen: int, file_id: int | None = None, by: Actor
) -> Invoice:
    """A red invoice and its facts. Raises: as `market.services.invoices.reverse`."""
    red = invoices.reverse(invoice_id, number, issued_on=issued_on, amount_fen=amount_fen, file_id=file_id, by=by)
    ledger.post_invoice(red.id, by)
    return red


def confirm_transfer(transfer_id: int, *, by: Actor, word: ConfirmedBy) -> Transfer:
    """The money has come: it lands on acceptance lines and counts on the later of acceptance and bank day (rule 25).

    Raises: as `market.services.settlement.confirm`; nothing is written then.
    """
    transfer = settlement.confirm(transfer_id, by=by, word=word)
    ledger.post_allocations(transfer.id, by)
    return transfer
