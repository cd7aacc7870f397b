"""Accepted goods as money: payable, paid, on its way, still open, and when it is due (rules 25, 46, 47)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from core.workdays import WorkCalendar
from market.models.delivery import Acceptance, AcceptanceLine, Deduction, Delivery
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation, Invoice, InvoiceAcceptance, Transfer, TransferItem
from market.queries.progress import in_force
from market.rules import deadlines
from market.rules.deadlines import Progress, Terms
from market.rules.invoice import IN_FORCE
from market.rules.payable import Payable
from market.rules.transfer import TransferState

WAITING = frozenset({TransferState.PREPARED, TransferState.DECLARED})
"""States of a transfer whose money is meant but not confirmed."""


@dataclass(frozen=True)
class Claim:
    """One acceptance as a claim of a supplier on a unit, fen. `hands`: everybody who may not pay for it (rule 53)."""

    acceptance_id: int
    acceptance_no: str
    order_id: int
    order_no: str
    supplier_id: int
    supplier_name: str
    buyer_id: int
    buyer_name: str
    accepted_on: date
    accepted_fen: int
    deducted_fen: int
    paid_fen: int
    waiting_fen: int
    due_on: date
    invoice_no: str | None
    hands: frozenset[int]

    @property
    def payable_fen(self) -> int:
        """Accepted value − open dispute − credit notes."""
        return max(0, self.accepted_fen - self.deducted_fen)

    @property
    def unpaid_fen(self) -> int:
        """Not yet confirmed as received."""
        return max(0, self.payable_fen - self.paid_fen)

    @property
    def open_fen(self) -> int:
        """What another transfer may still be prepared for."""
        return max(0, self.unpaid_fen - self.waiting_fen)

    @property
    def days_late(self) -> int:
        """Days after the due date, 0 when paid or in time."""
        return deadlines.days_late(self.due_on, clock.today()) if self.unpaid_fen else 0

    @property
    def days_left(self) -> int:
        """Days to the due date; negative when late."""
        return (self.due_on - clock.today()).days

    @property
    def interest_fen(self) -> int:
        """Interest so far on what is not paid (rule 47), a preview."""
        return deadlines.interest(self.unpaid_fen, self.due_on, clock.today())


def claims(*where: sa.ColumnElement[bool]) -> list[Claim]:
    """Acceptances in force with money to pay, the earliest accepted first. One statement."""
    buyer, seller = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    rows = db.session.execute(
        sa.select(
            Acceptance,
            Order,
            seller.name.label("supplier_name"),
            buyer.name.label("buyer_name"),
            Delivery.delivered_on,
            _deducted().label("deducted"),
            _paid().label("paid"),
            _waiting().label("waiting"),
            _fresh().label("fresh"),
            _invoice_no().label("number"),
        )
        .join(Order, Order.id == Acceptance.order_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .join(buyer, buyer.id == Order.buyer_id)
        .where(in_force(), Acceptance.amount_fen > 0, *where)
        .order_by(Acceptance.accepted_on, Acceptance.id)
    )
    return [_claim(row) for row in rows]


def of_buyer(by: Actor) -> list[Claim]:
    """Everything the actor's unit accepted."""
    return claims(Order.buyer_id.in_(by.scope_ids))


def of_supplier(by: Actor) -> list[Claim]:
    """Everything units accepted from the actor's shop."""
    return claims(Supplier.organisation_id.in_(by.scope_ids))


def is_open() -> sa.ColumnElement[bool]:
    """The condition that an acceptance is not paid in full: what long lists ask before they look closer."""
    return Acceptance.amount_fen - _deducted() - _paid() > 0


def lines_of(acceptance_ids: Collection[int]) -> dict[int, list[Payable]]:
    """Per acceptance its lines as money sees them. One statement."""
    deducted = (
        sa.select(sa.func.coalesce(sa.func.sum(Deduction.amount_fen), 0))
        .where(Deduction.acceptance_line_id == AcceptanceLine.id)
        .scalar_subquery()
    )
    paid = (
        sa.select(sa.func.coalesce(sa.func.sum(Allocation.amount_fen), 0))
        .where(Allocation.acceptance_line_id == AcceptanceLine.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(AcceptanceLine, Acceptance.accepted_on, deducted, paid)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(AcceptanceLine.acceptance_id.in_(acceptance_ids))
        .order_by(AcceptanceLine.id)
    )
    found: dict[int, list[Payable]] = {acceptance_id: [] for acceptance_id in acceptance_ids}
    for line, on, deducted_fen, paid_fen in rows:
        found[line.acceptance_id].append(Payable(line.id, on, line.amount_fen, int(deducted_fen), int(paid_fen)))
    return found


def _claim(row: Any) -> Claim:
    signed: Acceptance = row.Acceptance
    order: Order = row.Order
    terms = Terms(pay_days=order.pay_term_days, is_fresh=row.fresh)
    started = deadlines.clock_starts(terms, Progress(row.delivered_on, signed.accepted_on), WorkCalendar())
    hands = (signed.orderer_id, signed.first_signer_id, signed.second_signer_id)
    managers = (signed.approver_id, signed.excess_agreed_by_id)
    return Claim(
        acceptance_id=signed.id,
        acceptance_no=signed.acceptance_no,
        order_id=order.id,
        order_no=order.order_no,
        supplier_id=order.supplier_id,
        supplier_name=row.supplier_name,
        buyer_id=order.buyer_id or 0,
        buyer_name=row.buyer_name,
        accepted_on=signed.accepted_on,
        accepted_fen=signed.amount_fen,
        deducted_fen=int(row.deducted),
        paid_fen=int(row.paid),
        waiting_fen=int(row.waiting),
        due_on=deadlines.due_date(started or signed.accepted_on, terms),
        invoice_no=row.number,
        hands=frozenset((*hands, *(one for one in managers if one is not None))),
    )


def _deducted() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Deduction.amount_fen), 0))
        .join(AcceptanceLine, AcceptanceLine.id == Deduction.acceptance_line_id)
        .where(AcceptanceLine.acceptance_id == Acceptance.id)
        .scalar_subquery()
    )


def _paid() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Allocation.amount_fen), 0))
        .join(AcceptanceLine, AcceptanceLine.id == Allocation.acceptance_line_id)
        .where(AcceptanceLine.acceptance_id == Acceptance.id)
        .scalar_subquery()
    )


def _waiting() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(TransferItem.amount_fen), 0))
        .join(Transfer, Transfer.id == TransferItem.transfer_id)
        .where(TransferItem.acceptance_id == Acceptance.id, Transfer.state.in_(WAITING))
        .scalar_subquery()
    )


def _invoice_no() -> sa.ScalarSelect[str]:
    """The number of the invoice in force."""
    return (
        sa.select(sa.func.min(Invoice.number))
        .join(InvoiceAcceptance, InvoiceAcceptance.invoice_id == Invoice.id)
        .where(
            InvoiceAcceptance.acceptance_id == Acceptance.id,
            Invoice.reverses_id.is_(None),
            Invoice.state.in_(IN_FORCE),
        )
        .scalar_subquery()
    )


def _fresh() -> sa.ColumnElement[bool]:
    """Whether an order holds fresh goods: those that carry a 合格证 or a quarantine number."""
    return sa.exists().where(
        OrderLine.order_id == Order.id,
        Category.id == OrderLine.category_id,
        sa.or_(Category.needs_commitment, Category.needs_quarantine),
    )
