"""The shop's list: narrowed, ordered, counted. Four statements whatever the size."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from catalog.queries.cards import Card, cards_of
from catalog.queries.facets import Facets, facets
from catalog.queries.goods import Filters, conditions, hits, visible_goods
from catalog.queries.search.find import Found, find
from catalog.rules.ranking import BADGE_WEIGHT, FRESH_DAYS, FRESH_WEIGHT, spread
from core import clock
from core.db import db

PAGE_SIZE = 24


class Sort(StrEnum):
    """By relevance and service (综合), by the price of the card, by the day of listing."""

    BEST = "best"
    PRICE = "price"
    PRICE_DOWN = "price_down"
    NEW = "new"


@dataclass(frozen=True)
class ShopPage:
    """One page of the list. `total` counts all pages; pages are numbered from 1."""

    cards: list[Card]
    total: int
    page: int
    pages: int
    facets: Facets


def shop_page(
    filters: Filters | None = None,
    *,
    sort: Sort = Sort.BEST,
    page: int = 1,
    scores: Mapping[int, float] | None = None,
    on: date | None = None,
    size: int = PAGE_SIZE,
) -> ShopPage:
    """One page of visible goods. `scores` are the products that a search found, by id, each 0–1 (None: no search);
    `page` beyond the end shows the last one.
    """
    day, asked = on or clock.today(), filters or Filters()
    if scores is not None and not scores:
        return ShopPage([], 0, 1, 1, Facets())
    found = _ordered(day, asked, sort, scores)
    pages = max(1, -(-len(found) // size))
    at = min(max(1, page), pages)
    shown = found[(at - 1) * size : at * size]
    return ShopPage(cards_of(shown, day), len(found), at, pages, facets(asked, on=day, scores=scores))


@dataclass(frozen=True)
class Browsed:
    """A page, the filters as they were applied (words such as 有机 narrow too), and what the search understood."""

    page: ShopPage
    filters: Filters
    found: Found | None = None


def browse(
    words: str = "", filters: Filters | None = None, *, sort: Sort = Sort.BEST, page: int = 1, on: date | None = None
) -> Browsed:
    """The shop's list for words and chosen filters. What somebody chose wins over what a word stands for; a word
    that would leave nothing narrows nothing.
    """
    asked = filters or Filters()
    if not words.strip():
        return Browsed(shop_page(asked, sort=sort, page=page, on=on), asked)
    found = find(words)
    meant = replace(
        asked,
        certificate=asked.certificate or found.plan.certificate,
        units_pack=asked.units_pack or found.plan.units_pack,
        counts_only=asked.counts_only or found.plan.counts_only,
    )
    shown = shop_page(meant, sort=sort, page=page, scores=found.scores, on=on)
    if not shown.total and meant != asked and found.scores:
        return Browsed(shop_page(asked, sort=sort, page=page, scores=found.scores, on=on), asked, found)
    return Browsed(shown, meant, found)


def _ordered(on: date, filters: Filters, sort: Sort, scores: Mapping[int, float] | None) -> list[int]:
    """Ids of everything that fits, in order."""
    goods = visible_goods(on)
    query = sa.select(goods.c.id, goods.c.supplier_id).where(*conditions(goods, filters).values())
    score: sa.ColumnElement[Any] = sa.literal(1.0)
    if scores is not None:
        hit = hits(scores)
        query, score = query.join(hit, hit.c.id == goods.c.id), hit.c.score
    order: dict[Sort, list[sa.ColumnElement[Any]]] = {
        Sort.BEST: [(score * _bonus(goods, on)).desc(), goods.c.listed_at.desc()],
        Sort.PRICE: [goods.c.price_fen.asc()],
        Sort.PRICE_DOWN: [goods.c.price_fen.desc()],
        Sort.NEW: [goods.c.listed_at.desc()],
    }
    query = query.order_by(*order[sort], goods.c.id)
    rows = [(row.id, row.supplier_id) for row in db.session.execute(query)]
    return spread(rows) if sort is Sort.BEST else [product_id for product_id, _ in rows]


def _bonus(goods: sa.CTE, on: date) -> sa.ColumnElement[Any]:
    """1 + the weights of `catalog.rules.ranking`: a valid badge, and a newcomer's first 30 days."""
    age = sa.func.extract("epoch", clock.day_start(on) - goods.c.listed_at) / 86_400.0
    fresh = sa.func.least(1.0, sa.func.greatest(0.0, 1.0 - age / FRESH_DAYS))
    badge = sa.case((sa.func.cardinality(goods.c.badges) > 0, BADGE_WEIGHT), else_=0.0)
    return 1.0 + badge + FRESH_WEIGHT * fresh
