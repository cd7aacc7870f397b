"""What the shop's list can be narrowed to, counted by the database in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.queries.goods import BANDS_FEN, Filters, PriceBand, conditions, hits, visible_goods
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import ListingClass
from core.db import db
from core.places.models import Place

Part = sa.Select[*tuple[Any, ...]]


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
    bands: list[Choice] = field(default_factory=list)  # value: PriceBand
    units_pack: int = 0
    counts: int = 0


def facets(filters: Filters, *, on: date, scores: Mapping[int, float] | None = None) -> Facets:
    """All facets of the day's visible goods (of those a search found), in one statement."""
    goods = visible_goods(on)
    parts = {
        "category": _category(goods),
        "branch": _branch(goods),
        "certificate": _certificate(goods),
        "town": _town(goods),
        "band": _band(goods),
        "pack": _flag("pack", goods.c.has_units_pack),
        "class": _flag("class", goods.c.listing_class == ListingClass.COUNTS.value),
    }
    found = conditions(goods, filters)
    fitted = []
    for name, part in parts.items():
        own = "category" if name == "branch" else name
        narrowed = part.where(*(condition for facet, condition in found.items() if facet != own))
        if scores is not None:
            narrowed = narrowed.where(goods.c.id.in_(sa.select(hits(scores, name).c.id)))
        fitted.append(narrowed)
    return _sorted(db.session.execute(sa.union_all(*fitted)).all())


def _part(name: str, value: Any, label: Any = "", parent: Any = "", position: Any = 0) -> Part:
    return sa.select(
        sa.literal(name).label("facet"),
        sa.cast(value, sa.Text).label("value"),
        (sa.cast(label, sa.Text) if label == "" else label).label("label"),
        sa.cast(parent, sa.Text).label("parent"),
        sa.cast(position, sa.Integer).label("position"),
        sa.func.count().label("number"),
    )


def _category(goods: sa.CTE) -> Part:
    part = _part("category", Category.id, Category.name, goods.c.branch_id, Category.position)
    return part.join(goods, goods.c.category_id == Category.id).group_by(Category.id, goods.c.branch_id)


def _branch(goods: sa.CTE) -> Part:
    part = _part("branch", Category.id, Category.name, "", Category.position)
    return part.join(goods, goods.c.branch_id == Category.id).group_by(Category.id)


def _certificate(goods: sa.CTE) -> Part:
    # A product with two badges of a kind (two certificates) is still one product.
    kinds = sa.select(goods.c.id, sa.func.unnest(goods.c.badges).label("kind")).distinct().subquery("product_badge")
    part = _part("certificate", kinds.c.kind)
    return part.select_from(goods).join(kinds, kinds.c.id == goods.c.id).group_by(kinds.c.kind)


def _town(goods: sa.CTE) -> Part:
    return _part("town", Place.code, Place.name).join(goods, goods.c.town_code == Place.code).group_by(Place.code)


def _band(goods: sa.CTE) -> Part:
    price = goods.c.price_fen
    band = sa.case(*((price < below, name.value) for name, (_, below) in BANDS_FEN.items()))
    named = sa.select(goods.c.id, band.label("band")).subquery("product_band")
    part = _part("band", named.c.band)
    return part.select_from(goods).join(named, named.c.id == goods.c.id).group_by(named.c.band)


def _flag(name: str, condition: sa.ColumnElement[bool]) -> Part:
    return _part(name, "yes").where(condition)


def _sorted(rows: Any) -> Facets:
    by: dict[str, list[tuple[int, Choice]]] = {}
    for row in rows:
        choice = Choice(row.value, row.label or "", row.number, row.parent or None)
        by.setdefault(row.facet, []).append((row.position, choice))
    in_order = {name: [c for _, c in sorted(found, key=lambda pair: pair[0])] for name, found in by.items()}
    kinds, bands = [k.value for k in CertificateKind], [b.value for b in PriceBand]
    return Facets(
        categories=in_order.get("category", []),
        branches=in_order.get("branch", []),
        certificates=sorted(in_order.get("certificate", []), key=lambda c: kinds.index(c.value)),
        towns=sorted(in_order.get("town", []), key=lambda c: (-c.count, c.value)),
        bands=sorted(in_order.get("band", []), key=lambda c: bands.index(c.value)),
        units_pack=sum(c.count for c in in_order.get("pack", [])),
        counts=sum(c.count for c in in_order.get("class", [])),
    )
