"""Who was told that a certificate of goods they bought was doubted (rule 75)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Pk, Ref


class CertificateTold(Base):
    """A suspension or revocation whose buyers have been told, however few there were."""

    __tablename__ = "certificate_told"
    __append_only__ = True

    event_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate_event.id"), primary_key=True)
    buyers: Mapped[int]
    at: Mapped[datetime]


class CertificateNotice(Base):
    """One buyer told once: who placed the orders, for which organisation (None: for themselves), how many orders."""

    __tablename__ = "certificate_notice"

    id: Mapped[Pk]
    event_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate_event.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    orders: Mapped[int]
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id"),
        sa.Index("ix_certificate_notice_unseen", "person_id", postgresql_where=sa.text("seen_at IS NULL")),
        sa.CheckConstraint("orders > 0", name="orders"),
    )
