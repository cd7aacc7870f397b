"""What the shop's list can be narrowed to: counted over the rows that the database found, in one pass."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.queries.goods import BANDS_FEN, PriceBand
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import ListingClass
from core.db import db
from core.places.models import Place, PlaceLevel


@dataclass(frozen=True)
class Choice:
    """One value of a facet: `value` for the address, `label` where the database knows the word (category, town),
    `count` of products with all other filters, `parent` the branch of a leaf.
    """

    value: str
    label: str
    count: int
    parent: str | None = None


@dataclass(frozen=True)
class Facets:
    """What the list can be narrowed to. Each is counted with the other filters but without its own."""

    categories: list[Choice] = field(default_factory=list)  # leaves, `parent` is the branch id
    branches: list[Choice] = field(default_factory=list)
    certificates: list[Choice] = field(default_factory=list)  # value: CertificateKind
    towns: list[Choice] = field(default_factory=list)  # value: 9-digit code
    villages: list[Choice] = field(default_factory=list)  # value: 12-digit code, of the chosen town only
    bands: list[Choice] = field(default_factory=list)  # value: PriceBand
    units_pack: int = 0
    counts: int = 0


class Countable(Protocol):
    """A visible product; `fits` says of each filter whether it passes."""

    @property
    def category_id(self) -> int: ...
    @property
    def branch_id(self) -> int: ...
    @property
    def origin_code(self) -> str: ...
    @property
    def price_fen(self) -> int: ...
    @property
    def badges(self) -> list[str]: ...
    @property
    def has_units_pack(self) -> bool: ...
    @property
    def listing_class(self) -> str: ...
    @property
    def fits(self) -> Mapping[str, bool]: ...


def facets(rows: Sequence[Countable], *, town_code: str | None = None) -> Facets:
    """All facets of the rows. `town_code`: the town that was chosen, whose villages are counted. Two statements."""
    count: dict[str, Counter[str]] = {}
    for name in _NAMES:
        own = _OWN.get(name, frozenset({name}))
        mine = [r for r in rows if all(passes or key in own for key, passes in r.fits.items())]
        count[name] = Counter(value for row in mine for value in _values(name, row, town_code))
    return _named(count)


_NAMES = ("category", "branch", "certificate", "town", "village", "band", "pack", "class")
_OWN = {
    "branch": frozenset({"category"}),
    "town": frozenset({"town", "village"}),
    "band": frozenset({"band", "price"}),
}
"""The filters that a facet leaves out, where they are not of its own name."""


def _values(name: str, row: Countable, town_code: str | None) -> Collection[str]:
    match name:
        case "category":
            return (f"{row.category_id}",)
        case "branch":
            return (f"{row.branch_id}",)
        case "certificate":
            # A product with two badges of a kind (two certificates) is still one product.
            return set(row.badges)
        case "town":
            return (row.origin_code[:9],)
        case "village":
            return (row.origin_code,) if town_code and row.origin_code.startswith(town_code) else ()
        case "band":
            return (next(band.value for band, (_, below) in BANDS_FEN.items() if row.price_fen < below),)
        case "pack":
            return ("yes",) if row.has_units_pack else ()
        case _:
            return ("yes",) if row.listing_class == ListingClass.COUNTS.value else ()


def _named(count: dict[str, Counter[str]]) -> Facets:
    kinds, bands = [k.value for k in CertificateKind], [b.value for b in PriceBand]
    categories, places = _categories(), _places({*count["town"], *count["village"]})

    def of_category(name: str) -> list[Choice]:
        found = sorted(count[name].items(), key=lambda pair: categories[pair[0]][0])
        return [Choice(i, categories[i][1], n, categories[i][2] if name == "category" else None) for i, n in found]

    def of_place(name: str) -> list[Choice]:
        found = sorted(count[name].items(), key=lambda pair: (-pair[1], pair[0]))
        return [Choice(code, places[code], n) for code, n in found if code in places]

    def in_order(name: str, order: list[str]) -> list[Choice]:
        return [Choice(value, "", count[name][value]) for value in order if count[name][value]]

    return Facets(
        categories=of_category("category"),
        branches=of_category("branch"),
        certificates=in_order("certificate", kinds),
        towns=of_place("town"),
        villages=of_place("village"),
        bands=in_order("band", bands),
        units_pack=count["pack"]["yes"],
        counts=count["class"]["yes"],
    )


def _categories() -> dict[str, tuple[int, str, str]]:
    """Position, name and branch of every category, by id as text."""
    rows = db.session.execute(sa.select(Category.id, Category.position, Category.name, Category.parent_id))
    return {str(row.id): (row.position, row.name, str(row.parent_id or row.id)) for row in rows}


def _places(codes: Iterable[str]) -> dict[str, str]:
    levels = (PlaceLevel.TOWN, PlaceLevel.VILLAGE, PlaceLevel.COMMUNITY)
    query = sa.select(Place.code, Place.name).where(Place.code.in_(sorted(codes)), Place.level.in_(levels))
    return dict(db.session.execute(query).all())
