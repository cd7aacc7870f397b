"""Deliveries and what two people accepted of them. Lot and origin stand on the delivery line (rule 39)."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Fen, JsonDict, Line, Pk, Ref
from market.rules.delivery_states import DeliveryState
from market.rules.payable import DeductionKind


class Delivery(Base):
    """One delivery note of an order. By own van: driver and window of arrival; else its parcels. `received_at`: a
    resident's word, or the clock's for them; a unit's deliveries have an acceptance instead.
    """

    __tablename__ = "delivery"

    id: Mapped[Pk]
    delivery_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    state: Mapped[DeliveryState]
    driver: Mapped[str] = mapped_column(sa.String(30), default="")
    driver_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    vehicle_no: Mapped[str] = mapped_column(sa.String(12), default="", server_default="")
    window_from: Mapped[time | None]
    window_to: Mapped[time | None]
    delivered_on: Mapped[date]
    shipped_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    created_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.Index("ix_delivery_buyer", "buyer_id", "state", "delivered_on"),
        sa.Index(
            "ix_delivery_unreceived",
            "shipped_at",
            postgresql_where=sa.text("state = 'on_the_way' AND buyer_id IS NULL"),
        ),
        sa.CheckConstraint("window_from IS NULL OR window_to IS NULL OR window_from < window_to", name="window"),
        sa.CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name="received"),
        sa.UniqueConstraint("id", "order_id"),
    )


class DeliveryLine(Base):
    """Goods of one lot on a delivery note, in base units."""

    __tablename__ = "delivery_line"
    __append_only__ = True

    id: Mapped[Pk]
    delivery_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"))
    qty: Mapped[BaseQty]
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    commitment_no: Mapped[str] = mapped_column(sa.String(40), default="")
    quarantine_no: Mapped[str] = mapped_column(sa.String(40), default="")
    inspection_no: Mapped[str] = mapped_column(sa.String(40), default="")
    report_valid_to: Mapped[date | None]

    __table_args__ = (
        sa.CheckConstraint("qty > 0", name="qty"),
        sa.UniqueConstraint("delivery_id", "order_line_id", "lot_id"),
        sa.Index("ix_delivery_line_commitment", "commitment_no", postgresql_where=sa.text("commitment_no <> ''")),
    )


class OrganicMark(Base):
    """有机码 of one mark on goods of a delivery line. A mark is used once in the county, so a copied one is found."""

    __tablename__ = "organic_mark"
    __append_only__ = True

    code: Mapped[str] = mapped_column(sa.String(18), primary_key=True)
    delivery_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery_line.id"), index=True)

    __table_args__ = (sa.CheckConstraint("code ~ '^[0-9]{17,18}$'", name="code"),)


class AcceptanceDraft(Base):
    """What the first signer counted, waiting for the second. Replaced by a recount, gone once signed.

    `counts` is written and read by `market.rules.counting` only. The two taps are a manager's: to take what is above
    the tolerance (forgotten at a recount), and to take goods without their 合格证, for a reason. With a
    `correction_reason` the count is to replace a round that is signed.
    """

    __tablename__ = "acceptance_draft"

    delivery_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery.id"), primary_key=True)
    counts: Mapped[JsonDict]
    first_signer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    signed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    excess_agreed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    waived_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    waiver_reason: Mapped[Line] = mapped_column(default="")
    correction_reason: Mapped[Line] = mapped_column(server_default="")


class Acceptance(Base):
    """Two people's word about a delivery. A correction is a new round that names what it reverses.

    Everybody who had a hand in it stands here, the plan's approver too: none of them may pay for it (rule 53).
    """

    __tablename__ = "acceptance"
    __append_only__ = True

    id: Mapped[Pk]
    acceptance_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    delivery_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("acceptance.id"), unique=True)
    orderer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    first_signer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    second_signer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    orderer_took_part: Mapped[bool] = mapped_column(default=False)
    approver_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    excess_agreed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    waived_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    waiver_reason: Mapped[Line] = mapped_column(default="")
    amount_fen: Mapped[Fen]
    accepted_on: Mapped[date] = mapped_column(index=True)
    accepted_at: Mapped[datetime]
    note: Mapped[Line] = mapped_column(default="")
    correction_reason: Mapped[Line] = mapped_column(server_default="")

    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "round"),
        sa.CheckConstraint("(reverses_id IS NULL) = (correction_reason = '')", name="correction_has_reason"),
        sa.CheckConstraint("first_signer_id <> second_signer_id", name="two_people"),
        sa.CheckConstraint(
            "orderer_took_part OR (first_signer_id <> orderer_id AND second_signer_id <> orderer_id)",
            name="orderer_does_not_sign",
        ),
        sa.CheckConstraint("first_signer_id <> orderer_id", name="orderer_never_first"),
        sa.CheckConstraint("amount_fen >= 0", name="amount"),
        sa.CheckConstraint("(waived_by_id IS NULL) = (waiver_reason = '')", name="waiver_has_name_and_reason"),
        sa.CheckConstraint("excess_agreed_by_id <> orderer_id", name="excess_not_by_orderer"),
    )


class AcceptanceLine(Base):
    """Accepted + rejected = delivered, in base units; the accepted part is the base of the price.

    The papers' numbers are those the signers saw. A waived 合格证 keeps the line out of every count (rule 55).
    """

    __tablename__ = "acceptance_line"
    __append_only__ = True

    id: Mapped[Pk]
    acceptance_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance.id"), index=True)
    delivery_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery_line.id"), index=True)
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    delivered_qty: Mapped[BaseQty]
    accepted_qty: Mapped[BaseQty]
    rejected_qty: Mapped[BaseQty]
    reason: Mapped[Line] = mapped_column(default="")
    photo_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    commitment_no: Mapped[str] = mapped_column(sa.String(40), default="")
    quarantine_no: Mapped[str] = mapped_column(sa.String(40), default="")
    inspection_no: Mapped[str] = mapped_column(sa.String(40), default="")
    commitment_waived: Mapped[bool] = mapped_column(default=False)
    amount_fen: Mapped[Fen]

    __table_args__ = (
        sa.UniqueConstraint("acceptance_id", "delivery_line_id"),
        sa.CheckConstraint(
            "accepted_qty >= 0 AND rejected_qty >= 0 AND accepted_qty + rejected_qty = delivered_qty", name="sum"
        ),
        sa.CheckConstraint("amount_fen >= 0 AND (accepted_qty > 0 OR amount_fen = 0)", name="amount"),
        sa.CheckConstraint("rejected_qty = 0 OR reason <> ''", name="rejection_has_reason"),
    )


class AcceptancePhoto(Base):
    """A photo taken at the acceptance."""

    __tablename__ = "acceptance_photo"
    __append_only__ = True

    acceptance_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance.id"), primary_key=True)
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class OrderLineClose(Base):
    """The rest of an order line that nobody will send any more (closed short), in base units."""

    __tablename__ = "order_line_close"
    __append_only__ = True

    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    qty: Mapped[BaseQty]
    reason: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("qty > 0", name="qty"),)


class Deduction(Base):
    """Money of an accepted line that is not payable: an open dispute, or a supplier's credit note (rule 25).

    A dispute that is settled for the supplier is a negative row that names what it reverses.
    """

    __tablename__ = "deduction"
    __append_only__ = True

    id: Mapped[Pk]
    acceptance_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("acceptance_line.id"), index=True)
    kind: Mapped[DeductionKind]
    amount_fen: Mapped[Fen]
    reason: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("deduction.id"), unique=True)
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("amount_fen <> 0 AND (amount_fen > 0) = (reverses_id IS NULL)", name="sign"),)
