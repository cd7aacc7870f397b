"""Suppliers' invoices for accepted goods: they say exactly what was accepted, or they go back."""

import re
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream
from market.models.settlement import Invoice, InvoiceAcceptance
from market.queries.payables import Claim
from market.services import claiming

_INVOICE_NO = re.compile(r"[0-9]{8,20}")


def record(
    number: str,
    acceptance_ids: Sequence[int],
    *,
    issued_on: date,
    total_fen: int,
    tax_fen: int = 0,
    file_id: int | None = None,
    by: Actor,
) -> Invoice:
    """A supplier's invoice for whole acceptances; it says exactly what was accepted, or goes back.

    Raises: Missing; Refused "invoice-number", "invoice-known", "invoice-day-ahead", "invoice-tax", "claims-empty",
    "claims-two-suppliers", "invoice-twice" (acceptance_no), "invoice-mismatch" (total_fen, accepted_fen).
    """
    claims = claiming.take(acceptance_ids, by)
    _check(number, issued_on, total_fen, tax_fen, claims)
    invoice = Invoice(
        number=number,
        supplier_id=claims[0].supplier_id,
        buyer_id=claims[0].buyer_id,
        issued_on=issued_on,
        total_fen=total_fen,
        tax_fen=tax_fen,
        file_id=file_id,
        recorded_by_id=by.person_id,
        recorded_at=clock.now(),
    )
    db.session.add(invoice)
    db.session.flush()
    db.session.add_all(
        InvoiceAcceptance(acceptance_id=one.acceptance_id, invoice_id=invoice.id, amount_fen=one.payable_fen)
        for one in claims
    )
    db.session.flush()
    trail.record(
        *(Stream.MONEY, "invoice-recorded", "invoice", invoice.id),
        by=by,
        right=Right.PAY,
        after={"total_fen": total_fen, "acceptances": sorted(one.acceptance_id for one in claims)},
        number=number,
        total_fen=total_fen,
    )
    return invoice


def _check(number: str, issued_on: date, total_fen: int, tax_fen: int, claims: Sequence[Claim]) -> None:
    if not _INVOICE_NO.fullmatch(number):
        raise Refused("invoice-number")
    if db.session.scalar(sa.select(Invoice.id).where(Invoice.number == number)):
        raise Refused("invoice-known", number=number)
    if issued_on > clock.today():
        raise Refused("invoice-day-ahead")
    if not 0 <= tax_fen < total_fen:
        raise Refused("invoice-tax")
    for one in claims:
        if one.invoice_no is not None:
            raise Refused("invoice-twice", acceptance_no=one.acceptance_no, number=one.invoice_no)
    payable_fen = sum(one.payable_fen for one in claims)
    if total_fen != payable_fen:
        raise Refused("invoice-mismatch", total_fen=total_fen, accepted_fen=payable_fen)
