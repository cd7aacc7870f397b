"""Invoices as lists, and order – acceptance – invoice – payment side by side."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from market.models.delivery import Acceptance, AcceptanceLine, Deduction
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation, Invoice, InvoiceAcceptance
from market.queries.progress import in_force
from market.rules.invoice import InvoiceState

PAGE = 50
_STANDS = (InvoiceState.MATCHED, InvoiceState.APPROVED)


def stands_for(acceptance_id: Any) -> sa.ColumnElement[bool]:
    """The condition that an invoice in force stands for an acceptance."""
    return sa.exists().where(
        InvoiceAcceptance.acceptance_id == acceptance_id,
        Invoice.id == InvoiceAcceptance.invoice_id,
        Invoice.reverses_id.is_(None),
        Invoice.state.in_(_STANDS),
    )


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice with its parties and its file."""

    invoice: Invoice
    supplier_name: str
    buyer_name: str
    file: StoredFile | None
    left_fen: int

    @property
    def differs(self) -> list[str]:
        """What does not agree."""
        return self.invoice.mismatch.split()


def mine(by: Actor) -> sa.ColumnElement[bool]:
    """The invoices of the actor's unit or shop."""
    if by.organisation_kind is OrganisationKind.SUPPLIER:
        own = sa.orm.aliased(Supplier)
        return sa.exists().where(own.id == Invoice.supplier_id, own.organisation_id.in_(by.scope_ids))
    if by.organisation_kind is OrganisationKind.FINANCE:
        return sa.true()
    return Invoice.buyer_id.in_(by.scope_ids)


def listed(by: Actor, *where: sa.ColumnElement[bool], page: int = 1) -> list[InvoiceRow]:
    """Invoices, the newest first."""
    seller, buyer, red = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation), sa.orm.aliased(Invoice)
    reds = (
        sa.select(sa.func.coalesce(sa.func.sum(red.total_fen), 0))
        .where(red.reverses_id == Invoice.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Invoice, seller.name, buyer.name, StoredFile, Invoice.total_fen + reds)
        .join(Supplier, Supplier.id == Invoice.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .join(buyer, buyer.id == Invoice.buyer_id)
        .outerjoin(StoredFile, StoredFile.id == Invoice.file_id)
        .where(mine(by), *where)
        .order_by(Invoice.recorded_at.desc(), Invoice.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [InvoiceRow(row[0], row[1], row[2], row[3], int(row[4])) for row in rows]


def to_decide(by: Actor) -> int:
    """Invoices that do not agree and wait for the unit's approver."""
    query = sa.select(sa.func.count(Invoice.id)).where(mine(by), Invoice.state == InvoiceState.MISMATCH)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class MatchRow:
    """One acceptance line: agreed, accepted, deducted, invoiced (its acceptance's), paid; fen."""

    order_no: str
    acceptance_no: str
    supplier_name: str
    product_name: str
    accepted_on: date
    ordered_fen: int
    accepted_fen: int
    deducted_fen: int
    paid_fen: int
    acceptance_fen: int
    invoiced_fen: int | None

    @property
    def payable_fen(self) -> int:
        """Accepted less deductions."""
        return max(0, self.accepted_fen - self.deducted_fen)

    @property
    def invoice_verdict(self) -> str:
        """none, same, other: against what was accepted in the same acceptance."""
        if self.invoiced_fen is None:
            return "none"
        return "same" if self.invoiced_fen == self.acceptance_fen else "other"

    @property
    def payment_verdict(self) -> str:
        """none, part, whole, over."""
        if self.paid_fen == 0:
            return "whole" if self.payable_fen == 0 else "none"
        return "over" if self.paid_fen > self.payable_fen else "part" if self.paid_fen < self.payable_fen else "whole"


def matching(by: Actor, *, page: int = 1) -> list[MatchRow]:
    """Acceptance lines of the actor's unit, the newest first. One statement."""
    seller = sa.orm.aliased(Organisation)

    def total(table: Any) -> Any:
        query = sa.select(sa.func.coalesce(sa.func.sum(table.amount_fen), 0))
        return query.where(table.acceptance_line_id == AcceptanceLine.id).scalar_subquery()

    deducted = (
        sa.select(sa.func.coalesce(sa.func.sum(Deduction.amount_fen), 0))
        .join(AcceptanceLine, AcceptanceLine.id == Deduction.acceptance_line_id)
        .where(AcceptanceLine.acceptance_id == Acceptance.id)
        .scalar_subquery()
    )
    invoiced = (
        sa.select(sa.func.sum(InvoiceAcceptance.amount_fen))
        .join(Invoice, Invoice.id == InvoiceAcceptance.invoice_id)
        .where(
            InvoiceAcceptance.acceptance_id == Acceptance.id,
            Invoice.state.in_((*_STANDS, InvoiceState.REVERSED)),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            *(Order.order_no, Acceptance.acceptance_no, seller.name, OrderLine.product_name, Acceptance.accepted_on),
            *(OrderLine.amount_fen, AcceptanceLine.amount_fen, total(Deduction), total(Allocation)),
            *(Acceptance.amount_fen - deducted, invoiced),
        )
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .join(Order, Order.id == Acceptance.order_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .where(in_force(), Order.buyer_id.in_(by.scope_ids))
        .order_by(Acceptance.accepted_on.desc(), Acceptance.id.desc(), AcceptanceLine.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [_match(row) for row in rows]


def _match(row: Any) -> MatchRow:
    values: list[Any] = [*row[:7], int(row[7]), int(row[8]), int(row[9]), _sum(row[10])]
    return MatchRow(*values)


def _sum(value: Any) -> int | None:
    return int(value) if value else None
