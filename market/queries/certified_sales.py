"""What was sold of certified goods, and who bought them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from catalog.models.certificate import CertificateEvent
from catalog.models.product import Certificate, CertificateProduct
from catalog.models.supplier import Supplier
from catalog.rules.certificates import BADGES, DOUBTS, TOLD_DAYS, CertificateAct, CertificateKind
from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import BaseUnit
from market.models.delivery import AcceptanceLine
from market.models.notice import CertificateNotice, CertificateTold
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState

SOLD = (
    OrderState.PLACED,
    OrderState.CONFIRMED,
    OrderState.PAID,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.FULFILLED,
    OrderState.CLOSED,
)
"""An order that stands: neither cancelled nor waiting for its first payment."""
WEIGHED = (OrderState.FULFILLED, OrderState.CLOSED)
"""Nothing more will come: what was accepted is what was sold."""


def sold_g(product_ids: list[int], since: date) -> int:
    """Grams of the products sold from a county day on: what was accepted where the order is over and was weighed, else
    what was ordered. Goods that are counted or measured in millilitres have no weight and are left out.
    """
    accepted = (
        sa.select(sa.func.sum(AcceptanceLine.accepted_qty))
        .where(AcceptanceLine.order_line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    weighed = sa.case((Order.state.in_(WEIGHED), sa.func.coalesce(accepted, OrderLine.qty)), else_=OrderLine.qty)
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(weighed), 0))
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            any_of(OrderLine.product_id, product_ids),
            OrderLine.base_unit == BaseUnit.G,
            Order.state.in_(SOLD),
            Order.placed_at >= clock.day_start(since),
        )
    )
    return int(db.session.scalar(query) or 0)


@dataclass(frozen=True)
class Doubt:
    """A suspension or revocation that nobody told the buyers of."""

    event_id: int
    at: datetime
    act: CertificateAct
    reason: str
    certificate_id: int
    kind: CertificateKind
    number: str
    supplier_name: str


def untold() -> list[Doubt]:
    """The oldest first."""
    told = sa.exists().where(CertificateTold.event_id == CertificateEvent.id)
    rows = db.session.execute(
        sa.select(
            CertificateEvent.id,
            CertificateEvent.at,
            CertificateEvent.act,
            CertificateEvent.reason,
            Certificate.id,
            Certificate.kind,
            Certificate.number,
            Organisation.name,
        )
        .join(Certificate, Certificate.id == CertificateEvent.certificate_id)
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(CertificateEvent.act.in_([act.value for act in sorted(DOUBTS)]), ~told)
        .order_by(CertificateEvent.id)
        .limit(20)
    )
    return [Doubt(*row) for row in rows]


@dataclass(frozen=True)
class Buyer:
    """Somebody who placed orders of doubted goods, for an organisation or (None) for themselves."""

    person_id: int
    phone: str | None
    buyer_id: int | None
    orders: int


def buyers(doubt: Doubt) -> list[Buyer]:
    """Who bought covered goods of the certificate's supplier in the 90 days before the doubt, each person once.

    A licence covers all goods of its supplier, whether it names products or not.
    """
    since = clock.county_day(doubt.at) - timedelta(days=TOLD_DAYS)
    covered = sa.select(CertificateProduct.product_id).where(CertificateProduct.certificate_id == doubt.certificate_id)
    supplier = sa.select(Certificate.supplier_id).where(Certificate.id == doubt.certificate_id).scalar_subquery()
    query = (
        sa.select(Person.id, Person.phone, sa.func.max(Order.buyer_id), sa.func.count(sa.distinct(Order.id)))
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Person, Person.id == Order.person_id)
        .where(
            Order.supplier_id == supplier,
            Order.state.in_(SOLD),
            Order.placed_at >= clock.day_start(since),
            Order.placed_at <= doubt.at,
        )
        .group_by(Person.id)
        .order_by(Person.id)
    )
    if doubt.kind in BADGES:
        query = query.where(OrderLine.product_id.in_(covered))
    return [Buyer(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Notice:
    """One notice as its reader sees it."""

    notice_id: int
    act: CertificateAct
    reason: str
    at: datetime
    kind: CertificateKind
    number: str
    code: str
    supplier_name: str
    orders: int
    seen_at: datetime | None


def notices(for_: Actor, *, unseen_only: bool = False) -> list[Notice]:
    """What the actor was told as a buyer, the newest first (at most 100)."""
    query = (
        sa.select(
            CertificateNotice.id,
            CertificateEvent.act,
            CertificateEvent.reason,
            CertificateEvent.at,
            Certificate.kind,
            Certificate.number,
            Certificate.code,
            Organisation.name,
            CertificateNotice.orders,
            CertificateNotice.seen_at,
        )
        .join(CertificateEvent, CertificateEvent.id == CertificateNotice.event_id)
        .join(Certificate, Certificate.id == CertificateEvent.certificate_id)
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(CertificateNotice.person_id == for_.person_id)
        .order_by(CertificateNotice.id.desc())
        .limit(100)
    )
    if unseen_only:
        query = query.where(CertificateNotice.seen_at.is_(None))
    return [Notice(*tuple(row)) for row in db.session.execute(query)]


def unseen_count(for_: Actor) -> int:
    """How many notices the actor has not acknowledged."""
    unseen = sa.select(sa.func.count()).where(
        CertificateNotice.person_id == for_.person_id, CertificateNotice.seen_at.is_(None)
    )
    return db.session.scalar(unseen) or 0
