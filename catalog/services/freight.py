"""A supplier's freight: the plain tariff, zones, points it serves, what packs weigh; the platform's pick-up points.

Settings, not facts: an order keeps the freight it was placed with. Every change is in the trail with before and after.
"""

import sqlalchemy as sa

from catalog.models.freight import FreightZone, FreightZoneRegion, PickupPoint, SupplierPickup
from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.models.supplier import FreightRule, Supplier
from catalog.queries import suppliers
from catalog.queries.freight import zones_of
from catalog.rules.freight import Tariff, Zone, check_tariff, check_zones
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.places import divisions
from core.places.models import Place
from core.trail.models import Stream

MOST_ZONES, MOST_REGIONS = 40, 120


def set_plain(tariff: Tariff, *, by: Actor) -> FreightRule:
    """The tariff of every region that no zone names. Raises: Missing; Refused as `check_tariff`."""
    check_tariff(tariff)
    mine = _mine(by)
    rule = db.session.get(FreightRule, mine.id)
    before = {} if rule is None else {"base_fen": rule.base_fen, "free_above_fen": rule.free_above_fen}
    if rule is None:
        rule = FreightRule(supplier_id=mine.id, base_fen=0)
        db.session.add(rule)
    _keep(rule, tariff)
    after = {"base_fen": rule.base_fen, "free_above_fen": rule.free_above_fen, "step_fen": rule.step_fen}
    _record("freight-set", mine, by, before=before, after=after, base_fen=rule.base_fen)
    return rule


def add_zone(zone: Zone, *, by: Actor) -> FreightZone:
    """Another tariff for some divisions, or none with the reason.

    Raises: Refused "freight-zones-too-many", "freight-region-unknown" and as `check_zones`; Missing.
    """
    mine = _mine(by)
    have = zones_of(mine.id)
    if len(have) >= MOST_ZONES or len(zone.regions) > MOST_REGIONS:
        raise Refused("freight-zones-too-many", most=MOST_ZONES)
    for code in zone.regions:
        if not divisions.full_name(code):
            raise Refused("freight-region-unknown", code=code)
    known = [Zone(kept.way, tuple(codes), None, "-") for kept, codes in have]
    check_zones([zone, *known])
    row = FreightZone(
        supplier_id=mine.id, way=zone.way, name=zone.name, is_refused=zone.tariff is None,
        reason=zone.reason if zone.tariff is None else "", least_fen=zone.least_fen, days=zone.days,
    )  # fmt: skip
    _keep(row, zone.tariff or Tariff(0))
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        FreightZoneRegion(zone_id=row.id, region_code=code, supplier_id=mine.id, way=zone.way) for code in zone.regions
    )
    _record("freight-zone-added", mine, by, after={"regions": list(zone.regions)}, name=zone.name)
    return row


def drop_zone(zone_id: int, *, by: Actor) -> None:
    """The plain tariff holds there again. Raises: Missing."""
    mine = _mine(by)
    row = db.session.get(FreightZone, zone_id)
    if row is None or row.supplier_id != mine.id:
        raise Missing("no-such-zone")
    _record("freight-zone-dropped", mine, by, name=row.name)
    db.session.delete(row)


def serve_point(point_id: int, tariff: Tariff, days: str, *, by: Actor) -> None:
    """Bring goods to a point from now on. Raises: Missing; Refused as `check_tariff`."""
    check_tariff(tariff)
    mine, point = _mine(by), _point(point_id)
    served = db.session.get(SupplierPickup, (mine.id, point.id)) or SupplierPickup(
        supplier_id=mine.id, point_id=point.id
    )
    served.fee_fen, served.free_above_fen, served.days = tariff.base_fen, tariff.free_from_fen, days
    db.session.add(served)
    _record("pickup-served", mine, by, name=point.name)


def leave_point(point_id: int, *, by: Actor) -> None:
    """Bring no more goods there. Raises: Missing."""
    mine = _mine(by)
    served = db.session.get(SupplierPickup, (mine.id, point_id))
    if served is None:
        raise Missing("no-such-point")
    _record("pickup-left", mine, by, name=_point(point_id).name)
    db.session.delete(served)


def weigh_pack(offer_id: int, ship_g: int | None, *, by: Actor) -> None:
    """What a pack of pieces weighs to the carrier, grams. Raises: Missing; Refused "pack-weight"."""
    mine = _mine(by)
    offer = db.session.scalar(
        sa.select(Offer).join(Product, Product.id == Offer.product_id).where(
            Offer.id == offer_id, Product.supplier_id == mine.id
        )
    )  # fmt: skip
    if offer is None:
        raise Missing("no-such-offer")
    if ship_g is not None and not 1 <= ship_g <= 1_000_000:
        raise Refused("pack-weight")
    offer.ship_g = ship_g
    _record("pack-weighed", mine, by, name=offer.pack_name)


def open_point(place_code: str, name: str, address: str, phone: str, hours: str, *, by: Actor) -> PickupPoint:
    """The platform opens a pick-up point. Raises: Missing for an unknown place."""
    if db.session.get(Place, place_code) is None:
        raise Missing("no-such-place")
    point = PickupPoint(
        place_code=place_code, name=name, address=address, phone=phone, hours=hours, created_at=clock.now()
    )
    db.session.add(point)
    db.session.flush()
    trail.record(Stream.CATALOGUE, "pickup-opened", "pickup_point", point.id, by=by, right=Right.OPERATE, name=name)
    return point


def close_point(point_id: int, *, by: Actor) -> None:
    """No goods go there any more; orders that name it keep it. Raises: Missing."""
    point = _point(point_id)
    point.is_active = False
    trail.record(
        Stream.CATALOGUE, "pickup-closed", "pickup_point", point.id, by=by, right=Right.OPERATE, name=point.name
    )


def _mine(by: Actor) -> Supplier:
    mine = suppliers.own(by)
    db.session.execute(sa.select(Supplier.id).where(Supplier.id == mine.id).with_for_update())
    return mine


def _point(point_id: int) -> PickupPoint:
    point = db.session.get(PickupPoint, point_id)
    if point is None or not point.is_active:
        raise Missing("no-such-point")
    return point


def _keep(row: FreightRule | FreightZone, tariff: Tariff) -> None:
    row.base_fen, row.free_above_fen = tariff.base_fen, tariff.free_from_fen
    row.first_g, row.step_g, row.step_fen = tariff.first_g, tariff.step_g, tariff.step_fen


def _record(action: str, mine: Supplier, by: Actor, **facts: object) -> None:
    trail.record(
        Stream.CATALOGUE, action, "supplier", mine.id, by=by, right=Right.SELL,
        **facts,  # type: ignore[arg-type]
    )  # fmt: skip
