"""What stands between an agreed order and its goods at the door: asks, cuts, rounds, ticks, parcels."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Fen, Line, Pk, Ref
from market.rules.asks import AskKind, AskState
from market.rules.couriers import Courier


class OrderAsk(Base):
    """A supplier's question to the buyer of an order. It changes nothing; the buyer's tap does.

    Other goods carry the offer version as proof of their price, what it comes to, and the line that the tap made.
    """

    __tablename__ = "order_ask"

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    kind: Mapped[AskKind]
    state: Mapped[AskState]
    reason: Mapped[Line]
    freight_fen: Mapped[Fen] = mapped_column(default=0)
    offer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("offer.id"))
    offer_version_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("offer_version.id"))
    packs: Mapped[int | None]
    replaces_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("order_line.id"))
    made_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("order_line.id"), unique=True)
    asked_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answer_until: Mapped[datetime]
    answered_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    answer_reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("reason <> ''", name="has_reason"),
        sa.CheckConstraint("freight_fen >= 0 AND (kind = 'confirm' OR freight_fen = 0)", name="freight"),
        sa.CheckConstraint(
            "(kind IN ('extra', 'substitute')) = (offer_version_id IS NOT NULL)"
            " AND (offer_version_id IS NULL) = (packs IS NULL) AND (offer_version_id IS NULL) = (offer_id IS NULL)",
            name="goods_have_price",
        ),
        sa.CheckConstraint("(kind = 'substitute') = (replaces_line_id IS NOT NULL)", name="substitute_for"),
        sa.CheckConstraint("packs > 0", name="packs"),
        sa.Index(
            "uq_order_ask_confirm", "order_id", unique=True, postgresql_where=sa.text(
                "state = 'asked' AND kind IN ('confirm', 'close_rest')"
            ),
        ),
        sa.Index("ix_order_ask_open", "answer_until", postgresql_where=sa.text("state = 'asked'")),
    )  # fmt: skip


class OrderAskLine(Base):
    """How much of a line the supplier can bring, base units; less than was ordered."""

    __tablename__ = "order_ask_line"
    __append_only__ = True

    ask_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_ask.id"), primary_key=True)
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    qty: Mapped[BaseQty]

    __table_args__ = (sa.CheckConstraint("qty >= 0", name="qty"),)


class OrderLineCut(Base):
    """What the buyer agreed to go without before the supplier confirmed: base units and fen off the frozen line."""

    __tablename__ = "order_line_cut"
    __append_only__ = True

    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    ask_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_ask.id"), index=True)
    qty: Mapped[BaseQty]
    upper_qty: Mapped[BaseQty]
    amount_fen: Mapped[Fen]
    upper_fen: Mapped[Fen]
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("qty > 0 AND upper_qty >= qty", name="qty"),
        sa.CheckConstraint("amount_fen >= 0 AND upper_fen >= 0", name="amounts"),
    )


class DeliveryRound(Base):
    """A supplier's regular drive: weekdays as bits from Monday, cut-off before the run, least goods a stop."""

    __tablename__ = "delivery_round"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(30))
    weekdays: Mapped[int]
    cutoff_days: Mapped[int]
    cutoff_minute: Mapped[int]
    min_stop_fen: Mapped[Fen] = mapped_column(default=0)
    rests_on_holidays: Mapped[bool] = mapped_column(default=True)
    window_from: Mapped[time | None]
    window_to: Mapped[time | None]
    driver: Mapped[str] = mapped_column(sa.String(30), default="")
    driver_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    vehicle_no: Mapped[str] = mapped_column(sa.String(12), default="")
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        sa.CheckConstraint("cutoff_days BETWEEN 0 AND 7 AND cutoff_minute BETWEEN 0 AND 1439", name="cutoff"),
        sa.CheckConstraint("min_stop_fen >= 0", name="min_stop"),
        sa.CheckConstraint("window_from IS NULL OR window_to IS NULL OR window_from < window_to", name="window"),
    )


class DeliveryRoundTown(Base):
    """A town that a round drives to; a round without any drives everywhere."""

    __tablename__ = "delivery_round_town"

    round_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery_round.id", ondelete="CASCADE"), primary_key=True)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), primary_key=True)


class RoundStop(Base):
    """Which run an order goes with, fixed when it was placed; `wanted_on` is the day that the buyer had asked for."""

    __tablename__ = "round_stop"
    __append_only__ = True

    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), primary_key=True)
    round_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery_round.id"))
    run_on: Mapped[date]
    wanted_on: Mapped[date]

    __table_args__ = (sa.Index("ix_round_stop_run", "round_id", "run_on"),)


class PickMark(Base):
    """Goods of an order line lie packed: a tick on the pick list. Taken off again by deleting it."""

    __tablename__ = "pick_mark"

    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class Parcel(Base):
    """A parcel of a delivery with its courier and number; a delivery by own van has none."""

    __tablename__ = "parcel"

    id: Mapped[Pk]
    delivery_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    courier: Mapped[Courier]
    carrier: Mapped[str] = mapped_column(sa.String(30), default="")
    tracking_no: Mapped[str] = mapped_column(sa.String(40))
    added_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "courier", "tracking_no"),
        sa.CheckConstraint("courier <> 'other' OR carrier <> ''", name="carrier_named"),
        sa.CheckConstraint("tracking_no <> ''", name="numbered"),
    )


class ReceiptExtension(Base):
    """A resident's one extension of the days after which an order counts as received (rule 57)."""

    __tablename__ = "receipt_extension"
    __append_only__ = True

    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
