"""What sending goods costs a resident, by region; points where they are fetched. Orders keep their own freight."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.supplier import WEIGHT_STEPS
from catalog.rules.freight import DeliveryWay
from core.db import Base, BaseQty, Fen, Line, Pk, Ref


class FreightZone(Base):
    """Another tariff for some regions, by parcel or by the supplier's van; or none, with the reason told."""

    __tablename__ = "freight_zone"

    id: Mapped[Pk]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    way: Mapped[DeliveryWay]
    name: Mapped[str] = mapped_column(sa.String(30))
    is_refused: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Line] = mapped_column(default="")
    base_fen: Mapped[Fen] = mapped_column(default=0)
    free_above_fen: Mapped[Fen | None]
    first_g: Mapped[BaseQty | None]
    step_g: Mapped[BaseQty | None]
    step_fen: Mapped[Fen | None]
    least_fen: Mapped[Fen] = mapped_column(default=0)
    days: Mapped[str] = mapped_column(sa.String(40), default="")

    __table_args__ = (
        sa.CheckConstraint("base_fen >= 0 AND free_above_fen >= 0 AND least_fen >= 0", name="not_negative"),
        sa.CheckConstraint(WEIGHT_STEPS, name="steps"),
        sa.CheckConstraint("is_refused = (reason <> '')", name="refused_says_why"),
        sa.CheckConstraint("way <> 'pickup'", name="to_the_door"),
    )


class FreightZoneRegion(Base):
    """A division of a zone; each once for a supplier and way."""

    __tablename__ = "freight_zone_region"

    zone_id: Mapped[Ref] = mapped_column(sa.ForeignKey("freight_zone.id", ondelete="CASCADE"), primary_key=True)
    region_code: Mapped[str] = mapped_column(sa.String(9), primary_key=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    way: Mapped[DeliveryWay]

    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "way", "region_code"),
        sa.CheckConstraint("region_code ~ '^([0-9]{6}|[0-9]{9})$'", name="region"),
    )


class PickupPoint(Base):
    """A place in a village where goods wait for their buyers. Closed, not deleted: orders name it."""

    __tablename__ = "pickup_point"

    id: Mapped[Pk]
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    address: Mapped[str] = mapped_column(sa.String(120))
    phone: Mapped[str] = mapped_column(sa.String(20))
    hours: Mapped[str] = mapped_column(sa.String(40))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SupplierPickup(Base):
    """A supplier brings goods to a point, on some days, for a fee."""

    __tablename__ = "supplier_pickup"

    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), primary_key=True)
    point_id: Mapped[Ref] = mapped_column(sa.ForeignKey("pickup_point.id"), primary_key=True)
    fee_fen: Mapped[Fen]
    free_above_fen: Mapped[Fen | None]
    days: Mapped[str] = mapped_column(sa.String(40), default="")

    __table_args__ = (sa.CheckConstraint("fee_fen >= 0 AND free_above_fen >= 0", name="not_negative"),)
