"""The list of what does not agree, and the evidence of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent, ProviderEvent, Refund
from market.models.reconciliation import PaymentException, ProviderBill, ProviderBillLine
from market.models.settlement import BookPosting, BookTx
from market.rules.reconciliation import ExceptionKind, ExceptionState

OPEN = (ExceptionState.OPEN, ExceptionState.PROPOSED)
PAGE = 50


@dataclass(frozen=True)
class ExceptionRow:
    """One line of the list."""

    id: int
    kind: ExceptionKind
    state: ExceptionState
    shop: str
    day_on: date | None
    number: str
    ours_fen: int
    theirs_fen: int
    found_at: datetime
    owner: str
    note: str


@dataclass(frozen=True)
class Evidence:
    """Everything both sides say about one exception."""

    row: ExceptionRow
    exception: PaymentException
    intent: PaymentIntent | None
    order: Order | None
    line: ProviderBillLine | None
    refunds: Sequence[Refund]
    events: Sequence[ProviderEvent]
    postings: Sequence[tuple[str, str, int, datetime]]
    proposed_by: str


def listed(
    *, for_: Actor, kind: ExceptionKind | None = None, done: bool = False, page: int = 1, size: int = PAGE
) -> list[ExceptionRow]:
    """Open ones (or, with `done`, the others), oldest first."""
    for_.role_for(Right.RECONCILE_VIEW)
    query = _rows().where(_which(kind, done)).order_by(PaymentException.id.desc() if done else PaymentException.id)
    return [ExceptionRow(**row) for row in db.session.execute(query.limit(size).offset((page - 1) * size)).mappings()]


def count(*, for_: Actor, kind: ExceptionKind | None = None, done: bool = False) -> int:
    for_.role_for(Right.RECONCILE_VIEW)
    return int(db.session.scalar(sa.select(sa.func.count(PaymentException.id)).where(_which(kind, done))) or 0)


def evidence(exception_id: int, *, for_: Actor) -> Evidence | None:
    """One exception with what both books say."""
    for_.role_for(Right.RECONCILE_VIEW)
    found = db.session.get(PaymentException, exception_id)
    row = db.session.execute(_rows().where(PaymentException.id == exception_id)).mappings().first()
    if found is None or row is None:
        return None
    intent = db.session.get(PaymentIntent, found.intent_id) if found.intent_id else None
    proposer = db.session.get(Person, found.proposed_by_id) if found.proposed_by_id else None
    backs = db.session.scalars(sa.select(Refund).where(Refund.intent_id == found.intent_id).order_by(Refund.id)).all()
    said = sa.select(ProviderEvent).where(
        sa.or_(ProviderEvent.intent_id == found.intent_id, ProviderEvent.id == found.event_id)
    )
    return Evidence(
        row=ExceptionRow(**row),
        exception=found,
        intent=intent,
        order=db.session.get(Order, intent.order_id) if intent else None,
        line=db.session.get(ProviderBillLine, found.line_id) if found.line_id else None,
        refunds=backs,
        events=db.session.scalars(said.order_by(ProviderEvent.id).limit(50)).all(),
        postings=_postings(found.intent_id, [refund.id for refund in backs]),
        proposed_by=proposer.name if proposer else "",
    )


def bills(*, for_: Actor, limit: int = 30) -> list[tuple[ProviderBill, str]]:
    """The newest bills with their shops."""
    for_.role_for(Right.RECONCILE_VIEW)
    query = (
        sa.select(ProviderBill, Organisation.name)
        .join(MerchantAccount, MerchantAccount.id == ProviderBill.merchant_account_id)
        .join(Supplier, Supplier.id == MerchantAccount.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .order_by(ProviderBill.day_on.desc(), ProviderBill.id.desc())
    )
    return [(bill, name) for bill, name in db.session.execute(query.limit(limit))]


def _which(kind: ExceptionKind | None, done: bool) -> sa.ColumnElement[bool]:
    state = PaymentException.state.not_in(OPEN) if done else PaymentException.state.in_(OPEN)
    return sa.and_(state, PaymentException.kind == kind) if kind else state


def _rows() -> Any:
    owner = sa.orm.aliased(Person)
    shop = sa.func.coalesce(PaymentIntent.merchant_account_id, ProviderBill.merchant_account_id)
    return (
        sa.select(
            *(PaymentException.id, PaymentException.kind, PaymentException.state, PaymentException.ours_fen),
            *(PaymentException.theirs_fen, PaymentException.found_at, PaymentException.note),
            sa.func.coalesce(Organisation.name, "").label("shop"),
            ProviderBill.day_on,
            sa.func.coalesce(PaymentIntent.out_trade_no, ProviderBillLine.payment_no, "").label("number"),
            sa.func.coalesce(owner.name, "").label("owner"),
        )
        .outerjoin(PaymentIntent, PaymentIntent.id == PaymentException.intent_id)
        .outerjoin(ProviderBill, ProviderBill.id == PaymentException.bill_id)
        .outerjoin(ProviderBillLine, ProviderBillLine.id == PaymentException.line_id)
        .outerjoin(MerchantAccount, MerchantAccount.id == shop)
        .outerjoin(Supplier, Supplier.id == MerchantAccount.supplier_id)
        .outerjoin(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(owner, owner.id == PaymentException.owner_id)
    )


def _postings(intent_id: int | None, refund_ids: list[int]) -> list[tuple[str, str, int, datetime]]:
    """What our ledger says: kind, account, fen, when."""
    causes = sa.or_(
        sa.and_(BookTx.kind == "payment", BookTx.ref_id == intent_id),
        sa.and_(BookTx.kind == "refund", BookTx.ref_id.in_(refund_ids)),
    )
    query = (
        sa.select(BookTx.kind, BookPosting.account, BookPosting.amount_fen, BookTx.at)
        .join(BookTx, BookTx.id == BookPosting.tx_id)
        .where(causes)
        .order_by(BookPosting.id)
    )
    return [(kind, account.value, fen, at) for kind, account, fen, at in db.session.execute(query)]
