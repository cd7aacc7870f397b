"""The life of a certificate: what was done with it, of what its holder was reminded, how much was sold under it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.certificates import CertificateAct
from core.db import Base, BaseQty, JsonDict, Line, Pk, Ref


class CertificateEvent(Base):
    """One thing that happened to a certificate. `person_id` None: the clock did it. `facts` feed its sentence."""

    __tablename__ = "certificate_event"
    __append_only__ = True

    id: Mapped[Pk]
    certificate_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate.id"), index=True)
    act: Mapped[CertificateAct]
    reason: Mapped[Line] = mapped_column(default="")
    facts: Mapped[JsonDict] = mapped_column(default=dict)
    file_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_certificate_event_doubted", "id", postgresql_where=sa.text("act IN ('suspend', 'revoke')")),
    )


class CertificateReminder(Base):
    """That the holder was reminded so many days before the end. `is_sent` False: missed, a later one said it all."""

    __tablename__ = "certificate_reminder"
    __append_only__ = True

    certificate_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    is_sent: Mapped[bool]
    at: Mapped[datetime]


class CertificateSale(Base):
    """Grams sold of the covered goods in one certificate year, as last counted. A figure to look at, not a fact."""

    __tablename__ = "certificate_sale"

    certificate_id: Mapped[Ref] = mapped_column(sa.ForeignKey("certificate.id"), primary_key=True)
    year_from: Mapped[date] = mapped_column(primary_key=True)
    sold_g: Mapped[BaseQty]
    counted_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("sold_g >= 0", name="sold"),)
