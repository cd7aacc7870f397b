"""Companies and villages 万企兴万村: who is paired, what was pledged, who ordered for the company, sales elsewhere."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref
from market.rules.pairing import OutsideChannel, OutsideState, PairingState, PledgeState


class VillagePairing(Base):
    """A company and a village, from a day on. A village may have several companies; one pair has one open pairing."""

    __tablename__ = "village_pairing"

    id: Mapped[Pk]
    enterprise_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    state: Mapped[PairingState]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    contact: Mapped[str] = mapped_column(sa.String(30))
    contact_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    plan: Mapped[Line] = mapped_column(default="")
    proposed_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_has_day"),
        sa.CheckConstraint("state NOT IN ('ended', 'refused') OR reason <> ''", name="end_has_reason"),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name="two_people"),
        sa.Index(
            "uq_village_pairing_open",
            "enterprise_id",
            "village_code",
            unique=True,
            postgresql_where=sa.text("state IN ('proposed', 'active')"),
        ),
        sa.Index("ix_village_pairing_state", "state", "id"),
    )


class PurchasePledge(Base):
    """What a paired company promises to buy of its village within a time. (A `Commitment` is a 合格证.)"""

    __tablename__ = "purchase_pledge"

    id: Mapped[Pk]
    pairing_id: Mapped[Ref] = mapped_column(sa.ForeignKey("village_pairing.id"), index=True)
    amount_fen: Mapped[Fen]
    goods: Mapped[Line]
    first_on: Mapped[date]
    last_on: Mapped[date]
    state: Mapped[PledgeState]
    written_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    agreed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("last_on >= first_on", name="ends_after_start"),
        sa.CheckConstraint("agreed_by_id <> written_by_id", name="two_people"),
        sa.CheckConstraint("(state IN ('fulfilled', 'ended')) = (over_at IS NOT NULL)", name="over_has_time"),
    )


class EnterpriseOrder(Base):
    """A checkout that somebody made for a company: paid as residents pay, and in no unit's quota."""

    __tablename__ = "enterprise_order"
    __append_only__ = True

    group_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_group.id"), primary_key=True)
    enterprise_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_enterprise_order_enterprise", "enterprise_id", "at"),)


class OutsideSale(Base):
    """Goods of a village that were sold offline or on another platform, with evidence, checked by a second person.

    No sum of the platform reads this table; one file proves one sale.
    """

    __tablename__ = "outside_sale"

    id: Mapped[Pk]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    pairing_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("village_pairing.id"), index=True)
    channel: Mapped[OutsideChannel]
    place: Mapped[str] = mapped_column(sa.String(60))
    goods: Mapped[Line]
    amount_fen: Mapped[Fen]
    sold_on: Mapped[date]
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[OutsideState]
    entered_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("decided_by_id <> entered_by_id", name="two_people"),
        sa.CheckConstraint("(state = 'entered') = (decided_by_id IS NULL)", name="decided"),
        sa.CheckConstraint("state <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        sa.Index(
            "uq_outside_sale_evidence",
            "file_sha256",
            unique=True,
            postgresql_where=sa.text("state <> 'refused'"),
        ),
        sa.Index("ix_outside_sale_state", "state", "id"),
    )
