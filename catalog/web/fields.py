"""Fields and choices of this floor's forms: prices finer than fen, percentages, leaves of the goods tree, villages."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import request

from catalog.queries import categories
from catalog.queries.desk import CheckList
from catalog.rules.facts import Season, parse_seasons, seasons_text
from catalog.rules.pricing import price_text
from core import money
from core.errors import Refused
from core.places import queries as places
from core.places.models import PlaceLevel
from core.web.forms import Parsed, YuanField


def asked_page() -> int:
    """The page that the address asks for, the first is 1."""
    return min(max(request.args.get("page", 1, type=int) or 1, 1), 10_000)


def asked_list(counts: Mapping[CheckList, int]) -> CheckList:
    """The list of a checker that the address asks for, else the first that has anything."""
    asked = request.args.get("list", "")
    if asked in counts:
        return CheckList(asked)
    return next((one for one, count in counts.items() if count), CheckList.GOODS)


class PriceField(YuanField):
    """Yuan with up to 4 decimals as typed, hundredths of a fen as data."""

    def parse(self, typed: str) -> int:
        price = money.parse_price(typed)
        if price <= 0:
            raise Refused("price-too-small")
        return price

    def show(self, value: Any) -> str:
        return price_text(int(value))


class PercentField(YuanField):
    """A percentage with up to 2 decimals as typed, basis points as data."""

    def parse(self, typed: str) -> int:
        return money.parse_yuan(typed.rstrip("%％"))

    def show(self, value: Any) -> str:
        return money.plain_yuan(int(value)).removesuffix(".00")


class MonthsField(Parsed):
    """Months of harvest as typed, "4-6, 9-10"; seasons as data."""

    def parse(self, typed: str) -> tuple[Season, ...]:
        return parse_seasons(typed)

    def show(self, value: Any) -> str:
        return seasons_text(value)


class TiersField(Parsed):
    """Lower prices for more packs as typed, "20=24.00, 50=22.5"; (packs, hundredths of a fen) as data."""

    def parse(self, typed: str) -> tuple[tuple[int, int], ...]:
        found = []
        for part in re.split(r"[,;\u3001]", unicodedata.normalize("NFKC", typed)):
            packs, sign, price = part.partition("=")
            if not part.strip():
                continue
            if not sign or not re.fullmatch(r"\d{1,4}", packs.strip()):
                raise Refused("tier-unreadable", text=part.strip()[:20])
            found.append((int(packs), PriceField.parse(self, price.strip())))
        return tuple(found)

    def show(self, value: Any) -> str:
        return ", ".join(f"{packs}={PriceField.show(self, price)}" for packs, price in value)


def leaf_choices(now: int = 0) -> list[tuple[int, str]]:
    """Leaves of the goods tree with their branch, in the shop's order; closed ones only where they are chosen now."""
    tree = categories.listed()
    branch = {row.id: row.name for row in tree}
    return [
        (row.id, f"{branch.get(row.parent_id or 0, '')} / {row.name}")
        for row in tree
        if row.is_leaf and (not row.is_closed or row.id == now)
    ]


def village_choices(town_code: str | None = None) -> list[tuple[str, str]]:
    """Villages and communities with their town, those of `town_code` first."""
    found = places.listed(PlaceLevel.VILLAGE) + places.listed(PlaceLevel.COMMUNITY)
    found.sort(key=lambda place: (place.parent_code != town_code, place.code))
    return [(place.code, place.full) for place in found]


class HundredthsField(YuanField):
    """A number with up to 2 decimals as typed (亩, 万袋), hundredths as data."""

    def show(self, value: Any) -> str:
        return money.plain_yuan(int(value)).removesuffix(".00")
