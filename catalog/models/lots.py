"""Kilograms of lots: a conditional count with its moves beside it, and the papers of what a supplier grew itself."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.lots import LotMoveKind, LotSource
from core.db import Base, BaseQty, Line, Pk, Ref
from core.quantity import BaseUnit


class LotBalance(Base):
    """What came into a lot, was lost, and left: never more out than in. Changed only by `services.lots`.

    Of goods bought from households there is one open lot for each product, village and harvest day.
    """

    __tablename__ = "lot_balance"

    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    harvested_on: Mapped[date]
    source: Mapped[LotSource]
    base_unit: Mapped[BaseUnit]
    in_qty: Mapped[BaseQty]
    eligible_qty: Mapped[BaseQty] = mapped_column(default=0)
    lost_qty: Mapped[BaseQty] = mapped_column(default=0)
    sold_qty: Mapped[BaseQty] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint("lost_qty >= 0 AND sold_qty >= 0 AND lost_qty + sold_qty <= in_qty", name="never_oversold"),
        sa.CheckConstraint("eligible_qty BETWEEN 0 AND in_qty", name="eligible_part"),
        sa.Index(
            "uq_lot_balance_open", "product_id", "origin_code", "harvested_on", unique=True,
            postgresql_where=sa.text("source = 'purchase'"),
        ),
        sa.Index("ix_lot_balance_left", "product_id", postgresql_where=sa.text("lost_qty + sold_qty < in_qty")),
    )  # fmt: skip


class LotMove(Base):
    """One change of a lot's kilograms, with its cause; the same cause cannot move it twice.

    `qty` is signed for its kind: a reversed purchase is a negative BOUGHT. `happened_on` is the day of buying, harvest,
    loss or supply.
    """

    __tablename__ = "lot_move"
    __append_only__ = True

    id: Mapped[Pk]
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    kind: Mapped[LotMoveKind]
    qty: Mapped[BaseQty]
    eligible_qty: Mapped[BaseQty] = mapped_column(default=0)
    happened_on: Mapped[date]
    reason: Mapped[Line] = mapped_column(default="")
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("source", "source_id", "kind", "lot_id"),
        sa.CheckConstraint("qty <> 0", name="qty"),
        sa.CheckConstraint("abs(eligible_qty) <= abs(qty)", name="eligible_part"),
        sa.CheckConstraint("kind <> 'lost' OR reason <> ''", name="loss_has_reason"),
        sa.Index("ix_lot_move_quarter", "product_id", "happened_on"),
    )


class HarvestRecord(Base):
    """采收单: what a supplier took from its own fields. Immutable; a correction names what it reverses."""

    __tablename__ = "harvest_record"
    __append_only__ = True

    id: Mapped[Pk]
    record_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    client_key: Mapped[str] = mapped_column(sa.String(36), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    harvested_on: Mapped[date]
    weighings: Mapped[Line]
    qty: Mapped[BaseQty]
    plot: Mapped[Line] = mapped_column(default="")
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("harvest_record.id"), unique=True)
    reason: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("qty <> 0 AND (qty > 0) = (reverses_id IS NULL)", name="sign"),
        sa.CheckConstraint("(reverses_id IS NULL) = (reason = '')", name="reversal_has_reason"),
    )


class LotLoss(Base):
    """Kilograms that are gone without a sale, with the reason."""

    __tablename__ = "lot_loss"
    __append_only__ = True

    id: Mapped[Pk]
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    qty: Mapped[BaseQty]
    reason: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[Line] = mapped_column(default="")
    lost_on: Mapped[date]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("qty > 0", name="qty"),)


class CropPlan(Base):
    """What a village can harvest of a category in a year: area × yield within a window; the ceiling of F11."""

    __tablename__ = "crop_plan"

    id: Mapped[Pk]
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    plan_year: Mapped[int]
    area_mu_x10: Mapped[int]
    yield_g_per_mu: Mapped[BaseQty]
    harvest_from: Mapped[date]
    harvest_to: Mapped[date]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    updated_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("village_code", "category_id", "plan_year"),
        sa.CheckConstraint("area_mu_x10 > 0 AND yield_g_per_mu > 0", name="not_empty"),
        sa.CheckConstraint("harvest_to >= harvest_from", name="window"),
    )


class LotRecall(Base):
    """A lot is called back, or (with `lifts_id`) a call is taken back. Until then nothing of it leaves."""

    __tablename__ = "lot_recall"
    __append_only__ = True

    id: Mapped[Pk]
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    reason: Mapped[Line]
    advice: Mapped[Line] = mapped_column(default="")
    lifts_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot_recall.id"), unique=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("reason <> ''", name="has_reason"),)
