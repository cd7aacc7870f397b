"""What has been made so far: ids by key, actors, and the dice."""

from dataclasses import dataclass, field
from random import Random

from core.access.actor import Actor
from core.access.roles import Role
from demo.cast import SupplierSpec, UnitSpec
from demo.clockwork import Days

SEED = 20261123


@dataclass
class Kitchen:
    """One canteen with its unit and the people of its line."""

    unit: UnitSpec
    unit_id: int
    canteen_id: int
    name: str
    address: str
    share: tuple[int, int]  # (weight, of the unit's canteens together)
    place: int  # among all canteens: days and goods depend on it, never on ids


@dataclass
class Pack:
    """An offer as history orders it. Money in fen, quantities in base units."""

    offer_id: int
    version_id: int
    product_id: int
    category_id: int
    category: str
    supplier: str
    name: str
    pack_name: str
    mode: str
    unit: str
    pack_qty: int
    price_fen_x100: int
    basis_qty: int
    pack_price_fen: int
    tol_bp: int
    origin_code: str
    counts: bool
    needs_commitment: bool
    needs_quarantine: bool
    barred: frozenset[str]
    eligibility: dict[int, dict[str, dict[str, object]]] = field(default_factory=dict)


@dataclass
class World:
    """Everything the makers share."""

    days: Days
    dice: Random
    seed: int = SEED
    scale: int = 1
    bodies: dict[str, int] = field(default_factory=dict)
    suppliers: dict[str, int] = field(default_factory=dict)
    supplier_specs: dict[str, SupplierSpec] = field(default_factory=dict)
    units: dict[str, UnitSpec] = field(default_factory=dict)
    kitchens: list[Kitchen] = field(default_factory=list)
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)
    residents: list[Actor] = field(default_factory=list)
    packs: list[Pack] = field(default_factory=list)

    def actor(self, body: str, role: Role | str) -> Actor:
        """The person of a body who holds a role (`receiver2` is the second receiver)."""
        return self.actors[body, str(role)]

    def kitchen(self, unit: str) -> Kitchen:
        """The first canteen of a unit."""
        return next(one for one in self.kitchens if one.unit.key == unit)

    def orderer(self, kitchen: Kitchen) -> Actor:
        """Who orders for a canteen: its contractor's buyer where it is outsourced."""
        unit = kitchen.unit
        if unit.canteen == "outsourced":
            return self.actor(unit.partner, Role.CONTRACTOR_BUYER)
        return self.actor(unit.key, Role.CANTEEN_ORDERER)
