"""Live-stream sessions: for everybody, for their supplier, and what they sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.queries.cards import Card, cards_of
from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from market.models.live import LiveItem, LiveOrder, LiveRecord, LiveSession
from market.models.order import Order, OrderLine
from market.rules.live import LiveStage, stage
from market.rules.order_states import OrderState

_UNPAID = (OrderState.PENDING_PAY, OrderState.CANCELLED)


@dataclass(frozen=True)
class Session:
    """A session with its supplier's name and stage now."""

    row: LiveSession
    supplier: str

    @property
    def stage(self) -> LiveStage:
        """Where it stands now."""
        live = self.row
        return stage(clock.now(), live.starts_at, live.ends_at, cancelled=live.cancelled_at is not None)


@dataclass(frozen=True)
class Sold:
    """One product's part of a session's paid orders; money in fen."""

    name: str
    packs: int
    amount_fen: int


@dataclass(frozen=True)
class Sales:
    """What came through a session: orders placed, of them paid, their fen, by product."""

    orders: int
    paid: int
    paid_fen: int
    goods: list[Sold]


def find(code: str) -> Session | None:
    """The session of a link, for everybody; one that was called off says so."""
    return _one(LiveSession.code == code)


def own(session_id: int, by: Actor) -> Session:
    """One's own session. Raises: Missing."""
    found = _one(LiveSession.id == session_id, _mine(by))
    if found is None:
        raise Missing("no-such-live")
    return found


def listed(by: Actor, limit: int = 100) -> list[Session]:
    """One's own sessions, the newest first."""
    return _rows(_query(_mine(by)).order_by(LiveSession.starts_at.desc()).limit(limit))


def coming(limit: int = 6) -> list[Session]:
    """Sessions that run now or within a week, for everybody."""
    now = clock.now()
    near = sa.and_(LiveSession.ends_at >= now, LiveSession.starts_at <= now + timedelta(days=7))
    return _rows(_query(near, LiveSession.cancelled_at.is_(None)).order_by(LiveSession.starts_at).limit(limit))


def goods(session_id: int) -> list[tuple[Card, str]]:
    """The session's products that can be seen today, with what is said of them. Two statements."""
    rows = db.session.execute(
        sa.select(LiveItem.product_id, LiveItem.talk)
        .where(LiveItem.session_id == session_id)
        .order_by(LiveItem.position)
    ).all()
    talk = {row.product_id: row.talk for row in rows}
    skus = dict(_skus(list(talk)))
    return [(card, talk[skus[card.sku]]) for card in cards_of(list(talk), clock.today())]


def sales(session_id: int) -> Sales:
    """What the session sold so far; an order that was given back whole is not paid. Two statements."""
    mine = sa.select(LiveOrder.order_id).where(LiveOrder.session_id == session_id)
    paid = Order.state.not_in(_UNPAID)
    head = db.session.execute(
        sa.select(
            sa.func.count(Order.id),
            sa.func.count(Order.id).filter(paid),
            sa.func.coalesce(sa.func.sum(Order.goods_fen - Order.discount_fen).filter(paid), 0),
        ).where(Order.id.in_(mine))
    ).one()
    rows = db.session.execute(
        sa.select(OrderLine.product_name, sa.func.sum(OrderLine.packs), sa.func.sum(OrderLine.paid_fen).label("fen"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.id.in_(mine), paid)
        .group_by(OrderLine.product_name)
        .order_by(sa.desc("fen"))
    )
    return Sales(int(head[0]), int(head[1]), int(head[2]), [Sold(row[0], int(row[1]), int(row[2])) for row in rows])


def paid_fen(session_ids: Sequence[int]) -> dict[int, int]:
    """What the paid orders of each session came to, in fen. One statement."""
    rows = db.session.execute(
        sa.select(LiveOrder.session_id, sa.func.sum(Order.goods_fen - Order.discount_fen))
        .join(Order, Order.id == LiveOrder.order_id)
        .where(any_of(LiveOrder.session_id, session_ids), Order.state.not_in(_UNPAID))
        .group_by(LiveOrder.session_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def records(session_id: int) -> list[tuple[LiveRecord, str | None]]:
    """What was kept of it, with the file's token."""
    query = sa.select(LiveRecord, StoredFile.token).outerjoin(StoredFile, StoredFile.id == LiveRecord.file_id)
    rows = db.session.execute(query.where(LiveRecord.session_id == session_id).order_by(LiveRecord.id))
    return [(row[0], row[1]) for row in rows]


def _skus(product_ids: list[int]) -> Sequence[tuple[str, int]]:
    rows = db.session.execute(sa.select(Product.sku, Product.id).where(Product.id.in_(product_ids)))
    return [(row.sku, row.id) for row in rows]


def _mine(by: Actor) -> sa.ColumnElement[bool]:
    return LiveSession.supplier_id.in_(sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids)))


def _query(*where: sa.ColumnElement[bool]) -> sa.Select[LiveSession, str]:
    return (
        sa.select(LiveSession, Organisation.name)
        .join(Supplier, Supplier.id == LiveSession.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*where)
    )


def _rows(query: sa.Select[LiveSession, str]) -> list[Session]:
    return [Session(row[0], row[1]) for row in db.session.execute(query)]


def _one(*where: sa.ColumnElement[bool]) -> Session | None:
    found = _rows(_query(*where))
    return found[0] if found else None
