"""What sending goods of a supplier costs: the plain rule, its zones, the points it brings goods to."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.freight import FreightZone, FreightZoneRegion, PickupPoint, SupplierPickup
from catalog.models.supplier import FreightRule
from catalog.rules.freight import FREE, Point, Tariff, Template, Zone
from core.db import any_of, db
from core.places.models import Place


def templates(supplier_ids: Collection[int]) -> dict[int, Template]:
    """Each supplier's whole template; without any rule everything is sent free. Three statements."""
    ids = sorted(supplier_ids)
    if not ids:
        return {}
    plain = {
        row.supplier_id: tariff_of(row, row.free_above_fen)
        for row in db.session.scalars(sa.select(FreightRule).where(any_of(FreightRule.supplier_id, ids)))
    }
    zones: dict[int, list[Zone]] = {}
    for zone, regions in _zones(ids):
        zones.setdefault(zone.supplier_id, []).append(_zone(zone, regions))
    points: dict[int, list[Point]] = {}
    for supplier_id, point in _points(ids):
        points.setdefault(supplier_id, []).append(point)
    return {id_: Template(plain.get(id_, FREE), tuple(zones.get(id_, ())), tuple(points.get(id_, ()))) for id_ in ids}


def tariff_of(row: FreightRule | FreightZone, free_fen: int | None) -> Tariff:
    """The tariff that a row keeps."""
    return Tariff(row.base_fen, free_fen, row.first_g, row.step_g, row.step_fen)


def _zone(zone: FreightZone, regions: list[str]) -> Zone:
    tariff = None if zone.is_refused else tariff_of(zone, zone.free_above_fen)
    return Zone(zone.way, tuple(regions), tariff, zone.reason, zone.name, zone.days, zone.least_fen)


def _zones(ids: Collection[int]) -> list[tuple[FreightZone, list[str]]]:
    codes = (
        sa.select(sa.func.array_agg(sa.type_coerce(FreightZoneRegion.region_code, sa.String)))
        .where(FreightZoneRegion.zone_id == FreightZone.id)
        .scalar_subquery()
    )
    query = sa.select(FreightZone, codes).where(any_of(FreightZone.supplier_id, ids)).order_by(FreightZone.id)
    return [(zone, sorted(found or ())) for zone, found in db.session.execute(query)]


def zones_of(supplier_id: int) -> list[tuple[FreightZone, list[str]]]:
    """A supplier's zones with their divisions, for its desk."""
    return _zones([supplier_id])


def _points(ids: Collection[int]) -> list[tuple[int, Point]]:
    query = (
        sa.select(SupplierPickup, PickupPoint)
        .join(PickupPoint, PickupPoint.id == SupplierPickup.point_id)
        .where(any_of(SupplierPickup.supplier_id, ids), PickupPoint.is_active)
        .order_by(PickupPoint.id)
    )
    return [
        (
            served.supplier_id,
            Point(
                point.id, point.name, point.place_code, point.address, point.phone, point.hours,
                Tariff(served.fee_fen, served.free_above_fen), served.days,
            ),
        )
        for served, point in db.session.execute(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class PointRow:
    """A pick-up point with its village, and whether a supplier serves it."""

    point: PickupPoint
    place_name: str
    served: SupplierPickup | None


def points(supplier_id: int | None = None, *, active_only: bool = True) -> list[PointRow]:
    """Every point, with what a supplier charges there."""
    query = (
        sa.select(PickupPoint, Place.name, SupplierPickup)
        .join(Place, Place.code == PickupPoint.place_code)
        .outerjoin(
            SupplierPickup,
            sa.and_(SupplierPickup.point_id == PickupPoint.id, SupplierPickup.supplier_id == supplier_id),
        )
        .order_by(PickupPoint.place_code, PickupPoint.id)
    )
    if active_only:
        query = query.where(PickupPoint.is_active)
    return [PointRow(*row) for row in db.session.execute(query.limit(300))]
