"""Live-stream sessions: planned by their supplier, sold through, and kept on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.queries import suppliers
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.models.live import LiveItem, LiveOrder, LiveRecord, LiveSession
from market.models.order import Order
from market.queries import live
from market.rules import live as rules


@dataclass(frozen=True)
class Plan:
    """What a supplier says of a session. `goods`: (sku, what is to be said of it), in order."""

    title: str
    starts_at: datetime
    ends_at: datetime
    goods: Sequence[tuple[str, str]]
    host: str = ""
    platform: str = ""
    watch_url: str = ""


def plan(wanted: Plan, *, by: Actor) -> LiveSession:
    """A new session of one's shop.

    Raises: Missing; Refused as `rules.check`, "live-url", "live-goods-foreign" (sku).
    """
    shop = suppliers.own(by)
    rules.check(
        title=wanted.title, starts_at=wanted.starts_at, ends_at=wanted.ends_at, goods=len(wanted.goods),
        now=clock.now(),
    )  # fmt: skip
    if wanted.watch_url and not wanted.watch_url.startswith("https://"):
        raise Refused("live-url")
    ids = _own_goods(shop.id, [sku for sku, _ in wanted.goods])
    session = LiveSession(
        code=codes.new_code("L", 9), supplier_id=shop.id, title=wanted.title.strip(), host=wanted.host.strip(),
        platform=wanted.platform.strip(), watch_url=wanted.watch_url.strip(), starts_at=wanted.starts_at,
        ends_at=wanted.ends_at, person_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    talks = {ids[sku]: talk.strip()[:200] for sku, talk in wanted.goods}
    db.session.add_all(
        LiveItem(session_id=session.id, product_id=product_id, position=place, talk=talk)
        for place, (product_id, talk) in enumerate(talks.items())
    )
    db.session.flush()
    _record("live-planned", session, by)
    return session


def call_off(session_id: int, *, by: Actor) -> LiveSession:
    """Raises: Missing; Refused "live-began"."""
    session = _own(session_id, by)
    if session.starts_at <= clock.now():
        raise Refused("live-began")
    session.cancelled_at = session.cancelled_at or clock.now()
    _record("live-called-off", session, by)
    return session


def keep(session_id: int, *, note: str, file_id: int | None, by: Actor) -> LiveRecord:
    """A record of the session: kept three years and more. Raises: Missing; Refused "live-note-missing"."""
    session = _own(session_id, by)
    if not note.strip():
        raise Refused("live-note-missing")
    kept = LiveRecord(session_id=session.id, note=note.strip(), file_id=file_id, person_id=by.person_id, at=clock.now())
    db.session.add(kept)
    db.session.flush()
    _record("live-kept", session, by)
    return kept


def attribute(group_id: int, code: str) -> None:
    """Count a checkout's order from the session's supplier to the session, whose page its buyer came through."""
    found = live.find(code)
    now = clock.now()
    if (
        found is None
        or found.row.cancelled_at is not None
        or not rules.counts(now, found.row.starts_at, found.row.ends_at)
    ):
        return
    mine = sa.select(Order.id).where(Order.group_id == group_id, Order.supplier_id == found.row.supplier_id)
    for order_id in db.session.scalars(mine):
        db.session.add(LiveOrder(order_id=order_id, session_id=found.row.id, at=now))


def _own_goods(supplier_id: int, skus: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Product.sku, Product.id).where(Product.sku.in_(skus), Product.supplier_id == supplier_id)
    )
    known = {row.sku: row.id for row in rows}
    for sku in skus:
        if sku not in known:
            raise Refused("live-goods-foreign", sku=sku)
    return known


def _own(session_id: int, by: Actor) -> LiveSession:
    found = live.own(session_id, by).row
    locked = db.session.get(LiveSession, found.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise Missing("no-such-live")
    return locked


def _record(act: str, session: LiveSession, by: Actor) -> None:
    trail.record(
        *(Stream.MONEY, act, "live_session", session.id), by=by, right=Right.SELL,
        after={"starts_at": session.starts_at}, title=session.title,
    )  # fmt: skip
