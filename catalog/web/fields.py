"""Fields and choices of this floor's forms: prices finer than fen, percentages, leaves of the goods tree, villages."""

from typing import Any

from catalog.queries import categories
from core import money
from core.errors import Refused
from core.places import queries as places
from core.places.models import PlaceLevel
from core.web.forms import YuanField


class PriceField(YuanField):
    """Yuan with up to 4 decimals as typed, hundredths of a fen as data."""

    def parse(self, typed: str) -> int:
        price = money.parse_price(typed)
        if price <= 0:
            raise Refused("price-too-small")
        return price

    def show(self, value: Any) -> str:
        whole, rest = divmod(int(value), 10_000)
        decimals = f"{rest:04d}".rstrip("0")
        return f"{whole}.{decimals.ljust(2, '0')}"


class PercentField(YuanField):
    """A percentage with up to 2 decimals as typed, basis points as data."""

    def parse(self, typed: str) -> int:
        return money.parse_yuan(typed.rstrip("%％"))

    def show(self, value: Any) -> str:
        return money.plain_yuan(int(value)).removesuffix(".00")


def leaf_choices() -> list[tuple[int, str]]:
    """Leaves of the goods tree with their branch, in the shop's order."""
    tree = categories.listed()
    branch = {row.id: row.name for row in tree}
    return [(row.id, f"{branch.get(row.parent_id or 0, '')} / {row.name}") for row in tree if row.is_leaf]


def village_choices(town_code: str | None = None) -> list[tuple[str, str]]:
    """Villages and communities with their town, those of `town_code` first."""
    found = places.listed(PlaceLevel.VILLAGE) + places.listed(PlaceLevel.COMMUNITY)
    found.sort(key=lambda place: (place.parent_code != town_code, place.code))
    return [(place.code, place.full) for place in found]
