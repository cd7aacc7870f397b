"""Cases as their sides see them: the buyer, the shop, the platform."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from market.models.after_sale import AfterSale, AfterSaleEvent
from market.models.order import Order, OrderLine
from market.models.payment import Refund
from market.queries import refunds
from market.queries.dialogue import Said, messages
from market.rules.after_sale import AfterSaleState

SHOP_ACTS = (AfterSaleState.ASKED, AfterSaleState.RETURNING, AfterSaleState.FAILED)
"""States in which the shop is to act."""
BUYER_ACTS = (AfterSaleState.AGREED, AfterSaleState.DECLINED)


@dataclass(frozen=True)
class CaseRow:
    """One case in a list."""

    case: AfterSale
    order_no: str
    order_token: str
    order_id: int
    product_name: str
    pack_name: str
    art: str
    supplier_name: str
    supplier_phone: str
    buyer_phone: str


@dataclass(frozen=True)
class Try:
    """One try to give the money back: the provider's code, or "done"."""

    outcome: str
    at: datetime


@dataclass(frozen=True)
class CaseView:
    """A case with everything its sides may see."""

    row: CaseRow
    events: list[AfterSaleEvent]
    said: list[Said]
    refund: Refund | None
    tries: list[Try]

    @property
    def case(self) -> AfterSale:
        return self.row.case


def _rows(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(
            *(AfterSale, Order.order_no, Order.token, Order.id, OrderLine.product_name, OrderLine.pack_name),
            *(Category.art, Organisation.name, Organisation.phone, Order.phone),
        )
        .join(OrderLine, OrderLine.id == AfterSale.order_line_id)
        .join(Order, Order.id == AfterSale.order_id)
        .join(Category, Category.id == OrderLine.category_id)
        .join(Supplier, Supplier.id == AfterSale.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*where)
    )


def _taken(query: sa.Select[*tuple[object, ...]]) -> list[CaseRow]:
    return [CaseRow(*row) for row in db.session.execute(query)]  # type: ignore[arg-type]


def mine(*, for_: Actor, before: int | None = None, size: int = 20) -> list[CaseRow]:
    """The actor's own cases, newest first, from an id on. One statement."""
    where = [AfterSale.person_id == for_.person_id]
    if before:
        where.append(AfterSale.id < before)
    return _taken(_rows(*where).order_by(AfterSale.id.desc()).limit(size))


def of_shop(
    *, for_: Actor, states: Collection[AfterSaleState] | None, limit: int = 30, offset: int = 0
) -> list[CaseRow]:
    """Cases of the actor's shop: the earliest due first, then the newest. One statement."""
    where = [shop_of(for_)]
    if states:
        where.append(AfterSale.state.in_(states))
    query = _rows(*where).order_by(AfterSale.due_at.nulls_last(), AfterSale.id.desc())
    return _taken(query.limit(limit).offset(offset))


def of_platform(
    states: Collection[AfterSaleState], *, decided: bool = False, limit: int = 30, offset: int = 0
) -> list[CaseRow]:
    """Cases before the platform (or decided by it and not paid), the earliest due first. One statement."""
    where = [AfterSale.state.in_(states)]
    if decided:
        where.append(AfterSale.decided_at.is_not(None))
    query = _rows(*where).order_by(AfterSale.due_at.nulls_last(), AfterSale.id)
    return _taken(query.limit(limit).offset(offset))


def shop_of(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that a case is the actor's shop's."""
    return AfterSale.supplier_id.in_(sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids)))


def count(*where: sa.ColumnElement[bool]) -> int:
    """How many cases fit."""
    return db.session.scalar(sa.select(sa.func.count(AfterSale.id)).where(*where)) or 0


def earliest_due(*where: sa.ColumnElement[bool]) -> datetime | None:
    """The earliest time that runs out among the cases that fit."""
    return db.session.scalar(sa.select(sa.func.min(AfterSale.due_at)).where(*where))


def find(token: str, *where: sa.ColumnElement[bool]) -> CaseView | None:
    """One case that fits `where` (whose it is)."""
    found = _taken(_rows(AfterSale.token == token, *where))
    if not found:
        return None
    case = found[0].case
    events = db.session.scalars(
        sa.select(AfterSaleEvent).where(AfterSaleEvent.after_sale_id == case.id).order_by(AfterSaleEvent.id)
    )
    refund = db.session.get(Refund, case.refund_id) if case.refund_id else None
    tries = [Try(one.outcome, one.at) for one in refunds.attempts([refund.id])] if refund else []
    return CaseView(found[0], list(events), messages(case.thread_id), refund, tries)


def is_late(case: AfterSale) -> bool:
    """Whether its time is over and nobody acted."""
    return case.due_at is not None and case.due_at <= clock.now()
