"""Suppliers' accounts and statements as pages and sheets, and what must be equal to the fen (P10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.organisations.models import Organisation
from core.people import queries as people
from market.models.bill import SupplierBill, SupplierBillEntry, SupplierEntry
from market.models.reconciliation import ProviderBillLine
from market.models.settlement import Account, BookPosting, BookTx
from market.rules import bill as rules
from market.rules.bill import EARNED, RECEIVED, BillState, EntryCause

PAGE = 50


@dataclass(frozen=True)
class BillRow:
    """A statement with its supplier's name."""

    bill: SupplierBill
    supplier_name: str

    def fen(self, cause: EntryCause) -> int:
        """What the statement says of a cause."""
        return int(self.bill.sums.get(cause.value, 0))

    @property
    def earned_fen(self) -> int:
        """Goods, freight, discounts, credit notes, refunds, corrections."""
        return sum(self.fen(cause) for cause in EARNED)

    @property
    def received_fen(self) -> int:
        """What came into the supplier's own accounts."""
        return -sum(self.fen(cause) for cause in RECEIVED)


@dataclass(frozen=True)
class EntryRow:
    """A row of the account. `buyer_name`: "" for residents."""

    entry: SupplierEntry
    buyer_name: str


@dataclass(frozen=True)
class BillView:
    """A statement with all its rows."""

    row: BillRow
    entries: tuple[EntryRow, ...]
    names: dict[int, str]


def mine(by: Actor) -> sa.ColumnElement[bool]:
    """The statements of the actor's shop; finance sees every one."""
    if by.may(Right.AUDIT):
        return sa.true()
    own = sa.orm.aliased(Supplier)  # the query around it reads suppliers too
    return sa.exists().where(own.id == SupplierBill.supplier_id, own.organisation_id.in_(by.scope_ids))


def listed(
    by: Actor, *, states: Sequence[BillState] = tuple(BillState), month: date | None = None, page: int = 1
) -> list[BillRow]:
    """Statements, the newest month first."""
    query = _rows().where(mine(by), SupplierBill.state.in_(states))
    if month is not None:
        query = query.where(SupplierBill.month_on == month)
    query = query.order_by(SupplierBill.month_on.desc(), Organisation.name, SupplierBill.id)
    return [BillRow(row[0], row[1]) for row in db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE))]


def count(by: Actor, *, states: Sequence[BillState] = tuple(BillState)) -> int:
    """How many statements stand there."""
    query = sa.select(sa.func.count(SupplierBill.id)).where(mine(by), SupplierBill.state.in_(states))
    return db.session.scalar(query) or 0


def find(bill_id: int, by: Actor) -> BillView | None:
    """One statement with its rows. Three statements."""
    found = db.session.execute(_rows().where(SupplierBill.id == bill_id, mine(by))).one_or_none()
    if found is None:
        return None
    buyer = sa.orm.aliased(Organisation)
    rows = db.session.execute(
        sa.select(SupplierEntry, sa.func.coalesce(buyer.name, ""))
        .join(SupplierBillEntry, SupplierBillEntry.entry_id == SupplierEntry.id)
        .outerjoin(buyer, buyer.id == SupplierEntry.buyer_id)
        .where(SupplierBillEntry.bill_id == bill_id)
        .order_by(SupplierEntry.occurred_on, SupplierEntry.id)
    )
    row = BillRow(found[0], found[1])
    hands = {one for one in (row.bill.checked_by_id, row.bill.closed_by_id) if one}
    return BillView(row, tuple(EntryRow(entry[0], entry[1]) for entry in rows), people.names(hands))


def running(by: Actor) -> dict[EntryCause, int]:
    """What has come since the last statement, by cause: the month that runs."""
    billed = sa.exists().where(SupplierBillEntry.entry_id == SupplierEntry.id)
    own = sa.exists().where(Supplier.id == SupplierEntry.supplier_id, Supplier.organisation_id.in_(by.scope_ids))
    rows = db.session.execute(
        sa.select(SupplierEntry.cause, sa.func.sum(SupplierEntry.amount_fen))
        .where(own, ~billed)
        .group_by(SupplierEntry.cause)
    )
    return rules.sums((cause, int(fen)) for cause, fen in rows)


@dataclass(frozen=True)
class ProviderRow:
    """A resident's payment or refund as the statement and the provider's bill say it, fen; None: not in its bill."""

    document_no: str
    ours_fen: int
    theirs_fen: int | None

    @property
    def agrees(self) -> bool:
        """Equal to the fen."""
        return self.ours_fen == self.theirs_fen


def against_provider(bill_id: int) -> list[ProviderRow]:
    """Each payment and refund of a statement beside the provider's row of it."""
    number = sa.case((ProviderBillLine.refund_no != "", ProviderBillLine.refund_no), else_=ProviderBillLine.payment_no)
    theirs = (
        sa.select(sa.func.sum(ProviderBillLine.amount_fen)).where(number == SupplierEntry.document_no).scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(SupplierEntry.document_no, -SupplierEntry.amount_fen, theirs)
        .join(SupplierBillEntry, SupplierBillEntry.entry_id == SupplierEntry.id)
        .join(BookTx, BookTx.id == SupplierEntry.tx_id)
        .where(
            SupplierBillEntry.bill_id == bill_id,
            SupplierEntry.cause == EntryCause.RECEIVED_PROVIDER,
            BookTx.kind.in_(("payment", "refund")),
        )
        .order_by(SupplierEntry.id)
    )
    return [ProviderRow(row[0], int(row[1]), None if row[2] is None else int(row[2])) for row in rows]


@dataclass(frozen=True)
class Difference:
    """Where a supplier's account and the memo ledger say different things, fen."""

    supplier_id: int
    account_fen: int
    ledger_fen: int


def differences() -> list[Difference]:
    """Suppliers whose rows do not sum to the memo ledger, claim side or provider's side. Nobody, if all is well."""
    by_provider = SupplierEntry.cause == EntryCause.RECEIVED_PROVIDER
    fees = SupplierEntry.cause.in_((EntryCause.SERVICE_FEE, EntryCause.FEE))
    total, found = sa.func.coalesce(sa.func.sum(SupplierEntry.amount_fen), 0), []
    booked = sa.func.coalesce(sa.func.sum(-BookPosting.amount_fen), 0)
    for side, account in ((~by_provider & ~fees, Account.PAYABLE), (by_provider, Account.CLEARING)):
        said = {row[0]: int(row[1]) for row in _grouped(SupplierEntry.supplier_id, total, side)}
        rows = _grouped(BookPosting.supplier_id, booked, BookPosting.account == account)
        true = {row[0]: int(row[1]) for row in rows}
        found += [
            Difference(one, said.get(one, 0), true.get(one, 0))
            for one in sorted(said.keys() | true.keys())
            if said.get(one, 0) != true.get(one, 0)
        ]
    return found


def _grouped(key: Any, total: Any, side: Any) -> Any:
    return db.session.execute(sa.select(key, total).where(side).group_by(key))


def _rows() -> Any:
    return (
        sa.select(SupplierBill, Organisation.name)
        .join(Supplier, Supplier.id == SupplierBill.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
    )
