"""Why products stand where they stand: the words that found them, what lifts them, by which weights since when."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.queries import ranking
from catalog.queries.goods import Filters, visible_goods
from catalog.queries.search.backend import NoIndex, current
from catalog.queries.search.find import Found
from catalog.queries.search.score import Reason, reasons
from catalog.queries.shop import browse
from catalog.rules.ranking import DEFAULTS, Merits, Weights
from core import clock
from core.db import db
from core.money import WHOLE_BP
from core.settings.models import Setting

SHOWN = 20


@dataclass(frozen=True)
class Component:
    """One part of the bonus: what the product has (bp of the most), its weight and what it adds (bp of the words)."""

    name: str
    value_bp: int
    weight_bp: int
    adds_bp: int


@dataclass(frozen=True)
class Standing:
    """One product's place and why. `text` and `total` are in ten-thousandths of the best words' score."""

    place: int
    sku: str
    name: str
    fits: bool
    reasons: list[Reason]
    text: int
    components: list[Component]
    bonus_bp: int
    total: int


@dataclass(frozen=True)
class Explained:
    """The first twenty products of a list with their reasons, and the weights since when they hold (None: always)."""

    rows: list[Standing]
    weights: Weights
    since: date | None
    found: Found | None


@dataclass(frozen=True)
class _Goods:
    id: int
    sku: str
    name: str
    supplier_id: int
    listed_at: datetime
    service_bp: int | None
    is_certified: bool


def explained(words: str, filters: Filters | None = None, *, on: date | None = None) -> Explained:
    """The first twenty of the list as `browse` orders them, with the arithmetic."""
    day = on or clock.today()
    browsed = browse(words, filters, on=day, size=SHOWN)
    ids, found = browsed.page.product_ids, browsed.found
    goods = {g.id: g for g in _goods(ids, day)}
    by = ranking.standing({g.supplier_id for g in goods.values()}, day)
    why = _reasons(found, ids)
    rows = [_row(place, goods[i], by, found, why.get(i, [])) for place, i in enumerate(ids, 1) if i in goods]
    return Explained(rows, by.weights, _since(day), found)


def _row(place: int, goods: _Goods, by: ranking.Standing, found: Found | None, why: list[Reason]) -> Standing:
    hit = found.hits.get(goods.id) if found is not None and found.hits is not None else None
    text = WHOLE_BP if hit is None else round(hit.score * WHOLE_BP)
    merits = by.merits(goods)
    points = merits.bonus_bp(by.weights)
    return Standing(
        place=place,
        sku=goods.sku,
        name=goods.name,
        fits=hit is None or hit.fits,
        reasons=why,
        text=text,
        components=[_component(name, merits, by.weights) for name in DEFAULTS],
        bonus_bp=points,
        total=text * (WHOLE_BP + points) // WHOLE_BP,
    )


def _component(name: str, merits: Merits, weights: Weights) -> Component:
    value, weight = getattr(merits, name), getattr(weights, name)
    return Component(name, value, weight, value * weight // WHOLE_BP)


def _goods(ids: list[int], on: date) -> list[_Goods]:
    c = visible_goods(on, ids).c
    query = sa.select(
        c.id, Product.sku, Product.name, c.supplier_id, c.listed_at, c.service_bp, sa.func.cardinality(c.badges) > 0
    ).join(Product, Product.id == c.id)
    return [_Goods(*row) for row in db.session.execute(query)]


def _reasons(found: Found | None, ids: list[int]) -> dict[int, list[Reason]]:
    if found is None or found.from_database or not found.plan.groups:
        return {}
    try:
        having = current().find(found.plan.tokens)
    except NoIndex:
        return {}
    return {i: reasons(found.plan, having, i) for i in ids}


def _since(on: date) -> date | None:
    query = sa.select(sa.func.max(Setting.valid_from)).where(Setting.key == ranking.KEY, Setting.valid_from <= on)
    return db.session.scalar(query)
