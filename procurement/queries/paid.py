"""Reading orders, invoices and confirmed money as the ledger writes them down."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock
from core.db import db
from market.models.delivery import Acceptance, AcceptanceLine
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation, Invoice, InvoiceAcceptance
from market.queries.progress import in_force
from procurement.queries.accepted import FUND_OF
from procurement.rules.scheme import FundSource


@dataclass(frozen=True)
class Paid:
    """One allocation of a transfer, signed."""

    id: int
    acceptance_line_id: int
    amount_fen: int
    bank_day_on: date
    unit_id: int
    canteen_id: int | None
    supplier_id: int
    fund: FundSource


@dataclass(frozen=True)
class Document:
    """A step of an order before or beside its acceptance. `source_id`: the row that makes it once."""

    source_id: int
    unit_id: int
    canteen_id: int | None
    supplier_id: int
    category_id: int | None
    fund: FundSource
    on: date
    amount_fen: int


def allocations(*transfer_ids: int) -> list[Paid]:
    """The allocations of transfers to units' acceptance lines, corrections included."""
    rows = db.session.execute(
        sa.select(
            Allocation.id,
            Allocation.acceptance_line_id,
            Allocation.amount_fen,
            Allocation.bank_day_on,
            Order.buyer_id,
            Order.canteen_id,
            Order.supplier_id,
            Order.kind,
        )
        .join(AcceptanceLine, AcceptanceLine.id == Allocation.acceptance_line_id)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Order, Order.id == Acceptance.order_id)
        .where(Allocation.transfer_id.in_(transfer_ids), Order.kind.in_(FUND_OF))
        .order_by(Allocation.id)
    )
    values: list[list[Any]] = [[*row[:-1], FUND_OF[row.kind]] for row in rows]
    return [Paid(*row) for row in values]


def invoiced(*invoice_ids: int) -> list[Document]:
    """The acceptances that invoices cover, at the amounts they say."""
    rows = db.session.execute(
        sa.select(
            InvoiceAcceptance.acceptance_id,
            Order.buyer_id,
            Order.canteen_id,
            Order.supplier_id,
            sa.null(),
            Order.kind,
            Invoice.issued_on,
            InvoiceAcceptance.amount_fen,
        )
        .join(Invoice, Invoice.id == InvoiceAcceptance.invoice_id)
        .join(Acceptance, Acceptance.id == InvoiceAcceptance.acceptance_id)
        .join(Order, Order.id == Acceptance.order_id)
        .where(Invoice.id.in_(invoice_ids), Order.kind.in_(FUND_OF))
        .order_by(InvoiceAcceptance.acceptance_id)
    )
    values: list[list[Any]] = [[*row[:5], FUND_OF[row.kind], *row[6:]] for row in rows]
    return [Document(*row) for row in values]


def ordered(*order_ids: int) -> list[Document]:
    """The lines of units' orders as agreed."""
    return [
        Document(row.id, *_who(row), clock.county_day(row.placed_at), row.amount_fen)
        for row in _order_lines(*order_ids)
    ]


def released(*order_ids: int) -> list[Document]:
    """What ended orders' lines never brought: agreed less accepted, where anything is left. Dated today."""
    rows = db.session.execute(
        sa.select(AcceptanceLine.order_line_id, sa.func.sum(AcceptanceLine.amount_fen))
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(Acceptance.order_id.in_(order_ids), in_force())
        .group_by(AcceptanceLine.order_line_id)
    )
    accepted = {line_id: int(fen) for line_id, fen in rows}
    left = [(row, row.amount_fen - accepted.get(row.id, 0)) for row in _order_lines(*order_ids)]
    return [Document(row.id, *_who(row), clock.today(), -fen) for row, fen in left if fen > 0]


def _order_lines(*order_ids: int) -> sa.Result[Any]:
    return db.session.execute(
        sa.select(
            OrderLine.id,
            OrderLine.amount_fen,
            OrderLine.category_id,
            Order.buyer_id,
            Order.supplier_id,
            Order.canteen_id,
            Order.kind,
            Order.placed_at,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.order_id.in_(order_ids), Order.kind.in_(FUND_OF))
        .order_by(OrderLine.order_id, OrderLine.position)
    )


def _who(row: Any) -> tuple[int, int | None, int, int, FundSource]:
    return (row.buyer_id, row.canteen_id, row.supplier_id, row.category_id, FUND_OF[row.kind])
