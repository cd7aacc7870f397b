"""Live-stream sessions with their goods, what came of them, and their records. Nothing of them is ever deleted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref


class LiveSession(Base):
    """One session of a supplier. `watch_url`: where it is watched, on another platform."""

    __tablename__ = "live_session"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(40))
    host: Mapped[str] = mapped_column(sa.String(30), default="")
    platform: Mapped[str] = mapped_column(sa.String(20), default="")
    watch_url: Mapped[str] = mapped_column(sa.String(300), default="")
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.CheckConstraint("watch_url = '' OR watch_url ~ '^https://'", name="watch_url"),
    )


class LiveItem(Base):
    """A product of a session, in its order, with what is to be said of it."""

    __tablename__ = "live_item"

    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("live_session.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    position: Mapped[int]
    talk: Mapped[Line] = mapped_column(default="")


class LiveOrder(Base):
    """An order of somebody who came through a session's link or code."""

    __tablename__ = "live_order"
    __append_only__ = True

    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), primary_key=True)
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("live_session.id"), index=True)
    at: Mapped[datetime]


class LiveRecord(Base):
    """What is kept of a session: notes, and a file (recording, script) or where it lies."""

    __tablename__ = "live_record"
    __append_only__ = True

    id: Mapped[Pk]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("live_session.id"), index=True)
    note: Mapped[Line]
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
