"""A canteen's stock: lots, every move of them, issue slips, counts; food samples and temperatures (rules 59, 60)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, BaseQty, Line, Pk, Ref
from core.quantity import BaseUnit
from procurement.rules.food_safety import Meal, ProbePlace
from procurement.rules.inventory import MoveKind, StocktakeState


class CanteenLot(Base):
    """Goods that came in together. `left` is the sum of its moves; the database lets it never be negative.

    With an acceptance line: goods of this platform, and `lot_id` is the supplier's batch, which may be called back.
    Without: bought of an ordinary vendor, named in `vendor`.
    """

    __tablename__ = "canteen_lot"

    id: Mapped[Pk]
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
    base_unit: Mapped[BaseUnit]
    delivery_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("delivery_line.id"), unique=True)
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"), index=True)
    vendor: Mapped[str] = mapped_column(sa.String(60), default="")
    received_on: Mapped[date]
    expires_on: Mapped[date | None]
    left: Mapped[BaseQty]

    __table_args__ = (
        sa.CheckConstraint('"left" >= 0', name="left"),
        sa.CheckConstraint("(delivery_line_id IS NULL) = (lot_id IS NULL)", name="batch"),
        sa.CheckConstraint("(delivery_line_id IS NULL) = (vendor <> '')", name="vendor"),
        sa.Index("ix_canteen_lot_shelf", "canteen_id", "name", "received_on", postgresql_where=sa.text('"left" > 0')),
    )


class KitchenIssue(Base):
    """出库单: what the store gave to the kitchen for a meal, and who took it."""

    __tablename__ = "kitchen_issue"
    __append_only__ = True

    id: Mapped[Pk]
    issue_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    meal: Mapped[Meal]
    taken_by: Mapped[str] = mapped_column(sa.String(30))
    note: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    issued_on: Mapped[date]
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_kitchen_issue_canteen", "canteen_id", "issued_on", "id"),)


class CanteenMove(Base):
    """One change of one lot, base units; what leaves is negative. The kind says which of the references it has."""

    __tablename__ = "canteen_move"
    __append_only__ = True

    id: Mapped[Pk]
    canteen_lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("canteen_lot.id"), index=True)
    kind: Mapped[MoveKind]
    qty: Mapped[BaseQty]
    issue_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("kitchen_issue.id"), index=True)
    stocktake_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stocktake.id"), index=True)
    acceptance_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("acceptance_line.id"), index=True)
    reason: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("qty <> 0", name="qty"),
        sa.CheckConstraint("kind NOT IN ('issued', 'taken_back') OR issue_id IS NOT NULL", name="issue"),
        sa.CheckConstraint("kind <> 'issued' OR qty < 0", name="issued_leaves"),
        sa.CheckConstraint("kind <> 'taken_back' OR qty > 0", name="back_comes"),
        sa.CheckConstraint("kind <> 'counted' OR (stocktake_id IS NOT NULL AND reason <> '')", name="counted"),
        sa.CheckConstraint("kind <> 'discarded' OR (qty < 0 AND reason <> '')", name="discarded"),
        sa.CheckConstraint("kind NOT IN ('accepted', 'corrected') OR acceptance_line_id IS NOT NULL", name="accepted"),
    )


class Stocktake(Base):
    """A count of a canteen's shelf: one counts, another signs, then the books follow (two different people)."""

    __tablename__ = "stocktake"

    id: Mapped[Pk]
    stocktake_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    state: Mapped[StocktakeState]
    version: Mapped[int] = mapped_column(default=1)
    counter_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    signer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    difference_bp: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("signer_id IS NULL OR signer_id <> counter_id", name="two_people"),
        sa.CheckConstraint("(state = 'signed') = (signer_id IS NOT NULL AND signed_at IS NOT NULL)", name="signed"),
        sa.Index("ix_stocktake_canteen", "canteen_id", "started_at"),
        sa.Index(
            "uq_stocktake_open", "canteen_id", unique=True, postgresql_where=sa.text("state IN ('counting', 'counted')")
        ),
    )


class StocktakeLine(Base):
    """A lot in a count: what was found, and why it differs. `book` is the shelf's at the moment it was counted."""

    __tablename__ = "stocktake_line"

    stocktake_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stocktake.id"), primary_key=True)
    canteen_lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("canteen_lot.id"), primary_key=True)
    book: Mapped[BaseQty]
    found: Mapped[BaseQty]
    reason: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("book >= 0 AND found >= 0", name="quantities"),
        sa.CheckConstraint("book = found OR reason <> ''", name="difference_has_reason"),
    )


class FoodSample(Base):
    """留样 of one dish of one meal: kept until `keep_until`, then thrown away by somebody with a name."""

    __tablename__ = "food_sample"

    id: Mapped[Pk]
    sample_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    dish: Mapped[str] = mapped_column(sa.String(40))
    meal: Mapped[Meal]
    grams: Mapped[BaseQty]
    served_on: Mapped[date]
    taken_at: Mapped[datetime]
    keep_until: Mapped[datetime]
    taken_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    discarded_at: Mapped[datetime | None]
    discarded_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.CheckConstraint("grams > 0 AND keep_until > taken_at", name="kept"),
        sa.CheckConstraint("discarded_at IS NULL OR discarded_at >= keep_until", name="not_too_early"),
        sa.CheckConstraint("(discarded_at IS NULL) = (discarded_by_id IS NULL)", name="discarded_has_name"),
        sa.UniqueConstraint("canteen_id", "served_on", "meal", "dish"),
        sa.Index("ix_food_sample_kept", "keep_until", "canteen_id", postgresql_where=sa.text("discarded_at IS NULL")),
    )


class TemperatureReading(Base):
    """A thermometer as somebody read it, tenths of a degree; out of order it says what was done."""

    __tablename__ = "temperature_reading"
    __append_only__ = True

    id: Mapped[Pk]
    canteen_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    place: Mapped[ProbePlace]
    device: Mapped[str] = mapped_column(sa.String(30), default="")
    decidegrees: Mapped[int]
    is_in_order: Mapped[bool]
    action: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("is_in_order OR action <> ''", name="action"),
        sa.Index("ix_temperature_reading_canteen", "canteen_id", "at"),
    )
