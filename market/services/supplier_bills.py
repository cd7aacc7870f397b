"""Suppliers' accounts are drawn out of the memo ledger; a month's statement is issued, checked, closed.

A statement takes every row up to the month's last day that stands in none: what comes late, or puts something right,
stands in the next one.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import bulk, clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream
from market.models.bill import SupplierBill, SupplierBillEntry, SupplierEntry
from market.models.delivery import Acceptance, AcceptanceLine, Deduction
from market.models.order import Order
from market.models.payment import PaymentIntent, Refund
from market.models.promotion import Promotion, PromotionUse
from market.models.settlement import BookPosting, BookTx, Transfer
from market.rules import bill as rules
from market.rules.bill import BILL, BillAct, BillState, EntryCause
from market.rules.promotion import Bearer
from market.services import numbers

settings.register(settlement__fee_bp=0)
MOST = 5_000
_PAPERS: dict[str, tuple[Any, Any]] = {
    "accepted": (Acceptance.id, Acceptance.acceptance_no),
    "acceptance-replaced": (Acceptance.id, Acceptance.acceptance_no),
    "transfer-confirmed": (Transfer.id, Transfer.transfer_no),
    "payment": (PaymentIntent.id, PaymentIntent.out_trade_no),
    "refund": (Refund.id, Refund.out_request_no),
}


def collect() -> int:
    """Write the account's rows of ledger entries that have none yet. → how many ledger entries were looked at."""
    done = sa.exists().where(SupplierEntry.tx_id == BookTx.id)
    new = db.session.scalars(sa.select(BookTx).where(~done).order_by(BookTx.id).limit(MOST)).all()
    if not new:
        return 0
    sides: dict[int, dict[str, int]] = {}
    whose: dict[int, tuple[int, int | None]] = {}
    for posting in db.session.scalars(sa.select(BookPosting).where(any_of(BookPosting.tx_id, [tx.id for tx in new]))):
        own = sides.setdefault(posting.tx_id, {})
        own[posting.account.value] = own.get(posting.account.value, 0) + posting.amount_fen
        whose[posting.tx_id] = (posting.supplier_id, posting.buyer_id)
    orders, papers = _orders(new), _papers(new)
    found = [
        {
            "supplier_id": whose[tx.id][0],
            "buyer_id": whose[tx.id][1],
            "cause": cause,
            "tx_id": tx.id,
            "document_no": papers.get((tx.kind, tx.ref_id), ""),
            "occurred_on": clock.county_day(tx.at),
            "amount_fen": fen,
        }
        for tx in new
        if tx.id in sides
        for cause, fen in rules.rows(tx.kind, sides[tx.id], orders.get(tx.ref_id) if tx.kind == "payment" else None)
    ]
    bulk.insert_many(SupplierEntry, found, skip_known=True)
    return len(new)


def issue(supplier_id: int, month: date) -> SupplierBill | None:
    """The month's statement; None when the month is not over, a later one stands, or there is nothing to say
    and nothing open.

    Called again it gives the statement that stands.
    """
    month = rules.month_of(month)
    if rules.last_day(month) >= clock.today():
        return None
    db.session.get_one(Supplier, supplier_id, with_for_update=True)
    found = _of_month(supplier_id, month)
    if found is not None or _has_later(supplier_id, month):
        return found
    entries = _unbilled(supplier_id, rules.last_day(month))
    before = _last_before(supplier_id, month)
    opening_fen = before.closing_fen if before else 0
    if not entries and not opening_fen:
        return None
    by_cause = rules.sums((entry.cause, entry.amount_fen) for entry in entries)
    fee_bp = int(settings.value("settlement.fee_bp", on=rules.last_day(month)))
    fee_fen = rules.service_fee(by_cause, fee_bp)
    if fee_fen:
        by_cause[EntryCause.SERVICE_FEE] = -fee_fen
        entries.append(_fee(supplier_id, month, fee_fen))
    row_id, number = numbers.take(SupplierBill, "DZ")
    made = SupplierBill(
        id=row_id, bill_no=number, supplier_id=supplier_id, month_on=month, state=BillState.ISSUED,
        opening_fen=opening_fen, closing_fen=rules.closing(opening_fen, by_cause),
        sums={cause.value: fen for cause, fen in by_cause.items()}, fee_bp=fee_bp, issued_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    bulk.insert_many(SupplierBillEntry, [{"entry_id": entry.id, "bill_id": made.id} for entry in entries])
    trail.record(
        *(Stream.MONEY, "bill-issued", "supplier_bill", made.id), by=None,
        after={"closing_fen": made.closing_fen, "rows": len(entries)}, bill_no=number, closing_fen=made.closing_fen,
    )  # fmt: skip
    return made


def issue_all(month: date) -> int:
    """Statements of a month for every supplier with rows or an open claim. → how many stand new."""
    while collect():
        pass
    with_rows = (
        sa.select(SupplierEntry.supplier_id).where(SupplierEntry.occurred_on <= rules.last_day(month)).distinct()
    )
    billed = sa.select(SupplierBill.supplier_id).where(SupplierBill.month_on == rules.month_of(month))
    made = 0
    for supplier_id in db.session.scalars(with_rows.where(SupplierEntry.supplier_id.not_in(billed))).all():
        made += issue(supplier_id, month) is not None
    return made


def check(bill_id: int, *, by: Actor) -> SupplierBill:
    """The supplier found it right."""
    bill = _own(bill_id, by)
    bill.state = advance(BILL, bill.state, BillAct.CHECK, "supplier")
    bill.checked_by_id, bill.checked_at = by.person_id, clock.now()
    return _kept("bill-checked", bill, by, Right.SELL)


def object_to(bill_id: int, *, reason: str, by: Actor) -> SupplierBill:
    """The supplier misses something; put right in the next period. Raises: Refused "reason-needed"."""
    bill = _own(bill_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    bill.state, bill.note = advance(BILL, bill.state, BillAct.OBJECT, "supplier"), reason.strip()
    return _kept("bill-objected", bill, by, Right.SELL)


def answer(bill_id: int, *, reason: str, by: Actor) -> SupplierBill:
    """Finance's answer to an objection: the statement is to be checked again."""
    bill = _any(bill_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    bill.state, bill.note = advance(BILL, bill.state, BillAct.ANSWER, "finance"), reason.strip()
    return _kept("bill-answered", bill, by, Right.BILL_CLOSE)


def close(bill_id: int, *, by: Actor) -> SupplierBill:
    """Finance closes what the supplier checked: from now on nothing of it changes."""
    bill = _any(bill_id, by)
    bill.state = advance(BILL, bill.state, BillAct.CLOSE, "finance")
    bill.closed_by_id, bill.closed_at = by.person_id, clock.now()
    return _kept("bill-closed", bill, by, Right.BILL_CLOSE)


def _fee(supplier_id: int, month: date, fee_fen: int) -> SupplierEntry:
    row = SupplierEntry(
        supplier_id=supplier_id, cause=EntryCause.SERVICE_FEE, document_no=f"{month:%Y-%m}",
        occurred_on=rules.last_day(month), amount_fen=-fee_fen,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _unbilled(supplier_id: int, until: date) -> list[SupplierEntry]:
    billed = sa.exists().where(SupplierBillEntry.entry_id == SupplierEntry.id)
    query = sa.select(SupplierEntry).where(
        SupplierEntry.supplier_id == supplier_id, SupplierEntry.occurred_on <= until, ~billed
    )
    return list(db.session.scalars(query.order_by(SupplierEntry.id)))


def _of_month(supplier_id: int, month: date) -> SupplierBill | None:
    query = sa.select(SupplierBill).where(SupplierBill.supplier_id == supplier_id, SupplierBill.month_on == month)
    return db.session.scalars(query).one_or_none()


def _has_later(supplier_id: int, month: date) -> bool:
    later = sa.exists().where(SupplierBill.supplier_id == supplier_id, SupplierBill.month_on > month)
    return bool(db.session.scalar(sa.select(later)))


def _last_before(supplier_id: int, month: date) -> SupplierBill | None:
    query = sa.select(SupplierBill).where(SupplierBill.supplier_id == supplier_id, SupplierBill.month_on < month)
    return db.session.scalars(query.order_by(SupplierBill.month_on.desc()).limit(1)).one_or_none()


def _orders(txs: Any) -> Mapping[int, rules.Order]:
    ids = [tx.ref_id for tx in txs if tx.kind == "payment"]
    platform = (
        sa.select(sa.func.coalesce(sa.func.sum(PromotionUse.amount_fen), 0))
        .join(Promotion, Promotion.id == PromotionUse.promotion_id)
        .where(PromotionUse.order_id == Order.id, PromotionUse.act == "use", Promotion.bearer == Bearer.PLATFORM)
        .correlate(Order)
        .scalar_subquery()
    )
    sums = (Order.goods_fen, Order.freight_fen, Order.discount_fen, Order.total_fen)
    rows = db.session.execute(
        sa.select(PaymentIntent.id, *sums, sa.cast(platform, sa.BigInteger))
        .join(Order, Order.id == PaymentIntent.order_id)
        .where(any_of(PaymentIntent.id, ids))
    )
    return {row[0]: rules.Order(*row[1:]) for row in rows}


def _papers(txs: Any) -> Mapping[tuple[str, int], str]:
    """The numbers of the papers behind ledger entries. One statement for each kind."""
    found: dict[tuple[str, int], str] = {}
    for kind, (key, number) in _PAPERS.items():
        if ids := [tx.ref_id for tx in txs if tx.kind == kind]:
            found |= {
                (kind, row[0]): row[1] for row in db.session.execute(sa.select(key, number).where(any_of(key, ids)))
            }
    if ids := [tx.ref_id for tx in txs if tx.kind == "credit-note"]:
        notes = (
            sa.select(Deduction.id, Acceptance.acceptance_no)
            .join(AcceptanceLine, AcceptanceLine.id == Deduction.acceptance_line_id)
            .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        )
        found |= {("credit-note", row[0]): row[1] for row in db.session.execute(notes.where(any_of(Deduction.id, ids)))}
    return found


def _own(bill_id: int, by: Actor) -> SupplierBill:
    by.role_for(Right.SELL)
    own = sa.exists().where(Supplier.id == SupplierBill.supplier_id, Supplier.organisation_id.in_(by.scope_ids))
    return _locked(bill_id, own)


def _any(bill_id: int, by: Actor) -> SupplierBill:
    by.role_for(Right.BILL_CLOSE)
    return _locked(bill_id, sa.true())


def _locked(bill_id: int, mine: sa.ColumnElement[bool]) -> SupplierBill:
    found = db.session.scalars(
        sa.select(SupplierBill).where(SupplierBill.id == bill_id, mine).with_for_update(of=SupplierBill)
    ).one_or_none()
    if found is None:
        raise Missing("no-such-bill")
    return found


def _kept(act: str, bill: SupplierBill, by: Actor, right: Right) -> SupplierBill:
    db.session.flush()
    trail.record(
        *(Stream.MONEY, act, "supplier_bill", bill.id), by=by, right=right, after={"state": bill.state},
        bill_no=bill.bill_no, closing_fen=bill.closing_fen, reason=bill.note,
    )  # fmt: skip
    return bill
