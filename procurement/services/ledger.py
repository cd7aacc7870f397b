"""The quota ledger's front: what happened becomes facts, and what counts becomes postings and totals.

Each verb may be called again with the same argument: the same source makes one fact, one posting, one move. All take
the ledger's lock until the transaction ends; callers take their own row locks first. `by` None is the clock.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from procurement.models.ledger import FactEntry, FactKind
from procurement.queries import accepted, paid
from procurement.queries import facts as chain
from procurement.rules.scheme import Channel, FundSource
from procurement.services import facts, postings, reversals
from procurement.services.facts import Fact
from procurement.services.imported import post_external, post_externals, reverse_external, reverse_externals
from procurement.services.stated import post_statement, post_statements

__all__ = [
    "post_acceptance",
    "post_acceptances",
    "post_allocations",
    "post_external",
    "post_externals",
    "post_invoice",
    "post_invoices",
    "post_ordered",
    "post_released",
    "post_statement",
    "post_statements",
    "post_transfers",
    "reverse_external",
    "reverse_externals",
]


def post_acceptance(acceptance_id: int, by: Actor | None) -> dict[str, int]:
    """Write the facts of a signed acceptance: ACCEPTED and REJECTED per line, as far as there is any of either.

    A new round first reverses the round it corrects; money that was allocated to the old lines stays there until the
    caller moves it. Returns the fen that may count once paid, by scheme code; {} for a resident's order or when the
    facts were there already.
    """
    facts.lock()
    corrected_id = accepted.corrected(acceptance_id)
    if corrected_id is not None:
        reversals.void("acceptance_line", accepted.line_ids(corrected_id), by=by)
    return post_acceptances([acceptance_id], by)


def post_acceptances(acceptance_ids: Sequence[int], by: Actor | None) -> dict[str, int]:
    """As `post_acceptance`, for many first rounds that correct nothing (trade that is loaded), in one go."""
    facts.lock()
    lines = accepted.lines(*acceptance_ids)
    written = facts.append([fact for line in lines for fact in _facts_of(line)], by=by)
    if not written:
        return {}
    postings.spend([_spend_of(line) for line in lines if line.fund is FundSource.CANTEEN and line.accepted_qty])
    return postings.judge_new(written, postings.open_book())


def post_allocations(transfer_id: int, by: Actor | None) -> dict[str, int]:
    """Count what a confirmed transfer pays: PAID facts, and postings on the later of acceptance and bank day.

    To be called again after a correction of its allocations (negative rows). Returns the fen counted by scheme code.
    """
    return post_transfers([transfer_id], by)


def post_transfers(transfer_ids: Sequence[int], by: Actor | None) -> dict[str, int]:
    """As `post_allocations`, for many transfers in one go."""
    facts.lock()
    rows = paid.allocations(*transfer_ids)
    facts.append([_paid_fact(row) for row in rows], by=by)
    lines = sorted({row.acceptance_line_id for row in rows})
    found = chain.read(FactEntry.source == "acceptance_line", FactEntry.source_id.in_(lines))
    return postings.settle(found, postings.open_book())


def post_invoice(invoice_id: int, by: Actor | None) -> None:
    """Write one INVOICED fact per acceptance that the invoice covers."""
    post_invoices([invoice_id], by)


def post_invoices(invoice_ids: Sequence[int], by: Actor | None) -> None:
    """As `post_invoice`, for many invoices in one go. A red invoice, or a second one after it, adds to what stands."""
    rows = paid.invoiced(*invoice_ids)
    stands = sa.select(FactEntry.source_id).where(
        FactEntry.kind == FactKind.INVOICED,
        FactEntry.source == "invoice_acceptance",
        any_of(FactEntry.source_id, {row.source_id for row in rows}),
    )
    if not db.session.scalars(stands.limit(1)).first():
        _write(FactKind.INVOICED, "invoice_acceptance", rows, by)
        return
    for invoice_id in invoice_ids:
        _write(FactKind.INVOICED, f"invoice-{invoice_id}", paid.invoiced(invoice_id), by)


def post_ordered(order_ids: Sequence[int], by: Actor | None) -> None:
    """Write one ORDERED fact per line of units' orders, at the agreed amount."""
    _write(FactKind.ORDERED, "order_line", paid.ordered(*order_ids), by)


def post_released(order_ids: Sequence[int], by: Actor | None) -> None:
    """Write what ended orders will never bring: agreed less accepted, per line, negative."""
    _write(FactKind.RELEASED, "order_line", paid.released(*order_ids), by)


def _write(kind: FactKind, source: str, rows: list[paid.Document], by: Actor | None) -> None:
    if rows:
        facts.append([_document(kind, source, row) for row in rows], by=by)


def _facts_of(line: accepted.AcceptedLine) -> list[Fact]:
    common: dict[str, Any] = {
        "unit_id": line.unit_id,
        "canteen_id": line.canteen_id,
        "occurred_on": line.accepted_on,
        "channel": Channel.COUNTY,
        "fund": line.fund,
        "category_id": line.category_id,
        "supplier_id": line.supplier_id,
        "village_code": line.origin_code,
        "labels": line.labels,
        "source": "acceptance_line",
        "source_id": line.line_id,
    }
    found = []
    if line.accepted_qty:
        found.append(Fact(kind=FactKind.ACCEPTED, amount_fen=line.amount_fen, qty=line.accepted_qty, **common))
    if line.rejected_qty:
        found.append(Fact(kind=FactKind.REJECTED, amount_fen=line.rejected_fen, qty=line.rejected_qty, **common))
    return found


def _spend_of(line: accepted.AcceptedLine) -> dict[str, Any]:
    return {
        "unit_id": line.unit_id,
        "canteen_id": line.canteen_id,
        "fiscal_year": clock.fiscal_year(line.accepted_on),
        "month": clock.month_of(line.accepted_on),
        "channel": Channel.COUNTY,
        "amount_fen": line.amount_fen,
        "source": "acceptance_line",
        "source_id": line.line_id,
    }


def _paid_fact(row: paid.Paid) -> Fact:
    return Fact(
        kind=FactKind.PAID,
        unit_id=row.unit_id,
        canteen_id=row.canteen_id,
        occurred_on=row.bank_day_on,
        channel=Channel.COUNTY,
        fund=row.fund,
        amount_fen=row.amount_fen,
        supplier_id=row.supplier_id,
        source="allocation",
        source_id=row.id,
        labels={"acceptance_line_id": row.acceptance_line_id},
    )


def _document(kind: FactKind, source: str, row: paid.Document) -> Fact:
    return Fact(
        kind=kind,
        unit_id=row.unit_id,
        canteen_id=row.canteen_id,
        occurred_on=row.on,
        channel=Channel.COUNTY,
        fund=row.fund,
        amount_fen=row.amount_fen,
        supplier_id=row.supplier_id,
        category_id=row.category_id,
        source=source,
        source_id=row.source_id,
    )
