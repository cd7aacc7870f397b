"""Suppliers' invoices: they say what was accepted, or an approver decides; red ones take back what a blue one said.

An invoice may come before the money (票到付款) or after it. Its number is never used twice in the county.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files import services as files
from core.money import split
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream
from market.models.settlement import Invoice, InvoiceAcceptance, InvoiceLine
from market.queries.payables import Claim
from market.rules.invoice import (
    INVOICE,
    Expected,
    InvoiceAct,
    InvoiceState,
    Mismatch,
    Said,
    TaxLine,
    check_number,
    mismatches,
)
from market.services import claiming


@dataclass(frozen=True)
class Words:
    """What stands on an invoice beside its sums. `explanation`: why it is kept although something does not agree."""

    lines: Sequence[TaxLine] = ()
    title: str = ""
    buyer_code: str = ""
    explanation: str = ""


def record(
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
    """A supplier's invoice for whole acceptances, kept by the unit's payer or the supplier.

    What does not agree goes back, or with an explanation waits for an approver of the unit.
    Raises: Missing; Refused "invoice-number", "invoice-number-year", "invoice-known", "invoice-day-ahead",
    "invoice-tax", "claims-empty", "claims-two-suppliers", "invoice-twice" (acceptance_no), "invoice-mismatch"
    (total_fen, accepted_fen), "invoice-differs" (what).
    """
    words = words or Words()
    claims = claiming.take(acceptance_ids, by)
    _check(number, issued_on, total_fen, tax_fen, claims)
    wrong = _compare(Said(total_fen, tax_fen, words.lines, words.title, words.buyer_code), claims)
    if wrong and not words.explanation.strip():
        payable_fen = sum(one.payable_fen for one in claims)
        if Mismatch.AMOUNT in wrong:
            raise Refused("invoice-mismatch", total_fen=total_fen, accepted_fen=payable_fen)
        raise Refused("invoice-differs", what=wrong[0])
    invoice = Invoice(
        number=number, supplier_id=claims[0].supplier_id, buyer_id=claims[0].buyer_id, issued_on=issued_on,
        total_fen=total_fen, tax_fen=tax_fen, file_id=file_id, recorded_by_id=by.person_id, recorded_at=clock.now(),
        state=_first_state(wrong), title=words.title,
        buyer_code=words.buyer_code, mismatch=" ".join(wrong), explanation=words.explanation.strip() if wrong else "",
        decision="",
    )  # fmt: skip
    db.session.add(invoice)
    db.session.flush()
    _parts(invoice, words.lines, {one.acceptance_id: one.payable_fen for one in claims})
    if file_id is not None:
        files.let_read(file_id, invoice.buyer_id, _seller_office(invoice.supplier_id))
    _record("invoice-recorded", invoice, by, Right.PAY)
    return invoice


def decide(invoice_id: int, *, take: bool, reason: str, by: Actor) -> Invoice:
    """An approver of the unit takes an invoice that does not agree, or sends it back to the supplier.

    Raises: Missing; Refused "reason-needed", "invoice-same-person", "state-forbids-act".
    """
    by.role_for(Right.INVOICE_DECIDE)
    invoice = _locked(invoice_id, Invoice.buyer_id.in_(by.scope_ids))
    if not reason.strip():
        raise Refused("reason-needed")
    if invoice.recorded_by_id == by.person_id:
        raise Refused("invoice-same-person")
    act = InvoiceAct.APPROVE if take else InvoiceAct.RETURN
    invoice.state = advance(INVOICE, invoice.state, act, "approver")
    invoice.decided_by_id, invoice.decided_at, invoice.decision = by.person_id, clock.now(), reason.strip()
    db.session.flush()
    _record("invoice-approved" if take else "invoice-returned", invoice, by, Right.INVOICE_DECIDE)
    return invoice


def reverse(
    invoice_id: int, number: str, *, issued_on: date, amount_fen: int, file_id: int | None = None, by: Actor
) -> Invoice:
    """A red invoice (红字) for goods that went back or a wrong invoice: all of it, or a part.

    Raises: Missing; Refused as `record`, "invoice-red-too-much" (left_fen), "state-forbids-act".
    """
    blue = _locked(invoice_id, _party(by))
    check_number(number, issued_on)
    _unused(number)
    if issued_on > clock.today():
        raise Refused("invoice-day-ahead")
    left_fen = blue.total_fen + _reds(blue.id)
    state = advance(INVOICE, blue.state, InvoiceAct.REVERSE)
    if not 0 < amount_fen <= left_fen:
        raise Refused("invoice-red-too-much", left_fen=left_fen)
    tax_fen = blue.tax_fen * amount_fen // blue.total_fen
    red = Invoice(
        number=number, supplier_id=blue.supplier_id, buyer_id=blue.buyer_id, issued_on=issued_on,
        total_fen=-amount_fen, tax_fen=-tax_fen, file_id=file_id, recorded_by_id=by.person_id,
        recorded_at=clock.now(), reverses_id=blue.id, state=InvoiceState.MATCHED, title=blue.title,
        buyer_code=blue.buyer_code, mismatch="", explanation="", decision="",
    )  # fmt: skip
    db.session.add(red)
    if amount_fen == left_fen:
        blue.state = state
    db.session.flush()
    covered = db.session.execute(
        sa.select(InvoiceAcceptance.acceptance_id, InvoiceAcceptance.amount_fen)
        .where(InvoiceAcceptance.invoice_id == blue.id)
        .order_by(InvoiceAcceptance.acceptance_id)
    ).all()
    shares = split(amount_fen, [row[1] for row in covered])
    _parts(red, (), {row[0]: -fen for row, fen in zip(covered, shares, strict=True) if fen})
    _record("invoice-reversed", red, by, Right.PAY)
    return red


def _first_state(wrong: Sequence[Mismatch]) -> InvoiceState:
    return advance(INVOICE, InvoiceState.RECEIVED, InvoiceAct.DIFFER if wrong else InvoiceAct.MATCH, "rule")


def _parts(invoice: Invoice, lines: Sequence[TaxLine], sums: dict[int, int]) -> None:
    db.session.add_all(
        InvoiceLine(
            invoice_id=invoice.id, position=at, tax_mode=line.mode, amount_fen=line.amount_fen, tax_fen=line.tax_fen
        )
        for at, line in enumerate(lines, 1)
    )
    db.session.add_all(
        InvoiceAcceptance(acceptance_id=acceptance_id, invoice_id=invoice.id, amount_fen=fen)
        for acceptance_id, fen in sums.items()
    )
    db.session.flush()


def _compare(said: Said, claims: Sequence[Claim]) -> list[Mismatch]:
    buyer = db.session.get_one(Organisation, claims[0].buyer_id)
    seller = db.session.get_one(Organisation, _seller_office(claims[0].supplier_id))
    expected = Expected(sum(one.payable_fen for one in claims), buyer.name, buyer.uscc or "", seller.uscc or "")
    return mismatches(said, expected)


def _seller_office(supplier_id: int) -> int:
    return db.session.get_one(Supplier, supplier_id).organisation_id


def _check(number: str, issued_on: date, total_fen: int, tax_fen: int, claims: Sequence[Claim]) -> None:
    check_number(number, issued_on)
    _unused(number)
    if issued_on > clock.today():
        raise Refused("invoice-day-ahead")
    if not 0 <= tax_fen < total_fen:
        raise Refused("invoice-tax")
    for one in claims:
        if one.invoice_no is not None:
            raise Refused("invoice-twice", acceptance_no=one.acceptance_no, number=one.invoice_no)


def _unused(number: str) -> None:
    if db.session.scalar(sa.select(Invoice.id).where(Invoice.number == number)):
        raise Refused("invoice-known", number=number)


def _reds(invoice_id: int) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(Invoice.total_fen), 0)).where(Invoice.reverses_id == invoice_id)
    return int(db.session.scalar(query) or 0)


def _party(by: Actor) -> sa.ColumnElement[bool]:
    """The invoices of the actor's unit, or of the actor's shop."""
    if by.organisation_kind is OrganisationKind.SUPPLIER:
        return sa.exists().where(Supplier.id == Invoice.supplier_id, Supplier.organisation_id.in_(by.scope_ids))
    return Invoice.buyer_id.in_(by.scope_ids)


def _locked(invoice_id: int, mine: sa.ColumnElement[bool]) -> Invoice:
    found = db.session.scalars(
        sa.select(Invoice).where(Invoice.id == invoice_id, mine).with_for_update(of=Invoice)
    ).one_or_none()
    if found is None:
        raise Missing("no-such-invoice")
    return found


def _record(act: str, invoice: Invoice, by: Actor, right: Right) -> None:
    held = right if by.may(right) else Right.SELL
    trail.record(
        *(Stream.MONEY, act, "invoice", invoice.id), by=by, right=held,
        after={"total_fen": invoice.total_fen, "state": invoice.state, "mismatch": invoice.mismatch},
        number=invoice.number, total_fen=invoice.total_fen, reason=invoice.decision or invoice.explanation,
    )  # fmt: skip
