"""What the shop's list can be narrowed to, counted by the database: categories and places as trees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.product import Category
from catalog.queries.goods import BANDS_FEN, PriceBand
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import ListingClass
from core.places.models import Place, PlaceLevel


@dataclass(frozen=True)
class Choice:
    """One value of a facet: `value` for the address, `label` where the database knows the word (category, place),
    `count` of products with all other filters; `children` are the leaves of a branch, the villages of a town.
    """

    value: str
    label: str
    count: int
    children: tuple["Choice", ...] = ()


@dataclass(frozen=True)
class Facets:
    """What the list can be narrowed to. Each is counted with the other filters but without its own."""

    categories: list[Choice] = field(default_factory=list)  # branches with their leaves, ids as text
    places: list[Choice] = field(default_factory=list)  # towns (9 digits) with their villages (12 digits)
    certificates: list[Choice] = field(default_factory=list)  # value: CertificateKind
    bands: list[Choice] = field(default_factory=list)  # value: PriceBand
    units_pack: int = 0
    counts: int = 0


@dataclass(frozen=True)
class Count:
    """How many products have a value; those that `fit` the whole query are counted apart."""

    facet: str
    value: str
    fits: bool
    number: int
    label: str
    parent: str


_OWN = {
    "category": {"category"},
    "place": {"town", "village"},
    "certificate": {"certificate"},
    "band": {"band", "price"},
    "pack": {"pack"},
    "class": {"class"},
}
"""The filters that a facet leaves out: its own. A tree's branches and leaves are one facet."""


def counting(marked: sa.CTE, chosen: Iterable[str]) -> sa.CompoundSelect[Any]:
    """How many products have each value: rows as `Count`. `marked` are the visible goods with `fits` (the whole
    query) and, for each of the `chosen` filters, `passes_<name>`.
    """
    c, names, yes = marked.c, set(chosen), sa.literal_column("'yes'", sa.Text)

    def of(facet: str, value: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        others = [c[f"passes_{name}"] for name in sorted(names - _OWN[facet])]
        counted = (
            sa.select(sa.cast(value, sa.Text).label("value"), c.fits, sa.func.count().label("number"))
            .where(*others, *where)
            .group_by(*(() if value is yes else (value,)), c.fits)
            .subquery(f"by_{facet}")
        )
        label, parent, joined = _named(facet, counted)
        return sa.select(
            sa.literal_column(f"'{facet}'").label("facet"), counted.c.value, counted.c.fits, counted.c.number,
            label.label("label"), parent.label("parent"),
        ).select_from(joined)  # fmt: skip

    band = sa.case(*((c.price_fen < below, name.value) for name, (_, below) in BANDS_FEN.items()))
    return sa.union_all(
        of("category", c.category_id),
        of("place", c.origin_code),
        of("certificate", sa.func.unnest(c.badges, type_=sa.Text)),
        of("band", band),
        of("pack", yes, c.has_units_pack),
        of("class", yes, c.listing_class == ListingClass.COUNTS.value),
    )


def _named(facet: str, counted: sa.Subquery) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str], Any]:
    """The word for a value and for the branch above it, as position|id|name, from where the database keeps them."""
    if facet == "category":
        above = aliased(Category)
        joined = counted.join(Category, sa.cast(Category.id, sa.Text) == counted.c.value)
        joined = joined.outerjoin(above, above.id == Category.parent_id)
        branch = sa.func.concat_ws("|", above.position, above.id, above.name)
        return sa.func.concat_ws("|", Category.position, Category.name), branch, joined
    if facet == "place":
        town = aliased(Place)
        joined = counted.outerjoin(Place, Place.code == counted.c.value)
        joined = joined.outerjoin(
            town, sa.and_(town.code == sa.func.left(counted.c.value, 9), town.level == PlaceLevel.TOWN)
        )
        return sa.func.coalesce(Place.name, ""), sa.func.concat_ws("|", 0, town.code, town.name), joined
    empty = sa.literal_column("''", sa.Text)
    return empty, empty, counted


def facets(rows: Iterable[Sequence[Any]], *, only_fitting: bool) -> Facets:
    """The facets out of `counting`'s rows, of all that was found or only of what fits the whole query."""
    by: dict[str, dict[tuple[str, str, str], int]] = {}
    for row in rows:
        count = Count(*row)
        if count.fits or not only_fitting:
            key = (count.parent, count.label, count.value)
            found = by.setdefault(count.facet, {})
            found[key] = found.get(key, 0) + count.number

    def in_order(name: str, order: Iterable[str]) -> list[Choice]:
        number = {value: n for (_, _, value), n in by.get(name, {}).items()}
        return [Choice(value, "", number[value]) for value in order if value in number]

    return Facets(
        categories=_tree(by.get("category", {}), by_number=False),
        places=_tree(by.get("place", {}), by_number=True),
        certificates=in_order("certificate", (kind.value for kind in CertificateKind)),
        bands=in_order("band", (band.value for band in PriceBand)),
        units_pack=sum(by.get("pack", {}).values()),
        counts=sum(by.get("class", {}).values()),
    )


def _tree(found: Mapping[tuple[str, str, str], int], *, by_number: bool) -> list[Choice]:
    """Branches with their leaves: in the order of the county's table, or the fullest first. A leaf that stands by
    itself is a branch; a town's own products are only the town's.
    """
    branches: dict[tuple[int, str, str], list[tuple[tuple[int, str], Choice]]] = {}
    for (parent, label, value), number in found.items():
        place, _, name = label.rpartition("|")
        leaf = ((int(place or 0), value), Choice(value, name, number))
        above, branch_id, branch = parent.split("|", 2) if parent.count("|") == 2 else (place or "0", value, name)
        branches.setdefault((int(above), branch_id, branch), []).append(leaf)
    out = []
    for (at, branch_id, branch), leaves in branches.items():
        leaves.sort(key=lambda one: (-one[1].count if by_number else 0, one[0]))
        inner = tuple(choice for _, choice in leaves if choice.value != branch_id)
        total = sum(choice.count for _, choice in leaves)
        out.append(((-total if by_number else at, at, branch_id), Choice(branch_id, branch, total, inner)))
    return [choice for _, choice in sorted(out, key=lambda one: one[0])]
