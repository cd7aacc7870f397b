"""What sending goods costs: a tariff by weight, free from a sum on, by region; the supplier's own van; pick-up points.

The region with the longest code wins: a town before its county, a county before its province. Weights are grams, money
fen. Freight is looked up once for everything that a buyer takes from one supplier in one checkout.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Refused

MOST_FEN = 1_000_00
MOST_STEP_G = 100_000


class DeliveryWay(StrEnum):
    """How goods come to a resident."""

    PARCEL = "parcel"
    LOCAL = "local"  # the supplier's own van
    PICKUP = "pickup"  # fetched at a point in a village


@dataclass(frozen=True)
class Tariff:
    """A base amount for the first grams (None: any weight), more for each further step, none from a sum of goods on."""

    base_fen: int
    free_from_fen: int | None = None
    first_g: int | None = None
    step_g: int | None = None
    step_fen: int | None = None

    def of(self, goods_fen: int, weight_g: int = 0) -> int:
        """The freight of one shipment, fen."""
        if self.free_from_fen is not None and goods_fen >= self.free_from_fen:
            return 0
        if self.first_g is None or not self.step_g or self.step_fen is None:
            return self.base_fen
        more = max(0, weight_g - self.first_g)
        return self.base_fen + -(-more // self.step_g) * self.step_fen

    def missing_fen(self, goods_fen: int) -> int | None:
        """How much more goods would send it free; None: never, or it is free already."""
        if self.free_from_fen is None or not self.base_fen or goods_fen >= self.free_from_fen:
            return None
        return self.free_from_fen - goods_fen


FREE = Tariff(0)


@dataclass(frozen=True)
class Zone:
    """A tariff for some divisions. Without one nothing is sent there, for the `reason` given."""

    way: DeliveryWay
    regions: tuple[str, ...]
    tariff: Tariff | None
    reason: str = ""
    name: str = ""
    days: str = ""
    least_fen: int = 0

    def reach(self, region: str) -> int:
        """How many digits of the region its closest division names; 0: it does not cover it."""
        return max((len(_stem(code)) for code in self.regions if region.startswith(_stem(code))), default=0)


@dataclass(frozen=True)
class Point:
    """A pick-up point that the supplier brings goods to."""

    id: int
    name: str
    place_code: str
    address: str
    phone: str
    hours: str
    tariff: Tariff
    days: str = ""


@dataclass(frozen=True)
class Option:
    """One way that goods of a supplier can take to a region. `tariff` None: they cannot, for the `reason`."""

    way: DeliveryWay
    tariff: Tariff | None
    reason: str = ""
    days: str = ""
    least_fen: int = 0
    point: Point | None = None

    @property
    def key(self) -> str:
        """What a form says: parcel, local, pickup-7."""
        return f"{self.way.value}-{self.point.id}" if self.point else self.way.value

    def is_open(self, goods_fen: int) -> bool:
        """Whether so many goods may go this way."""
        return self.tariff is not None and goods_fen >= self.least_fen


@dataclass(frozen=True)
class Template:
    """All of a supplier's ways. `plain`: the tariff of every region that no zone names."""

    plain: Tariff = FREE
    zones: tuple[Zone, ...] = ()
    points: tuple[Point, ...] = ()

    def options(self, region: str) -> list[Option]:
        """The ways to a region, the parcel first; a refused parcel is told, a van that does not come is left out."""
        found = [self._parcel(region)]
        van = _closest([zone for zone in self.zones if zone.way is DeliveryWay.LOCAL], region)
        if van is not None and van.tariff is not None:
            found.append(Option(DeliveryWay.LOCAL, van.tariff, "", van.days, van.least_fen))
        near = [point for point in self.points if point.place_code[:4] == region[:4]]
        found += [Option(DeliveryWay.PICKUP, point.tariff, "", point.days, 0, point) for point in near]
        return found

    def best(self, region: str, goods_fen: int, weight_g: int) -> Option:
        """The cheapest way to the door; a point only when nothing comes to it. Ties: the parcel."""
        return cheapest(self.options(region), goods_fen, weight_g)

    def _parcel(self, region: str) -> Option:
        zone = _closest([zone for zone in self.zones if zone.way is DeliveryWay.PARCEL], region)
        if zone is None:
            return Option(DeliveryWay.PARCEL, self.plain)
        return Option(DeliveryWay.PARCEL, zone.tariff, zone.reason)


def cheapest(options: Sequence[Option], goods_fen: int, weight_g: int) -> Option:
    """The best of a region's ways, as `Template.best` says."""
    doors = [one for one in options if one.way is not DeliveryWay.PICKUP and one.is_open(goods_fen)]
    others = [one for one in options if one.is_open(goods_fen)]
    return min(doors or others or options[:1], key=lambda one: one.tariff.of(goods_fen, weight_g) if one.tariff else 0)


def landed_fen(options: Sequence[Option], price_fen: int, packs: int, pack_g: int) -> int | None:
    """What one pack costs at the door when the least that may be ordered of it (`packs`) is sent alone: its price and
    its share of the freight, rounded up. None: nothing is sent there.
    """
    goods_fen, weight_g = packs * price_fen, packs * pack_g
    way = cheapest(options, goods_fen, weight_g)
    return None if way.tariff is None else price_fen + -(-way.tariff.of(goods_fen, weight_g) // packs)


def _closest(zones: Iterable[Zone], region: str) -> Zone | None:
    reached = [(zone.reach(region), zone) for zone in zones]
    return max((pair for pair in reached if pair[0]), key=lambda pair: pair[0], default=(0, None))[1]


def _stem(code: str) -> str:
    if len(code) != 6:
        return code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def check_tariff(tariff: Tariff) -> None:
    """A tariff that can be: whole steps or none, bounded.

    Raises: Refused "freight-too-much", "freight-steps-incomplete".
    """
    if not 0 <= tariff.base_fen <= MOST_FEN or not 0 <= (tariff.step_fen or 0) <= MOST_FEN:
        raise Refused("freight-too-much", most_fen=MOST_FEN)
    steps = (tariff.first_g, tariff.step_g, tariff.step_fen)
    whole = all(0 < (grams or 0) <= MOST_STEP_G for grams in steps[:2]) and tariff.step_fen is not None
    if any(part is not None for part in steps) and not whole:
        raise Refused("freight-steps-incomplete")


def check_zones(zones: Iterable[Zone]) -> None:
    """Every division once for each way; a refused region says why.

    Raises: Refused "freight-region-twice", "freight-region-missing", "freight-reason-missing" and as `check_tariff`.
    """
    seen: set[tuple[DeliveryWay, str]] = set()
    for zone in zones:
        if not zone.regions:
            raise Refused("freight-region-missing")
        if zone.tariff is None and not zone.reason:
            raise Refused("freight-reason-missing")
        if zone.tariff is not None:
            check_tariff(zone.tariff)
        for code in zone.regions:
            if (zone.way, code) in seen:
                raise Refused("freight-region-twice", code=code)
            seen.add((zone.way, code))
